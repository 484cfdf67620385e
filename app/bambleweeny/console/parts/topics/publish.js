// The form that publishes a message; without a topic it asks for the name of a new one.
import { text } from "../../en/topics.js";
import { call } from "../api.js";
import { BodyInput, sentBody, sentText } from "../body_input.js";
import { Modal, say, sayError } from "../dialogs.js";
import { proposedType } from "../keys/json_type.js";
import { SnippetBox } from "../snippet_box.js";
import { request } from "../request.js";
import { fixedWhile, html, useState } from "../ui.js";

const TYPES = ["text/plain", "application/json", "application/octet-stream"];

export const publishTo = (topic, body, type) => request("POST", ["topics", topic], { body, type });

export function PublishDialog({ topic, onClose, onPublished = () => {} }) {
  const [{ name, body, type: chosen }, setFields] = useState({ name: topic ?? "", body: "", type: null });
  const [isBusy, setBusy] = useState(false);
  const set = (changes) => setFields((last) => ({ ...last, ...changes }));
  const type = chosen ?? proposedType(sentText(body));
  const asked = publishTo(name || "NAME", sentBody(body), type.trim() || undefined);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await call(asked);
      say(text.published);
      onPublished(name);
      onClose();
    } catch (ex) {
      sayError(ex);
      setBusy(false);
    }
  };
  return html`<${Modal} title=${topic ? text.publishTitle(topic) : text.newTopic} onClose=${onClose} isWide>
    <form ...${fixedWhile(isBusy)} onSubmit=${submit} class="publish">
      ${!topic && html`<p class="soft">${text.newTopicHint}</p>
        <label>${text.name}<input name="name" required maxlength="255" pattern="[A-Za-z0-9_:.\\-]+" autofocus autocomplete="off" autocapitalize="none" spellcheck=${false} value=${name}
          onInput=${(event) => set({ name: event.target.value })} /></label>`}
      <${BodyInput} label=${text.message} isFirst=${Boolean(topic)} value=${body} onChange=${(value) => set(typeof value === "string" ? { body: value } : { body: value, type: value.type })} />
      <label>${text.type}<input name="type" list="message-types" autocomplete="off" placeholder=${text.typeHint} value=${type} onInput=${(event) => set({ type: event.target.value })} /></label>
      <datalist id="message-types">${TYPES.map((one) => html`<option key=${one} value=${one}></option>`)}</datalist>
      <${SnippetBox} request=${asked} />
      <footer><button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary" aria-disabled=${isBusy}>${text.publish}</button></footer>
    </form>
  </${Modal}>`;
}
