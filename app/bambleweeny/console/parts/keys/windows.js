// A large value in windows of 64 kB: one is read by Range when it is shown.
import { text } from "../../en/key.js";
import { number } from "../format.js";
import { Loaded, useReading } from "../loading.js";
import { html, useState } from "../ui.js";
import { hexRows } from "../values.js";
import { CodeView } from "./code_view.js";
import { WINDOW, windowOf } from "./key_data.js";
import { textOfPart } from "./shown.js";

export const HexWindows = ({ entry }) => html`<${Windows} entry=${entry} show=${hexOf} />`;
export const TextWindows = ({ entry }) => html`<${Windows} entry=${entry} show=${textOfPart} />`;

function Windows({ entry, show }) {
  const [at, setAt] = useState(0);
  const last = Math.max(0, Math.floor((entry.size - 1) / WINDOW) * WINDOW);
  const start = Math.min(at, last);
  const end = Math.min(start + WINDOW, entry.size);
  const has = entry.bytes.length >= end;
  // NOTE: after a change of the value there are no bytes until the page has read the key again.
  const read = async (signal) => (has ? entry.bytes.subarray(start, end) : ((await windowOf(entry, start, signal)) ?? new Uint8Array()));
  const window = useReading(read, [entry.etag, start, has]);
  if (!entry.size) return html`<p class="soft">${text.empty}</p>`;
  return html`${entry.size > WINDOW && html`<${Pager} start=${start} end=${end} last=${last} size=${entry.size} onGo=${setAt} />`}
    <${Loaded} reading=${window}>${(bytes) => html`<${CodeView} label=${text.value} value=${show(bytes, start)} />`}</${Loaded}>`;
}

function Pager({ start, end, last, size, onGo }) {
  const [typed, setTyped] = useState("");
  const go = (event) => {
    event.preventDefault();
    const place = Math.min(Number(typed), size - 1);
    if (/^\d{1,15}$/.test(typed)) onGo(Math.floor(place / WINDOW) * WINDOW);
  };
  const button = (label, place, isOff) => html`<button type="button" class="small" disabled=${isOff} onClick=${() => onGo(place)}>${label}</button>`;
  return html`<div class="bar">
    ${button(text.first, 0, start === 0)}${button(text.previous, start - WINDOW, start === 0)}
    <span role="status">${text.window(number(start), number(end - 1), number(size))}</span>
    ${button(text.next, start + WINDOW, start === last)}${button(text.last, last, start === last)}
    <form class="bar" onSubmit=${go}><input class="place" inputmode="numeric" aria-label=${text.goTo} placeholder=${text.goTo} value=${typed} onInput=${(event) => setTyped(event.target.value)} /></form>
  </div>`;
}

const hexOf = (bytes, start) => hexRows(bytes, start).map(({ offset, hex, printable }) => `${offset}  ${hex.padEnd(47)}  ${printable}`).join("\n");
