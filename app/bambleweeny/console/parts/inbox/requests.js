// The requests of a bin, the newest first, beside the one that is chosen. New ones move neither the focus nor the choice.
import { text } from "../../en/inbox.js";
import { to } from "../address.js";
import { call } from "../api.js";
import { confirm, say, sayError } from "../dialogs.js";
import { bytes, number, time } from "../format.js";
import { Grid } from "../grid.js";
import { purgeOf } from "../lists/calls.js";
import { Loaded } from "../loading.js";
import { idOf } from "../public/urls.js";
import { mayDo } from "../session.js";
import { html, useEffect, useRef, useTitle } from "../ui.js";
import { nameOf } from "./bin.js";
import { Nothing } from "./nothing.js";
import { RequestDetail } from "./request.js";
import { useItems, useMessages, useUnread } from "./rows.js";

export function ListRequests({ at, bin, document, query, state, count, tabs, onRefused }) {
  const rows = useItems(document.list, state, document.keep === "request", idOf(bin));
  const word = text.states[state].toLowerCase();
  const purge = async () => {
    if (!(await confirm({ title: text.purgeTitle(count, word, document.list), detail: text.purgeDetail, action: text.purge(word), typed: document.list }))) return;
    try {
      say(text.purged((await call(purgeOf(document.list, state))).json().items));
    } catch (ex) {
      sayError(ex);
    }
    await rows.reload();
  };
  const bar = html`<div class="tabs grow">${tabs}</div>${count > 0 && mayDo("lists", "write", document.list) && html`<button type="button" class="small danger" onClick=${() => void purge()}>${text.purge(word)}</button>`}`;
  return html`<${Requests} at=${at} bin=${bin} document=${document} query=${query} rows=${rows} state=${state} bar=${bar} whole=${count} onRefused=${onRefused} />`;
}

export function TopicRequests(props) {
  const { document } = props;
  return html`<${Requests} ...${props} rows=${useMessages(document.topic, document.keep === "request")} />`;
}

function Requests({ at, bin, document, query, rows, state, bar, whole, onRefused }) {
  const { unread, look, lookAtAll } = useUnread(rows.value);
  const news = rows.hasNewer ? `${unread.size + 1}+` : unread.size;
  useTitle(news ? `(${news}) ${nameOf(bin)}` : nameOf(bin));
  const chosen = useChosen(query.item, rows.value);
  useEffect(() => {
    if (query.item) look(query.item);
  }, [query.item, unread]);
  const isDetail = Boolean(chosen);
  return html`<div class="bar">${bar}
      ${unread.size > 0 && html`<span class="badge" role="status">${text.unread(number(unread.size))}</span><button type="button" class="small" onClick=${lookAtAll}>${text.lookAtAll}</button>`}</div>
    <${Loaded} reading=${rows}>${(all) => html`<div class=${isDetail ? "two inbox" : "stack"}>
      <${Grid} label=${text.requests} columns=${columnsOf(unread, isDetail)} rows=${all} keyOf=${({ id: key }) => key} href=${({ id: item }) => to("inbox", at, { state, item })}
        isCurrent=${({ id: item }) => item === chosen} onMore=${rows.more} whole=${whole === undefined ? all.length : Math.max(whole, all.length)} empty=${html`<${Nothing} at=${at} bin=${bin} document=${document} state=${state} onRefused=${onRefused} />`} />
      ${isDetail && html`<${RequestDetail} key=${chosen} bin=${bin} document=${document} id=${chosen} row=${all.find(({ id: item }) => item === chosen)} isAsked=${Boolean(query.item)}
        closed=${to("inbox", at, { state, item: "none" })} onChanged=${() => (rows.reload(), (location.hash = to("inbox", at, { state, item: "none" })))} />`}
    </div>`}</${Loaded}>`;
}

// Without a choice it is the newest one that was there first, on screens that have room beside the list.
function useChosen(item, rows) {
  const first = useRef(null);
  if (item) return item === "none" ? null : item;
  if (!first.current && rows?.length && matchMedia("(min-width: 1000px)").matches) first.current = rows[0].id;
  return first.current;
}

function columnsOf(unread, isDetail) {
  const shown = ({ id, method, line, hint }) => html`${unread.has(id) && html`<b class="fresh-mark"><span class="hidden">${text.unreadMark}</span>●</b> `}${method && html`<b>${method}</b> `}${line}${hint && html` <span class="soft">${hint}</span>`}`;
  return [
    { key: "line", title: text.request, render: shown },
    ...(isDetail ? [] : [{ key: "size", title: text.size, isNumber: true, isMinor: true, render: ({ size }) => (size === undefined ? "" : bytes(size)) }]),
    { key: "time", title: text.time, render: ({ time: when }) => html`<time datetime=${when}>${time(when)}</time>` },
  ];
}
