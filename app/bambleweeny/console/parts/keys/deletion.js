// Deletes many keys: the selected ones by name, or all with a prefix. The question names the scope and the exact count.
import { text } from "../../en/keys.js";
import { callAsNow } from "../api.js";
import { confirm, say, sayError } from "../dialogs.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { html, useRef, useState } from "../ui.js";

const TOGETHER = 500;
const NAMED = 5;

// `loaded` are the rows of the table; `onSelect(names)` changes the selection.
export function Deletion({ prefix, count, selected, loaded, onSelect }) {
  const [progress, setProgress] = useState(null);
  const stopped = useRef(false);
  const names = [...selected];
  const remove = async (work) => {
    stopped.current = false;
    try {
      await work();
    } catch (ex) {
      sayError(ex);
    } finally {
      setProgress(null);
    }
  };
  const removeSelected = async () => {
    if (!(await confirm(questionOf(names)))) return;
    await remove(async () => say(text.deleted(await deleteNamed(names, onSelect, setProgress, stopped))));
  };
  const removePrefix = async () => {
    const call = callAsNow();
    const counted = (await call(request("GET", ["keys"], { query: { prefix, count: 1 } }), { isQuiet: true })).json().count;
    if (!(await confirm(questionOfPrefix(counted, prefix)))) return;
    await remove(async () => {
      setProgress({ done: 0, whole: 0 });
      say(text.deleted((await call(deletionOf(prefix))).json().deleted));
      onSelect(new Set());
    });
  };
  const selectLoaded = () => onSelect(new Set(loaded.filter(({ kind, name }) => kind === "key" && mayDo("keys", "write", name)).map(({ name }) => name)));
  if (progress) return html`<${Progress} ...${progress} onStop=${() => (stopped.current = true)} />`;
  if (!count && !names.length) return null;
  return html`<div class="bar">
    ${names.length > 0 && html`<span role="status">${text.selected(names.length)}</span>
      <button type="button" class="small danger" onClick=${removeSelected}>${text.deleteSelected}</button>
      <button type="button" class="small" onClick=${() => onSelect(new Set())}>${text.clear}</button>`}
    <button type="button" class="small" onClick=${selectLoaded}>${text.selectShown}</button>
    ${mayDo("keys", "write", `${prefix}*`) && html`<button type="button" class="small danger" onClick=${() => removePrefix().catch(sayError)}>${text.deletePrefix(prefix)}</button>`}
  </div>`;
}

function Progress({ done, whole, onStop }) {
  const sentence = whole ? text.deleting(done, whole) : text.deletingAll;
  return html`<div class="bar" role="status"><label class="bar">${sentence}<progress max=${whole || undefined} value=${whole ? done : undefined}></progress></label>
    ${whole > TOGETHER && html`<button type="button" class="small" onClick=${onStop}>${text.stop}</button>`}</div>`;
}

const deletionOf = (prefix) => {
  const found = request("DELETE", ["keys"], { query: { prefix, confirm: 1 } });
  // NOTE: a request leaves out what is empty, but here an empty prefix means all keys.
  return prefix ? found : Object.freeze({ ...found, query: Object.freeze({ prefix: "", confirm: "1" }) });
};

// Deletes keys by their names, some hundred in a call, and returns how many existed. Those that are deleted leave the selection.
async function deleteNamed(names, onSelect, onProgress, stopped) {
  const call = callAsNow();
  let deleted = 0;
  for (let start = 0; start < names.length && !stopped.current; start += TOGETHER) {
    onProgress({ done: start, whole: names.length });
    const part = names.slice(start, start + TOGETHER);
    const outcomes = (await call(deletionOfNamed(part))).json();
    deleted += outcomes.filter(({ ok }) => ok).length;
    onSelect(new Set(names.slice(start + TOGETHER)));
    const failed = outcomes.find(({ error }) => error && error.code !== "not_found");
    if (failed) throw Object.assign(new Error(failed.error.info), failed.error);
  }
  return deleted;
}

const deletionOfNamed = (names) => request("POST", ["batch"], { body: { json: names.map((name) => ["del", name]) } });

function questionOf(names) {
  const typed = names.length > 1 ? String(names.length) : undefined;
  return { title: text.deleteTitle(names.length), detail: text.deleteDetail(names.slice(0, NAMED), Math.max(names.length - NAMED, 0)), action: text.deleteSelected, typed };
}

const questionOfPrefix = (count, prefix) => ({
  title: text.deletePrefixTitle(count, prefix), detail: text.deletePrefixDetail(count), action: text.deletePrefix(prefix), typed: prefix || text.all,
});
