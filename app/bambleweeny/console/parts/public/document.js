// The document of a bin or route: read, changed as text, and saved without the loss of what somebody else has saved meanwhile.
import { text } from "../../en/public.js";
import { call } from "../api.js";
import { Modal } from "../dialogs.js";
import { compact, indented } from "../json_text.js";
import { useReading } from "../loading.js";
import { differences, merged } from "../merge.js";
import { request } from "../request.js";
import { html, useState } from "../ui.js";

export const documentOf = (noun, id) => request("GET", [noun], { query: { id } });
// NOTE: a mock answers with the white space of its document, so none is sent.
const sent = (body) => ({ body: compact(body).text ?? body, type: "application/json" });
export const putDocument = (noun, id, body) => request("PUT", [noun], { query: { id }, ...sent(body) });
export const postDocument = (noun, body) => request("POST", [noun], sent(body));

// Returns a text of JSON with a line for each member, or the text itself if it is none.
export const pretty = (written) => indented(written).text ?? written;

// Returns `{ reading, draft, setDraft, isChanged, isSaving, error, conflict, save, settle }`. `save` resolves with whether the document is saved;
// if another one was saved since it was read, it is not, and `conflict` is `{ base, mine, theirs }`, which `settle` ends;
// it resolves with whether the user's is saved.
export function useDocument(noun, id) {
  const reading = useReading(async (signal) => pretty((await call(documentOf(noun, id), { signal, isQuiet: true })).text()), [noun, id]);
  const [{ draft, error, conflict }, setState] = useState({});
  const [isSaving, setSaving] = useState(false);
  const during = (act) => async (...given) => {
    setSaving(true);
    try {
      return await act(...given);
    } finally {
      setSaving(false);
    }
  };
  const base = reading.value;
  const put = async (body) => {
    try {
      await call(putDocument(noun, id, body));
      setState({});
      await reading.reload();
      return true;
    } catch (ex) {
      setState({ draft: body, error: ex });
      return false;
    }
  };
  const save = async (written = draft) => {
    const mine = pretty(written);
    try {
      const theirs = pretty((await call(documentOf(noun, id), { isQuiet: true })).text());
      if (compact(theirs).text === compact(base).text || compact(theirs).text === compact(mine).text) return await put(written);
      setState({ draft: written, conflict: { base, mine, theirs } });
    } catch (ex) {
      setState({ draft: written, error: ex });
    }
    return false;
  };
  const settle = async (choice) => {
    const { mine, theirs } = conflict;
    if (choice === "mine") return put(mine);
    const kept = { theirs: undefined, both: merged(base, mine, theirs), cancel: mine }[choice];
    if (choice !== "cancel") reading.set(theirs);
    setState({ draft: kept });
    return false;
  };
  const setDraft = (written) => setState({ draft: written });
  return { reading, draft, setDraft, isChanged: draft !== undefined && draft !== base, isSaving, error, conflict, save: during(save), settle: during(settle) };
}

// What somebody else has saved, what the user has changed, and the choices.
export function ConflictDialog({ conflict: { base, mine, theirs }, onChoose }) {
  const both = merged(base, mine, theirs);
  const side = (title, other) => html`<section class="stack"><h3>${title}</h3><pre tabindex="0">${differences(base, other).map(({ kind, text: line }, index) =>
    html`<span key=${index} class=${kind}>${{ same: "  ", added: "+ ", removed: "- " }[kind]}${line}${"\n"}</span>`)}</pre></section>`;
  return html`<${Modal} title=${text.conflictTitle} onClose=${() => onChoose("cancel")} isWide>
    <p>${both !== null ? text.conflictMerges : text.conflictDetail}</p>
    <div class="two">${side(text.theirs, theirs)}${side(text.mine, mine)}</div>
    <footer><button type="button" onClick=${() => onChoose("cancel")}>${text.goOn}</button>
      <button type="button" onClick=${() => onChoose("theirs")}>${text.takeTheirs}</button>
      <button type="button" class="danger" onClick=${() => onChoose("mine")}>${text.saveMine}</button>
      ${both !== null && html`<button type="button" class="primary" onClick=${() => onChoose("both")}>${text.useBoth}</button>`}</footer>
  </${Modal}>`;
}
