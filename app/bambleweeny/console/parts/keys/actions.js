// What can be done with a key as a whole.
import { text } from "../../en/key.js";
import { to } from "../address.js";
import { call } from "../api.js";
import { confirm, say, sayError } from "../dialogs.js";
import { save } from "../files.js";
import { bytes as sized } from "../format.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { html, useRef, useState } from "../ui.js";
import { MOST, reading, replacement } from "./key_data.js";
import { canEdit, isInteger } from "./shown.js";

export function Actions({ entry, onEdit, onChange }) {
  const input = useRef();
  const { name } = entry;
  const mayWrite = mayDo("keys", "write", name);
  const run = (work) => () => work().catch(sayError);
  const remove = async () => {
    if (!(await confirm({ title: text.removeTitle(name), detail: text.removeDetail(sized(entry.size)), action: text.remove }))) return;
    await call(request("DELETE", ["keys", name]));
    say(text.removed(name));
    location.hash = to("keys", [], { prefix: name.slice(0, name.lastIndexOf(":") + 1) });
  };
  const replace = async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) await replaceBy(file, entry, onChange);
  };
  return html`<div class="bar" role="group" aria-label=${text.actions}>
    ${mayWrite && canEdit(entry, MOST) && html`<button type="button" class="primary" onClick=${onEdit}>${text.edit} <kbd>e</kbd></button>`}
    <button type="button" onClick=${run(() => download(name))}>${text.download}</button>
    ${mayWrite && html`<button type="button" onClick=${() => input.current.click()}>${text.upload}</button>
    <input ref=${input} type="file" hidden aria-label=${text.upload} onChange=${(event) => replace(event).catch(sayError)} />`}
    ${mayDo("keys", "incr", name) && isInteger(entry) && html`<${Counter} name=${name} onChange=${onChange} />`}
    <span class="grow"></span>
    ${mayWrite && html`<button type="button" class="danger" onClick=${run(remove)}>${text.remove}</button>`}
  </div>`;
}

function Counter({ name, onChange }) {
  const [by, setBy] = useState("");
  const isRight = /^-?\d{1,19}$/.test(by);
  const add = async (step) => {
    try {
      await call(request("POST", ["incr", name], { query: { by: step } }));
      await onChange();
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<span class="bar" role="group" aria-label=${text.counter}>
    <button type="button" onClick=${() => add(undefined)}>${text.addOne}</button>
    <form class="bar" onSubmit=${(event) => (event.preventDefault(), isRight && void add(by))}>
      <input class="step" inputmode="numeric" aria-label=${text.by} placeholder="-3" value=${by} aria-invalid=${Boolean(by) && !isRight} onInput=${(event) => setBy(event.target.value.trim())} />
      <button disabled=${!isRight}>${text.addBy}</button>
    </form>
  </span>`;
}

async function download(name) {
  const { bytes, headers } = await call(reading(name));
  save(bytes, name, headers.get("Content-Type") ?? "");
}

async function replaceBy(file, entry, onChange) {
  if (!(await confirm({ title: text.replaceTitle(entry.name), detail: text.replaceDetail(file.name, sized(file.size)), action: text.upload }))) return;
  try {
    await call(replacement(entry.name, new Uint8Array(await file.arrayBuffer()), { etag: entry.etag, type: file.type || entry.type }));
    say(text.replaced);
  } catch (ex) {
    if (ex.status !== 412) throw ex;
    say(text.changedMeanwhile, { isError: true });
  }
  await onChange();
}
