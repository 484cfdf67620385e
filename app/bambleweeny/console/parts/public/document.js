// The document of a bin or route: read, changed as text, and saved without the loss of what somebody else has saved meanwhile.
import { text } from "../../en/public.js";
import { call } from "../api.js";
import { ConflictDialog } from "../conflict.js";
import { compact, indented } from "../json_text.js";
import { useReading } from "../loading.js";
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
      setState({ draft: written, conflict: { base, mine, theirs, isJson: true } });
    } catch (ex) {
      setState({ draft: written, error: ex });
    }
    return false;
  };
  const settle = async (choice, both) => {
    const { mine, theirs } = conflict;
    if (choice === "mine") return put(mine);
    const kept = { theirs: undefined, both, cancel: mine }[choice];
    if (choice !== "cancel") reading.set(theirs);
    setState({ draft: kept });
    return false;
  };
  const setDraft = (written) => setState({ draft: written });
  return { reading, draft, setDraft, isChanged: draft !== undefined && draft !== base, isSaving, error, conflict, save: during(save), settle: during(settle) };
}

// `conflict` is that of `useDocument`; `onChoose` gets the arguments of its `settle`.
export function DocumentConflict({ conflict, onChoose }) {
  return html`<${ConflictDialog} name=${text.document} sides=${conflict} onClose=${() => onChoose("cancel")} onKeep=${() => onChoose("mine")} onTake=${() => onChoose("theirs")}
    onMerge=${(both) => onChoose("both", both)} />`;
}
