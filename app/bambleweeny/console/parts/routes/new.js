// A new route: from a template, or the value of a key.
import { text } from "../../en/routes.js";
import { call } from "../api.js";
import { confirm, Modal, say } from "../dialogs.js";
import { Problem } from "../loading.js";
import { isExact } from "../inbox/fields.js";
import { problemOf } from "../json_text.js";
import { postDocument } from "../public/document.js";
import { JsonEditor } from "../public/editor.js";
import { SnippetBox } from "../snippet_box.js";
import { fixedWhile, html, useState } from "../ui.js";
import { FIRST_CALLS, TEMPLATES } from "./templates.js";

const written = (kind, name) => JSON.stringify(TEMPLATES[kind](name || "mock"), null, 2);

// `onMade(answer, first)` gets the answer, and the request that shows what a route of a template does.
export function NewRouteDialog({ onClose, onMade }) {
  const [kind, setKind] = useState("get");
  const [{ name, key, type, body }, setFields] = useState({ name: "mock", key: "", type: "text/html", body: written("get", "mock") });
  const [{ error, isBusy }, setState] = useState({});
  const set = (changes) => setFields({ name, key, type, body, ...changes });
  const isKey = kind === "key";
  const asked = postDocument("routes", isKey ? JSON.stringify({ ...(name.trim() && { name: name.trim() }), key: key.trim(), content_type: type.trim() }) : body);
  const template = Object.keys(TEMPLATES).find((one) => body === written(one, name));
  const isOfTemplate = !isKey && template !== undefined;
  const edited = !isKey && !template && isExact(body) ? JSON.parse(body) : null;
  const rename = (value) => set({ name: value, body: template ? written(template, value) : edited ? JSON.stringify({ ...edited, name: value || undefined }, null, 2) : body });
  const choose = async (next) => {
    // NOTE: the document of the last template is still there while a key is chosen.
    const isLost = next !== "key" && !template && !(await confirm(text.replaceEdited));
    if (isLost) return setState({});
    setKind(next);
    setState({});
    if (next !== "key") set({ body: written(next, name) });
    return undefined;
  };
  const submit = async (event) => {
    event.preventDefault();
    if (!isKey && problemOf(body)) return;
    setState({ isBusy: true });
    try {
      const made = (await call(asked)).json();
      say(text.made);
      onMade(made, FIRST_CALLS[kind]);
    } catch (ex) {
      setState({ error: ex });
    }
  };
  const input = (field, value, more) => html`<label>${text.fields[field]}<input name=${field} autocomplete="off" autocapitalize="none" spellcheck=${false} value=${value} ...${more} /></label>`;
  return html`<${Modal} title=${text.newTitle} onClose=${onClose} isWide>
    <form ...${fixedWhile(isBusy)} onSubmit=${submit}>
      <div class="fields">
        <label>${text.beginWith}<select name="template" value=${kind} onChange=${(event) => void choose(event.target.value)}>${[...Object.keys(TEMPLATES), "key"].map((one) => html`<option key=${one} value=${one}>${text.templates[one]}</option>`)}</select></label>
        ${input("name", edited ? (edited.name ?? "") : name, { autofocus: true, maxlength: 64, pattern: "[A-Za-z0-9_.\\-]+", required: isOfTemplate, disabled: !isKey && !isOfTemplate && !edited, onInput: ({ target }) => rename(target.value) })}
        ${isKey && html`${input("key", key, { required: true, maxlength: 255, pattern: "[A-Za-z0-9_:.\\-]+", onInput: ({ target }) => set({ key: target.value }) })}
          ${input("type", type, { required: true, onInput: ({ target }) => set({ type: target.value }) })}`}
      </div>
      <p class="soft">${text.templateAbout[kind]}</p>
      ${isKey ? error && html`<${Problem} error=${error} />` : html`<${JsonEditor} label=${text.document} value=${body} onChange=${(value) => set({ body: value })} error=${error} />`}
      <details><summary>${text.callOfForm}</summary><${SnippetBox} request=${asked} /></details>
      <footer><button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary" disabled=${!isKey && Boolean(problemOf(body))} aria-disabled=${isBusy}>${text.make}</button></footer>
    </form>
  </${Modal}>`;
}
