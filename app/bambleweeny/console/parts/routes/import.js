// An import: a route made of an OpenAPI document, a HAR or a db.json.
import { text } from "../../en/routes.js";
import { to } from "../address.js";
import { call } from "../api.js";
import { DropZone } from "../files.js";
import { Modal, sayError } from "../dialogs.js";
import { bytes } from "../format.js";
import { Problem } from "../loading.js";
import { idOf } from "../public/urls.js";
import { word } from "../quoting.js";
import { request } from "../request.js";
import { SnippetBox } from "../snippet_box.js";
import { html, useEffect, useState } from "../ui.js";

const FORMATS = ["openapi", "har", "db"];

export function ImportDialog({ file: dropped, onClose, onMade }) {
  const [file, setFile] = useState(null);
  const [done, setDone] = useState(null);
  const choose = async (chosen) => setFile(await read(chosen));
  useEffect(() => {
    if (dropped) choose(dropped).catch(sayError);
  }, []);
  return html`<${Modal} title=${text.importTitle} onClose=${onClose} isWide>
    ${done ? html`<${Done} done=${done} onClose=${onClose} />` : html`
      <p>${text.importAbout}</p>
      <${DropZone} label=${file ? text.file(file.name, bytes(file.body.length)) : text.drop} accept=".json,.har,application/json" onFile=${choose} />
      ${file && (file.format ? html`<${Options} key=${`${file.name} ${file.format}`} file=${file} onClose=${onClose} onDone=${(answer) => (setDone(answer), onMade())} />` : html`<p class="wrong" role="alert">${text.notJsonFile}</p><pre>bambleweeny route import ${word(file.name)}</pre>`)}`}
  </${Modal}>`;
}

function Options({ file, onClose, onDone }) {
  const [{ format, name, journal, only }, setFields] = useState({ format: file.format, name: file.suggested, journal: `${file.suggested}-calls`, only: "" });
  const [{ error, isBusy }, setState] = useState({});
  const set = (changes) => setFields({ format, name, journal, only, ...changes });
  const asked = request("POST", ["routes"], { query: { from: format, name: name.trim(), journal: journal.trim(), only: only.trim() }, body: file.body, type: "application/json" });
  const submit = async (event) => {
    event.preventDefault();
    setState({ isBusy: true });
    try {
      onDone((await call(asked)).json());
    } catch (ex) {
      setState({ error: ex });
    }
  };
  const input = (field, value, more = {}) => html`<label>${text.fields[field]}<input name=${field} autocomplete="off" autocapitalize="none" spellcheck=${false} value=${value} onInput=${(event) => set({ [field]: event.target.value })} ...${more} /></label>`;
  return html`<form onSubmit=${submit}>
    <div class="fields">
      <label>${text.format}<select name="format" value=${format} onChange=${(event) => set({ format: event.target.value })}>${FORMATS.map((one) => html`<option key=${one} value=${one}>${text.formats[one]}</option>`)}</select></label>
      ${input("name", name, { maxlength: 64, pattern: "[A-Za-z0-9_.\\-]+" })}${input("journal", journal)}${input("only", only, { placeholder: text.onlyHint })}
    </div>
    ${error && html`<${Problem} error=${error} />`}
    <${SnippetBox} request=${asked} />
    <footer><button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary" aria-disabled=${isBusy}>${text.import}</button></footer>
  </form>`;
}

function Done({ done, onClose }) {
  const go = () => {
    onClose();
    location.hash = to("routes", idOf(done));
  };
  return html`<div class="stack"><p role="status">${text.imported(done.rules, done.keys.length)}</p>
    ${done.notes.length > 0 && html`<h3>${text.notes}</h3><ul class="notes">${done.notes.map((note, index) => html`<li key=${index}>${note}</li>`)}</ul>`}
    <footer><button type="button" class="primary" autofocus onClick=${go}>${text.open}</button></footer></div>`;
}

async function read(chosen) {
  const body = new Uint8Array(await chosen.arrayBuffer());
  const suggested = chosen.name.replace(/\.[^.]*$/, "").replace(/[^A-Za-z0-9_.-]+/g, "-").slice(0, 56) || "mock";
  return { name: chosen.name, body, suggested, format: formatOf(body) };
}

function formatOf(body) {
  try {
    const found = JSON.parse(new TextDecoder().decode(body));
    if (typeof found !== "object" || !found || Array.isArray(found)) return null;
    if (typeof found.openapi === "string") return "openapi";
    return Array.isArray(found.log?.entries) ? "har" : "db";
  } catch {
    return null;
  }
}
