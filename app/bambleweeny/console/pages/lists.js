// All lists with the number of items in each state; with a name, one list.
import { text } from "../en/lists.js";
import { to } from "../parts/address.js";
import { call, readJson } from "../parts/api.js";
import { bytes, number } from "../parts/format.js";
import { Grid } from "../parts/grid.js";
import { countedLists, pushTo, STATES } from "../parts/lists/calls.js";
import { List } from "../parts/lists/list.js";
import { PushDialog } from "../parts/lists/push.js";
import { useLive } from "../parts/live.js";
import { Loaded, useReading } from "../parts/loading.js";
import { useRowHeight } from "../parts/narrow.js";
import { usePages } from "../parts/paged.js";
import { PrefixBox } from "../parts/prefix_box.js";
import { request } from "../parts/request.js";
import { mayDo } from "../parts/session.js";
import { useShortcut } from "../parts/shortcuts.js";
import { Empty } from "../parts/snippet_box.js";
import { html, useState, useTitle } from "../parts/ui.js";
import { isName } from "../parts/values.js";
import { Within, WrongName } from "../parts/within.js";

const nameOf = ({ key }) => key;
const COLUMNS = [
  { key: "name", title: text.name, render: (row) => html`<span>${row.key}</span><span class="narrow second">${text.more(row.delayed, row.paused)}</span>` },
  ...STATES.map((state) => ({ key: state, title: text.states[state], isNumber: true, isMinor: state === "delayed", href: ({ key }) => to("lists", key, { state }),
    hint: (row) => text.countOf(row[state], text.states[state].toLowerCase(), row.key), render: (row) => html`<${Count} state=${state} count=${row[state]} />` })),
  { key: "bytes", title: text.bytes, isNumber: true, isMinor: true, render: (row) => bytes(row.bytes) },
  { key: "paused", title: text.status, isMinor: true, render: ({ paused }) => paused && html`<span class="badge leased">${text.paused}</span>` },
];

const Count = ({ state, count }) => html`<span class=${count ? state : "soft"}>${number(count)}</span>`;

export default function Lists({ rest, query }) {
  const [name] = rest;
  if (name && !isName(name)) return html`<${WrongName} name=${name} />`;
  if (name) return html`<${List} key=${name} name=${name} query=${query} />`;
  return html`<${Within} noun="lists" title=${text.title} prefix=${query.prefix ?? ""}>${(prefix) => html`<${AllLists} prefix=${prefix} />`}</${Within}>`;
}

function AllLists({ prefix }) {
  useTitle(text.title);
  const [isNew, setNew] = useState(false);
  const rowHeight = useRowHeight();
  const pages = usePages(
    async ({ after, limit, signal }) => {
      const { lists, next } = await readJson(countedLists({ prefix, after, limit }), signal);
      return { rows: lists, next };
    },
    nameOf,
    [prefix],
  );
  const count = useReading(async (signal) => (await readJson(request("GET", ["lists"], { query: { prefix, count: 1 } }), signal)).count, [prefix]);
  useLive(({ event }) => event.startsWith("list."), () => Promise.all([pages.reload(), count.reload()]));
  const mayPush = mayDo("lists", "push");
  useShortcut("n", () => setNew(true), mayPush);
  const first = pushTo("jobs", "resize cat.png");
  const empty = prefix ? html`<p>${text.noneHere(prefix)}</p>` : html`<${Empty} sentence=${text.none} request=${first} onRun=${() => call(first)} />`;
  return html`<div class="bar"><h1 class="grow">${text.title}</h1>${mayPush && html`<button type="button" class="primary" onClick=${() => setNew(true)}>${text.newList} <kbd>n</kbd></button>`}</div>
    <div class="bar">
      <${PrefixBox} page="lists" label=${text.filter} prefix=${prefix} />
      <span role="status">${count.value === undefined ? "" : text.count(count.value)}</span>
    </div>
    <${Loaded} reading=${pages}>${(rows) =>
      html`<${Grid} label=${text.title} columns=${COLUMNS} rows=${rows} keyOf=${nameOf} href=${({ key }) => to("lists", key)} onMore=${pages.more} whole=${count.value} rowHeight=${rowHeight} empty=${empty} />`}
    </${Loaded}>
    ${isNew && html`<${PushDialog} onClose=${() => setNew(false)} onPushed=${(name) => (location.hash = to("lists", name))} />`}`;
}
