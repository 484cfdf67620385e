// One item: all of its body, and what is known of it. It stays where it is.
import { text } from "../../en/lists.js";
import { to } from "../address.js";
import { call, readJson } from "../api.js";
import { Beside } from "../beside.js";
import { imageTypeOf } from "../body_kinds.js";
import { BodyView } from "../body_view.js";
import { Since, Until } from "../countdown.js";
import { sayError } from "../dialogs.js";
import { bytes, moment, number } from "../format.js";
import { useLive } from "../live.js";
import { Loaded, useReading } from "../loading.js";
import { html } from "../ui.js";
import { Actions } from "./actions.js";
import { bodyOf, itemOf, leaseOf } from "./calls.js";
import { reasonOf } from "./reasons.js";

const FIRST = 64 << 10;
const STEP = 1 << 20;
const MOST_OF_AN_IMAGE = 4 << 20;
const TIMES = [["until", "leased"], ["due", "delayed"], ["died", "dead"], ["expires", "ready"]];

// `place` is where an action has put the item, if one has: `{ list, id, state, action }`, without `id` if that is not known.
export function Item({ list, id, place, closed, onChanged }) {
  const found = useReading((signal) => readItem(list, id, signal), [list, id]);
  useLive((event) => event.event.startsWith("list.") && event.name === list, found.reload);
  const changed = (places) => (found.reload(), onChanged(places));
  return html`<${Beside} label=${text.itemLabel} title=${text.item(id)} closed=${closed} closeLabel=${text.close} isReady=${Boolean(found.value)}>
    <${Loaded} reading=${found}>${(item) =>
      item
        ? html`<${Actions} list=${list} items=${[item]} onDone=${changed} />
            <${Facts} item=${item} />
            <${Body} list=${list} id=${id} size=${item.size} />`
        : html`<${Gone} place=${place} />`}
    </${Loaded}>
  </${Beside}>`;
}

// NOTE: an action may give an item a new id, or put it in another list.
function Gone({ place }) {
  if (!place) return html`<p>${text.itemGone}</p>`;
  const { list, id, state, action } = place;
  return html`<p>${text.itemMoved[action]} <a href=${to("lists", list, { state, item: id })}>${text.itemThere(text.states[state].toLowerCase(), list)}</a></p>`;
}

function Facts({ item }) {
  const { id, state, attempt, enqueued, reason, origin, size } = item;
  const time = (when, Shown = Since) => html`<time datetime=${when}>${moment(when)}</time> <span class="soft"><${Shown} when=${when} /></span>`;
  const facts = [
    [text.status, html`<span class=${`badge ${state}`}>${text.states[state]}</span>`],
    [text.id, html`<code>${id}</code>`],
    state === "leased" && [text.lease, html`<code>${leaseOf(item)}</code>`],
    [text.enqueued, time(enqueued)],
    ...TIMES.map(([field, name]) => item[field] && [text.at[name], time(item[field], field === "died" ? Since : Until)]),
    [text.attempt, number(attempt)],
    reason && [text.reason, reasonOf(item)],
    origin && [text.origin, html`<a href=${to("lists", origin)}>${origin}</a>`],
    [text.size, bytes(size)],
  ].filter(Boolean);
  return html`<dl class="facts">${facts.map(([name, value]) => html`<dt key=${name}>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

// NOTE: the body of an item never changes, so it is read once: the first 64 kB, and more when the user asks.
function Body({ list, id, size }) {
  const body = useReading((signal) => readBody(list, id, size, signal), [list, id]);
  const part = async (have, end) => joined(have, (await call(bodyOf(list, id, `bytes=${have.length}-${end - 1}`), { isQuiet: true })).bytes);
  const more = async (have) => body.set(await part(have, have.length + STEP));
  return html`<${Loaded} reading=${body}>${(have) => html`<${BodyView} bytes=${have} whole=${size} name=${`${list}-${id}`}
    onMore=${() => void more(have).catch(sayError)} onWhole=${() => part(have, size)} />`}</${Loaded}>`;
}

// Returns the item without its body, or null if it is gone.
export async function readItem(list, id, signal) {
  const { items } = await readJson(itemOf(list, id), signal);
  return items[0] ?? null;
}

async function readBody(list, id, size, signal) {
  if (!size) return new Uint8Array();
  const { bytes: first } = await call(bodyOf(list, id, `bytes=0-${FIRST - 1}`), { signal, isQuiet: true });
  if (first.length >= size || size > MOST_OF_AN_IMAGE || !imageTypeOf(first)) return first;
  return joined(first, (await call(bodyOf(list, id, `bytes=${first.length}-`), { signal, isQuiet: true })).bytes);
}

function joined(first, second) {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
