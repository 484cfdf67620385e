// The form that pushes: one item or many lines, at once or later; without a list it asks for the name of a new one.
import { text } from "../../en/lists.js";
import { call } from "../api.js";
import { BodyInput, sentBody, sentText } from "../body_input.js";
import { Modal, say, sayError } from "../dialogs.js";
import { proposedType } from "../keys/json_type.js";
import { SnippetBox } from "../snippet_box.js";
import { fixedWhile, html, useState } from "../ui.js";
import { pushTo } from "./calls.js";

export function PushDialog({ list, onClose, onPushed = () => {} }) {
  const [fields, setFields] = useState({ name: list ?? "", body: "", delay: "", ttl: "", front: false, split: false });
  const [isBusy, setBusy] = useState(false);
  const set = (changes) => setFields((last) => ({ ...last, ...changes }));
  const { name, body, delay, ttl, front, split } = fields;
  const asked = pushTo(name || "NAME", sentBody(body), { delay: delay.trim(), ttl: ttl.trim(), front: front ? 1 : "", split: split ? "lines" : "" }, split ? undefined : proposedType(sentText(body)) || undefined);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const { items = 1 } = (await call(asked)).json();
      say(text.pushed(items));
      onPushed(name);
      onClose();
    } catch (ex) {
      sayError(ex);
      setBusy(false);
    }
  };
  return html`<${Modal} title=${list ? text.pushTitle(list) : text.newList} onClose=${onClose} isWide>
    <form ...${fixedWhile(isBusy)} onSubmit=${submit} class="push">
      ${!list && html`<p class="soft">${text.newListHint}</p>
        <label>${text.name}<input name="name" required maxlength="255" pattern="[A-Za-z0-9_:.\\-]+" autofocus autocomplete="off" autocapitalize="none" spellcheck=${false} value=${name}
          onInput=${(event) => set({ name: event.target.value })} /></label>`}
      <${BodyInput} label=${text.body} isFirst=${Boolean(list)} value=${body} onChange=${(value) => set({ body: value })} />
      <div class="fields">
        <label>${text.delay}<input name="delay" autocomplete="off" value=${delay} disabled=${front} onInput=${(event) => set({ delay: event.target.value })} /></label>
        <label>${text.ttl}<input name="ttl" autocomplete="off" value=${ttl} onInput=${(event) => set({ ttl: event.target.value })} /></label>
        <label class="check"><input type="checkbox" name="front" checked=${front} disabled=${Boolean(delay.trim())} onChange=${(event) => set({ front: event.target.checked })} />${text.front}</label>
        <label class="check"><input type="checkbox" name="split" checked=${split} onChange=${(event) => set({ split: event.target.checked })} />${text.lines}</label>
      </div>
      <${SnippetBox} request=${asked} />
      <footer><button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary" aria-disabled=${isBusy}>${text.push}</button></footer>
    </form>
  </${Modal}>`;
}
