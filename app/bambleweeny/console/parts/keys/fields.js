// Fields of forms on keys.
import { text } from "../../en/keys.js";
import { html, useState } from "../ui.js";

const TYPES = ["application/json", "text/plain", "text/html", "text/markdown", "text/csv", "application/xml", "image/png", "image/jpeg", "image/svg+xml", "application/octet-stream"];
let lastId = 0;

// A labelled field with what is wrong with its value.
export function Field({ label, value, problem, isMono, onInput, ...others }) {
  return html`<label>${label}<input class=${[isMono && "mono", problem && "invalid"].filter(Boolean).join(" ") || undefined} value=${value} autocomplete="off" spellcheck=${false}
    aria-invalid=${Boolean(problem)} onInput=${(event) => onInput(event.target.value)} ...${others} />${problem && html`<span class="wrong">${problem}</span>`}</label>`;
}

// A field for a content type, with those that are usual.
export function TypeField({ value, onInput, label = text.type, ...others }) {
  const [id] = useState(() => `types-${++lastId}`);
  return html`<div><${Field} label=${label} value=${value} placeholder=${text.typeHint} list=${id} onInput=${(type) => onInput(type.trim())} ...${others} />
    <datalist id=${id}>${TYPES.map((type) => html`<option key=${type} value=${type} />`)}</datalist></div>`;
}

// NOTE: of a string a browser makes the type text/plain; a value without a type goes as bytes.
export const valueBody = (value, type) => (type ? value : new TextEncoder().encode(value));
