// The form of a new bin, and of one that is changed: fields, or the whole document as JSON.
import { text } from "../../en/inbox.js";
import { call } from "../api.js";
import { Modal, say } from "../dialogs.js";
import { problemOf } from "../json_text.js";
import { Problem } from "../loading.js";
import { DocumentConflict, postDocument, pretty, putDocument, useDocument } from "../public/document.js";
import { JsonEditor } from "../public/editor.js";
import { SnippetBox } from "../snippet_box.js";
import { fixedWhile, html, useEffect, useRef, useState } from "../ui.js";
import { documentOf, fieldsOf, isExact } from "./fields.js";
import { fieldOf, isOnce } from "./field_errors.js";
import { Fields } from "./form_fields.js";

const GONE = { info: text.goneMeanwhile };
const FIRST = { list: "hooks", keep: "request" };

export function NewBinDialog({ onClose, onMade }) {
  const [error, setError] = useState(null);
  const save = async (body) => {
    try {
      const made = (await call(postDocument("bins", body))).json();
      say(text.made);
      onMade(made);
    } catch (ex) {
      setError(ex);
    }
  };
  return html`<${Modal} title=${text.newTitle} onClose=${onClose} isWide>
    <${Form} first=${JSON.stringify(FIRST, null, 2)} error=${error} action=${text.make} onSave=${save} onClose=${onClose} asked=${(body) => postDocument("bins", body)} />
  </${Modal}>`;
}

export function EditBinDialog({ id, title, onClose, onSaved }) {
  const document = useDocument("bins", id);
  const finish = async (saving) => {
    if (!(await saving)) return;
    say(text.saved);
    onSaved();
  };
  if (document.conflict) return html`<${DocumentConflict} conflict=${document.conflict} onChoose=${(...choice) => void finish(document.settle(...choice))} />`;
  const { value, error } = document.reading;
  return html`<${Modal} title=${text.editTitle(title)} onClose=${onClose} isWide>
    ${error && html`<${Problem} error=${error} onRetry=${document.reading.reload} />`}
    ${value !== undefined && html`<${Form} key=${value} first=${document.draft ?? value} error=${document.error?.status === 404 ? GONE : document.error} action=${text.save} isEdited onSave=${(body) => finish(document.save(body))} onClose=${onClose}
      asked=${(body) => putDocument("bins", id, body)} />`}
  </${Modal}>`;
}

function Form({ first, error, action, isEdited = false, onSave, onClose, asked }) {
  const [written, setWritten] = useState(first);
  const [earlier, setEarlier] = useState(isExact(first) ? JSON.parse(first) : null);
  const [fields, setFields] = useState(earlier && fieldsOf(earlier));
  const [isJson, setJson] = useState(!earlier);
  const [isBusy, setBusy] = useState(false);
  const [isWrong, setWrong] = useState(false);
  const form = useRef();
  const made = textOf(isJson, written, fields, earlier);
  const isNoJson = isJson && Boolean(problemOf(written));
  const show = (asJson) => {
    if (asJson && made !== null) setWritten(pretty(made));
    if (!asJson) {
      setEarlier(JSON.parse(written));
      setFields(fieldsOf(JSON.parse(written)));
    }
    setJson(asJson);
  };
  const submit = async (event) => {
    event.preventDefault();
    if (made === null || isNoJson) return;
    setWrong(!isJson && !isOnce(fields.once));
    if (!isJson && !isOnce(fields.once)) return;
    setBusy(true);
    await onSave(made);
    setBusy(false);
  };
  const problem = isWrong ? { name: "once", sentence: text.onceLike } : fieldOf(error, text.fields);
  // NOTE: the form of a bin that is read comes after its window, when `autofocus` has no effect any more.
  useEffect(() => form.current.querySelector("[autofocus], textarea")?.focus(), []);
  return html`<form ref=${form} ...${fixedWhile(isBusy)} onSubmit=${submit} class="bin-form">
    <div class="tabs"><button type="button" class="tab" aria-pressed=${!isJson} disabled=${isJson && !isExact(written)} onClick=${() => show(false)}>${text.asForm}</button>
      <button type="button" class="tab" aria-pressed=${isJson} disabled=${made === null} onClick=${() => show(true)}>${text.asJson}</button></div>
    ${isJson
      ? html`<${JsonEditor} label=${text.document} value=${written} onChange=${setWritten} error=${error} />`
      : html`<${Fields} fields=${fields} earlier=${earlier} isEdited=${isEdited} problem=${problem} onChange=${(changes) => setFields({ ...fields, ...changes })} />
          ${made === null && html`<p class="wrong" role="alert">${text.answerNotJson}</p>`}${error && !problem && html`<${Problem} error=${error} />`}`}
    <details><summary>${text.call}</summary><${SnippetBox} request=${asked(made ?? "{}")} /></details>
    <footer><button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary" disabled=${isBusy || made === null || isNoJson}>${action}</button></footer>
  </form>`;
}

function textOf(isJson, written, fields, earlier) {
  if (isJson) return written;
  try {
    return JSON.stringify(documentOf(fields, earlier));
  } catch {
    return null;
  }
}
