// The items of a list in one state, as a table beside the item that is chosen, and what is done with many at once.
import { text } from "../../en/lists.js";
import { to } from "../address.js";
import { call, readJson } from "../api.js";
import { Since, Until } from "../countdown.js";
import { bytes, number } from "../format.js";
import { Grid, withKeys } from "../grid.js";
import { lineOf } from "../json_bytes.js";
import { useLive } from "../live.js";
import { Loaded } from "../loading.js";
import { usePages } from "../paged.js";
import { Empty } from "../snippet_box.js";
import { html, useEffect, useState } from "../ui.js";
import { Actions } from "./actions.js";
import { itemsOf, pushTo, STATES } from "./calls.js";
import { Item } from "./item.js";
import { HowToLease, LeaseButton } from "./lease.js";
import { reasonOf } from "./reasons.js";
import { Whole } from "./whole.js";

const PREVIEW = 160;
const idOf = ({ id }) => id;
const TIMES = { ready: "expires", leased: "until", delayed: "due", dead: "died" };

const BODY = { key: "body", title: text.beginning, render: ({ body }) => lineOf(body, text.binary) || text.emptyBody };
const timeOf = (state) => ({ key: "at", title: text.at[state], isMinor: state === "ready", render: (row) => row[TIMES[state]] && html`<${state === "dead" ? Since : Until} when=${row[TIMES[state]]} />` });
const ENQUEUED = { key: "enqueued", title: text.enqueued, render: ({ enqueued }) => html`<${Since} when=${enqueued} />` };

// Beside an item there is room for two columns.
const fewColumnsOf = (state) => [BODY, state === "ready" ? ENQUEUED : timeOf(state)];
const columnsOf = (state) => [
  BODY,
  { key: "size", title: text.size, isNumber: true, isMinor: true, render: ({ size }) => bytes(size) },
  { key: "attempt", title: text.attempt, isNumber: true, isMinor: true, render: ({ attempt }) => number(attempt) },
  { ...ENQUEUED, isMinor: state !== "ready" },
  timeOf(state),
  { key: "reason", title: state === "dead" ? text.reason : text.origin, isMinor: true, render: (row) => (state === "dead" ? reasonOf(row) : row.origin) },
];

export function Items({ list, query, counts, onChanged }) {
  const state = STATES.includes(query.state) ? query.state : "ready";
  const order = query.order === "newest" ? "newest" : "oldest";
  const hash = (changes) => to("lists", list, { state, order: order === "newest" ? order : "", item: query.item, ...changes });
  const pages = usePages((page) => readItems(list, state, order, page), idOf, [list, state, order]);
  useLive((event) => event.event.startsWith("list.") && event.name === list, pages.reload);
  const changed = () => (pages.reload(), onChanged());
  return html`
    <div class="bar">
      <div class="tabs" role="group" aria-label=${text.state}>${STATES.map((one) => html`<a key=${one} class=${`button tab ${one}`} aria-current=${one === state ? "true" : undefined} href=${hash({ state: one, item: "" })}>
        ${text.states[one]} <b class="count">${number(counts[one])}</b></a>`)}</div>
      <span class="grow"></span>
      <label class="order">${text.order} <select value=${order} onChange=${(event) => (location.hash = hash({ order: event.target.value === "newest" ? "newest" : "" }))}>
        ${Object.entries(text.orders).map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}</select></label>
    </div>
    <${Loaded} reading=${pages}>${(rows) => html`<${Table} ...${{ list, state, order, rows, counts, hash, changed }} current=${query.item} onMore=${pages.more} />`}</${Loaded}>`;
}

function Table({ list, state, order, rows, counts, hash, changed, current, onMore }) {
  const [selected, setSelected] = useState(new Set());
  const [places, setPlaces] = useState(new Map());
  useEffect(() => setSelected(new Set()), [state, order]);
  const chosen = rows.filter(({ id }) => selected.has(id));
  const select = (ids, isSelected) => setSelected((last) => withKeys(last, ids, isSelected));
  const moved = (found) => (setPlaces((last) => new Map([...last, ...found])), changed());
  const done = (found) => (setSelected(new Set()), moved(found));
  return html`
    ${rows.length > 0 && html`<div class="bar">
      ${chosen.length > 0
        ? html`<span role="status">${text.selected(chosen.length)}</span> <${Actions} list=${list} items=${chosen} onDone=${done} />`
        : html`${state === "ready" && html`<${LeaseButton} list=${list} />`}<${Whole} list=${list} state=${state} count=${counts[state]} onChanged=${(place) => moved(current && place ? [[current, place]] : [])} />`}
      ${chosen.length < rows.length && html`<button type="button" class="small" onClick=${() => setSelected(new Set(rows.map(idOf)))}>${text.selectAll(rows.length)}</button>`}
      ${chosen.length > 0 && html`<button type="button" class="small" onClick=${() => setSelected(new Set())}>${text.selectNone}</button>`}
    </div>`}
    <div class=${current ? "two" : "stack"}>
      <${Grid} label=${text.states[state]} columns=${current ? fewColumnsOf(state) : columnsOf(state)} rows=${rows} keyOf=${idOf} href=${({ id }) => hash({ item: id })} isCurrent=${({ id }) => id === current}
        whole=${Math.max(counts[state], rows.length)} onMore=${onMore} selected=${selected} onSelect=${select} empty=${html`<${None} list=${list} state=${state} counts=${counts} />`} />
      ${current && html`<${Item} key=${current} list=${list} id=${current} place=${places.get(current)} closed=${hash({ item: "" })} onChanged=${moved} />`}
    </div>`;
}

function None({ list, state, counts }) {
  if (state === "leased" && STATES.some((one) => counts[one])) return html`<${HowToLease} list=${list} />`;
  if (STATES.some((one) => counts[one])) return html`<p>${text.empty(text.states[state].toLowerCase())}</p>`;
  const first = pushTo(list, "resize cat.png");
  return html`<${Empty} sentence=${text.emptyList} request=${first} onRun=${() => call(first)} />`;
}

async function readItems(list, state, order, { after, limit, signal }) {
  const { items, next } = await readJson(itemsOf(list, { state, order: order === "newest" ? order : "", preview: PREVIEW, limit, after }), signal);
  return { rows: items, next };
}
