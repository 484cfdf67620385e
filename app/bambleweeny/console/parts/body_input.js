// A field for a body: text that is typed, or a file of any bytes.
import { text } from "../en/body.js";
import { sayError } from "./dialogs.js";
import { bytes as size } from "./format.js";
import { html, useRef } from "./ui.js";

// `value` is a text, or `{ name, type, bytes }` of a file; `onChange` gets the new one. `isFirst` puts the focus here at first.
export function BodyInput({ value, onChange, label = text.label, isFirst = true }) {
  const input = useRef();
  const choose = async ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) onChange({ name: file.name, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) });
  };
  const isFile = typeof value !== "string";
  return html`<div class="stack">
    ${isFile
      ? html`<p class="bar"><span>${text.file(value.name, size(value.bytes.length))}</span><button type="button" class="small" onClick=${() => onChange("")}>${text.write}</button></p>`
      : html`<label>${label}<textarea name="body" rows="6" value=${value} spellcheck=${false} autofocus=${isFirst} onInput=${(event) => onChange(event.target.value)}></textarea></label>`}
    <input ref=${input} type="file" class="hidden" tabindex="-1" aria-label=${text.choose} onChange=${(event) => void choose(event).catch(sayError)} />
    <div><button type="button" class="small" onClick=${() => input.current.click()}>${text.choose}</button></div>
  </div>`;
}

// Returns the body that is sent.
export const sentBody = (value) => (typeof value === "string" ? value : value.bytes);
// Returns it if it is a text, else an empty one.
export const sentText = (value) => (typeof value === "string" ? value : "");
