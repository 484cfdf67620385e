// The form of a new key. It never overwrites: the call has `If-None-Match: *`.
import { text } from "../../en/keys.js";
import { to } from "../address.js";
import { call } from "../api.js";
import { Modal, say, sayError } from "../dialogs.js";
import { problemOf } from "../json_text.js";
import { leaveTo, mayLeave } from "../leaving.js";
import { request } from "../request.js";
import { useChord } from "../shortcuts.js";
import { SnippetBox } from "../snippet_box.js";
import { fixedWhile, html, useState } from "../ui.js";
import { durationProblem, nameProblem } from "../values.js";
import { Field, TypeField, valueBody } from "./fields.js";
import { isJsonType, proposedType } from "./json_type.js";

export function NewKey({ prefix, onClose }) {
  const [typed, setDraft] = useState({ name: prefix, value: "", type: null, ttl: "" });
  const draft = { ...typed, type: typed.type ?? proposedType(typed.value) };
  const [isTried, setTried] = useState(false);
  const [taken, setTaken] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const change = (changes) => setDraft({ ...typed, ...changes });
  const problems = problemsOf(draft);
  const create = async (type) => {
    setTried(true);
    if (isBusy || problems.name || problems.ttl || (problems.json && type === draft.type)) return;
    setBusy(true);
    try {
      await call(creationOf({ ...draft, type }));
      say(text.created(draft.name));
      onClose();
      location.hash = to("keys", draft.name);
    } catch (ex) {
      if (ex.status === 412) setTaken(draft.name);
      else sayError(ex);
      setBusy(false);
    }
  };
  const open = async (event) => {
    event.preventDefault();
    if (!(await mayLeave())) return;
    onClose();
    leaveTo(to("keys", taken));
  };
  useChord("s", () => void create(draft.type));
  const shown = isTried || draft.name !== prefix;
  return html`<${Modal} title=${text.newTitle} onClose=${onClose} isWide>
    <form ...${fixedWhile(isBusy)} onSubmit=${(event) => (event.preventDefault(), void create(draft.type))}>
      <div class="fields top-aligned">
        <${Field} label=${text.name} value=${draft.name} problem=${shown ? problems.name : undefined} isMono autofocus onInput=${(name) => change({ name })} />
        <${TypeField} value=${draft.type} onInput=${(type) => change({ type })} />
        <${Field} label=${text.ttl} value=${draft.ttl} problem=${draft.ttl ? problems.ttl : undefined} placeholder=${text.ttlHint} onInput=${(ttl) => change({ ttl })} />
      </div>
      <label>${text.value}<textarea class="filled" spellcheck=${false} placeholder=${text.valueHint} value=${draft.value} onInput=${(event) => change({ value: event.target.value })}></textarea></label>
      ${problems.json && html`<p class="wrong" role="status">${text.notJson(problems.json)}</p>`}
      ${taken === draft.name && html`<div class="problem" role="alert"><p>${text.exists(taken)} <a href=${to("keys", taken)} onClick=${open}>${text.openIt}</a></p></div>`}
      ${(!draft.name || !problems.name) && !problems.ttl && html`<${SnippetBox} request=${creationOf({ ...draft, name: draft.name || "NAME" })} />`}
      <footer>
        <button type="button" onClick=${onClose}>${text.cancel}</button>
        ${problems.json && html`<button type="button" onClick=${() => void create("text/plain")}>${text.createAsText}</button>`}
        <button class="primary" disabled=${isBusy || Boolean(problems.json)}>${text.create}</button>
      </footer>
    </form>
  </${Modal}>`;
}

const creationOf = ({ name, value, type, ttl }) =>
  request("PUT", ["keys", name], { query: { ttl }, headers: { "If-None-Match": "*" }, type: type || undefined, body: valueBody(value, type) });

function problemsOf({ name, value, type, ttl }) {
  return { name: nameProblem(name), ttl: ttl ? durationProblem(ttl) : undefined, json: isJsonType(type) && value ? problemOf(value) : undefined };
}
