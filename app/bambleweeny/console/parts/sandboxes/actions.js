// What is done with a sandbox, after a question if data are lost.
import { text } from "../../en/sandboxes.js";
import { call } from "../api.js";
import { confirm, Modal, say, sayError } from "../dialogs.js";
import { Problem } from "../loading.js";
import { SnippetBox } from "../snippet_box.js";
import { fixedWhile, html, useState } from "../ui.js";
import { deletion, resetting, SNAPSHOT, snapshot, snapshotDeletion } from "./calls.js";

// Each returns whether it was done. `id` is how the calls name the sandbox, `found` what the API answers about it.
export const reset = (id, found, to) => asked({ title: text.resetTitle(to), detail: text.resetDetail(found.names), action: text.reset }, resetting(id, to), text.wasReset(to));
export const remove = (id, found) => asked({ title: text.removeTitle(found), detail: text.removeDetail, action: text.remove }, deletion(id), text.removed(found));
export const removeSnapshot = (id, name) =>
  asked({ title: text.removeSnapshotTitle(name), detail: text.removeSnapshotDetail, action: text.remove }, snapshotDeletion(id, name), text.snapshotRemoved(name));

async function asked(question, sent, said) {
  if (!(await confirm(question))) return false;
  try {
    await call(sent);
    say(said);
    return true;
  } catch (ex) {
    sayError(ex);
    return false;
  }
}

// Asks for the name of a snapshot, and takes it. `onTaken()` is called after it.
export function SnapshotDialog({ id, snapshots, onClose, onTaken }) {
  const [name, setName] = useState("");
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const exists = snapshots.includes(name);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await call(snapshot(id, name));
      say(text.taken(name));
      onTaken();
      onClose();
    } catch (ex) {
      setError(ex);
      setBusy(false);
    }
  };
  return html`<${Modal} title=${text.take} onClose=${onClose} isDropped>
    <form ...${fixedWhile(isBusy)} onSubmit=${submit}>
      <p class="soft">${text.snapshotsAbout}</p>
      <label>${text.name}<input name="snapshot" value=${name} required pattern=${SNAPSHOT} title=${text.takeHelp} placeholder=${text.takeHint} autofocus autocomplete="off" autocapitalize="none" spellcheck=${false}
        onInput=${(event) => setName(event.target.value)} /></label>
      <p role="status" class=${exists ? "note" : "soft"}>${exists ? text.replaces(name) : text.takeHelp}</p>
      ${error && html`<${Problem} error=${error} />`}
      <${SnippetBox} request=${snapshot(id, name || "NAME")} />
      <footer><button class=${exists ? "danger" : "primary"} aria-disabled=${isBusy}>${text.take}</button></footer>
    </form>
  </${Modal}>`;
}
