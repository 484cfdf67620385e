// One topic: its messages as they come, the newest first, beside the message that is chosen.
import { text } from "../../en/topics.js";
import { to } from "../address.js";
import { call, readJson } from "../api.js";
import { Beside } from "../beside.js";
import { BodyView } from "../body_view.js";
import { serverNow } from "../clock.js";
import { confirm, say, sayError } from "../dialogs.js";
import { bytes, moment, time } from "../format.js";
import { Grid } from "../grid.js";
import { bytesOf, lineOf } from "../json_bytes.js";
import { showInstead } from "../live.js";
import { Problem, useReading } from "../loading.js";
import { useRefresh } from "../refresh.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { useShortcut } from "../shortcuts.js";
import { Empty, SnippetBox } from "../snippet_box.js";
import { html, useEffect, useMemo, useState, useTitle } from "../ui.js";
import { Beginning, beginOf } from "./beginning.js";
import { useFeed } from "./feed.js";
import { PublishDialog, publishTo } from "./publish.js";

const REFRESH_MS = 3000;
const idOf = ({ id }) => id;
const LINE = { key: "line", title: text.line, render: ({ value }) => lineOf(value, text.binary) || text.emptyBody };
const TIME = { key: "time", title: text.time, render: (row) => html`<time datetime=${row.time}>${timeOf(row.time)}</time>` };
const TYPE = { key: "type", title: text.type, isMinor: true, render: ({ type }) => type ?? "" };

const followOf = (topic) => request("GET", ["topics", topic], { headers: { Accept: "application/x-ndjson" } });

// The day is shown of those that are not of the last 12 hours.
const timeOf = (when) => (serverNow() - new Date(when) < 12 * 3_600_000 ? time(when) : moment(when));

export function Topic({ name, query }) {
  useTitle(name);
  const [isPaused, setPaused] = useState(false);
  const [isPublishing, setPublishing] = useState(false);
  const feed = useFeed(name, beginOf(query), isPaused);
  const mayPublish = mayDo("topics", "publish", name);
  useShortcut("n", () => setPublishing(true), mayPublish);
  useConnection(feed.connection);
  const hasRows = feed.rows.length > 0;
  const isThere = useReading((signal) => isKnown(name, signal), [name, hasRows]);
  // NOTE: there is no event of a topic that is deleted.
  useRefresh(isThere.reload, REFRESH_MS);
  return html`<a class="up" href=${to("topics")}>${text.all}</a>
    <div class="bar"><h1 class="grow">${name}</h1>
      ${mayPublish && html`<button type="button" class="primary" onClick=${() => setPublishing(true)}>${text.publish} <kbd>n</kbd></button>`}
      <button type="button" aria-pressed=${isPaused} onClick=${() => setPaused(!isPaused)}>${isPaused ? text.resume : text.pause}</button>
      ${mayDo("topics", "write", name) && isThere.value !== false && html`<button type="button" class="danger" onClick=${() => void deleteTopic(name)}>${text.deleteTopic}</button>`}</div>
    ${isThere.value === false && html`<p class="note" role="status">${hasRows ? text.isGone : text.missing}</p>`}
    ${feed.error && html`<${Problem} error=${feed.error} />`}
    ${isPaused && html`<p class="note waiting" role="status">${text.waiting(feed.missed)}</p>`}
    <${Messages} topic=${name} feed=${feed} query=${query} />
    <details><summary>${text.follow}</summary><${SnippetBox} request=${followOf(name)} /></details>
    ${isPublishing && html`<${PublishDialog} topic=${name} onClose=${() => setPublishing(false)} />`}`;
}

async function isKnown(name, signal) {
  if (!mayDo("topics", "read", `${name}*`)) return true;
  const { topics } = await readJson(request("GET", ["topics"], { query: { prefix: name, limit: 1 } }), signal);
  return topics[0]?.key === name;
}

// The state in the header is that of this stream, as the page needs no other.
function useConnection(state) {
  useEffect(() => showInstead(state), [state]);
  useEffect(() => () => showInstead(null), []);
}

function Messages({ topic, feed, query }) {
  const [word, setWord] = useState("");
  const [open, setOpen] = useState(null);
  const { rows, isCut, isRead } = feed;
  const shown = useMemo(() => matching(rows, word), [rows, word]);
  const first = publishTo(topic, "the build is green");
  const none = html`<${Empty} sentence=${text.empty} request=${first} onRun=${() => call(first)} />`;
  return html`<div class="bar">
      <input class="filter" type="search" aria-label=${text.search} placeholder=${text.search} value=${word} onInput=${(event) => setWord(event.target.value)} />
      <${Beginning} topic=${topic} query=${query} />
    </div>
    <p class="bar facts-of-feed"><span class="shown">${word ? text.matching(shown.length, rows.length) : text.shown(rows.length)}</span>
      ${isCut && html`<span class="soft">${text.most}</span>`}</p>
    <div class=${open ? "two" : "stack"}>
      <${Grid} label=${topic} columns=${open ? [LINE, TIME] : [LINE, TYPE, TIME]} rows=${shown} keyOf=${idOf} onOpen=${setOpen} isCurrent=${({ id }) => id === open?.id}
        empty=${isRead && (word && rows.length ? html`<p>${text.noMatch}</p>` : none)} />
      ${open && html`<${Message} key=${open.id} topic=${topic} message=${open} onClose=${() => setOpen(null)} />`}
    </div>`;
}

function Message({ topic, message, onClose }) {
  const { id, time: when, type, value } = message;
  const body = useMemo(() => bytesOf(value), [value]);
  return html`<${Beside} label=${text.message} title=${text.message} closeLabel=${text.close} onClose=${onClose}>
    <dl class="facts">
      <dt>${text.id}</dt><dd><code>${id}</code></dd>
      <dt>${text.time}</dt><dd>${moment(when)}</dd>
      ${type && html`<dt>${text.type}</dt><dd>${type}</dd>`}
      <dt>${text.size}</dt><dd>${bytes(body.length)}</dd>
    </dl>
    <${BodyView} bytes=${body} name=${`${topic}-${id}`} />
  </${Beside}>`;
}

// NOTE: bytes that are no text match no word.
function matching(rows, word) {
  const wanted = word.trim().toLowerCase();
  return wanted ? rows.filter(({ value }) => typeof value === "string" && value.toLowerCase().includes(wanted)) : rows;
}

async function deleteTopic(topic) {
  if (!(await confirm({ title: text.deleteTitle(topic), detail: text.deleteDetail, action: text.deleteTopic, typed: topic }))) return;
  try {
    await call(request("DELETE", ["topics", topic]));
    say(text.deleted(topic));
    location.hash = to("topics");
  } catch (ex) {
    sayError(ex);
  }
}
