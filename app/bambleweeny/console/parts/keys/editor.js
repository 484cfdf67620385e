// Edits a value. Saving never overwrites what somebody else has written meanwhile, and the draft is never lost unasked.
import { text } from "../../en/key.js";
import { call } from "../api.js";
import { confirm, say, sayError } from "../dialogs.js";
import { useGuard } from "../leaving.js";
import { request } from "../request.js";
import { useChord } from "../shortcuts.js";
import { SnippetBox } from "../snippet_box.js";
import { html, useEffect, useMemo, useState } from "../ui.js";
import { Conflict, TypeConflict } from "./conflict.js";
import { DraftField, offsetOf } from "./draft_field.js";
import { factsOf, readKey, replacement } from "./key_data.js";
import { bytesOf, draftOf, isMixed, modesOf, problemsOf } from "./shown.js";

// Longer texts are checked after a pause in typing.
const LONG = 100_000;
const PAUSE_MS = 300;

// `first` is the entry when the user began, `current` the newest that the page has read (null if the key is gone).
// `onDone` is called after saving, or when the draft is given up.
export function Editor({ first, current, onDone }) {
  const { draft, change, isDirty, bytes, problems } = useDraft(first);
  const [conflict, setConflict] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const [place, setPlace] = useState(null);
  const { name } = first;
  const isGone = draft.isGone || current === null;
  useGuard(isDirty, leaving(name));
  const send = async (call_, onRefused, mayCall = () => true) => {
    setBusy(true);
    try {
      if (!(await mayCall())) return;
      await call(call_);
      say(text.saved(name));
      onDone();
    } catch (ex) {
      if (ex.status === 412) await onRefused();
      else sayError(ex);
    } finally {
      setBusy(false);
    }
  };
  const compare = async () => {
    const theirs = await readKey(name, { isWhole: true });
    change({ isGone: theirs === null });
    setConflict(theirs);
    return theirs;
  };
  const askNew = async () => {
    if (await confirm({ title: text.goneTitle(name), detail: text.deleted, action: text.saveAsNew, isDanger: false })) await saveAsNew();
  };
  // NOTE: a change of the type alone leaves the ETag as it is.
  const hasItsType = async () => {
    const now = await factsOf(name);
    if (now?.etag !== draft.base.etag || now.type === draft.base.type) return true;
    setConflict({ ...draft.base, type: now.type });
    return false;
  };
  const save = (base, type = base.type) => send(replacement(name, bytes(), { ...base, type }), async () => (await compare()) ?? void askNew(), base === draft.base && type === base.type ? hasItsType : undefined);
  const saveIfRight = () => {
    if (isBusy || isWrong(problemsOf(draft.text, draft.mode, draft.base))) return;
    if (isDirty) void (isGone ? askNew() : save(draft.base));
    else onDone();
  };
  // NOTE: what somebody types while a save runs would be lost with the editor, so the field takes nothing then.
  const saveAsNew = () => send(creation(name, bytes(), draft.base.type), () => (change({ isGone: false }), compare()));
  const cancel = async () => {
    if (!isDirty || (await confirm(leaving(name)))) onDone();
  };
  useChord("s", saveIfRight);
  return html`<section class="stack" aria-label=${text.draft}>
    <${Notice} isGone=${isGone} isForeign=${Boolean(current) && (current.etag !== draft.base.etag || current.type !== draft.base.type)} note=${draft.note} isOff=${isBusy || isWrong(problems)}
      onCompare=${() => compare().catch(sayError)} onSaveAsNew=${saveAsNew} />
    <${Modes} draft=${draft} modes=${modesOf(draft.base)} isOff=${isWrong(problems)} change=${change} />
    <${DraftField} key=${`${draft.mode} ${draft.base.etag} ${draft.note}`} value=${draft.text} isWrong=${isWrong(problems)} isFixed=${isBusy} place=${place} onInput=${(typed) => change({ text: typed })} />
    ${isMixed(draft.base) && draft.mode !== "json" && html`<p class="note">${text.mixedEnds}</p>`}
    <${Problems} problems=${problems} onGo=${(offsetIn) => setPlace({ offset: offsetIn(draft.text) })} />
    <div class="bar">
      <button type="button" class="primary" disabled=${isBusy || isWrong(problems)} onClick=${saveIfRight}>${text.save} <kbd>Ctrl S</kbd></button>
      ${problems.json && html`<button type="button" disabled=${isBusy || isGone} onClick=${() => save(draft.base, "text/plain")}>${text.saveAsText}</button>`}
      <button type="button" disabled=${isBusy} onClick=${cancel}>${text.cancel}</button>
    </div>
    <${Unfolding} title=${text.saveCall} show=${() => html`<${SnippetBox} request=${replacement(name, bytes(), draft.base)} />`} />
    ${conflict?.etag === draft.base.etag && html`<${TypeConflict} mine=${draft.base} theirs=${conflict} onClose=${() => setConflict(null)}
      onChoose=${(type) => (setConflict(null), change({ base: { ...draft.base, type } }), save({ ...conflict, type }))} />`}
    ${conflict && conflict.etag !== draft.base.etag && html`<${Conflict} draft=${draft} theirs=${conflict} canKeep=${!isWrong(problems)} onClose=${() => setConflict(null)}
      onKeep=${() => (setConflict(null), save({ ...conflict, type: conflict.type }))}
      onTake=${() => (setConflict(null), onDone())}
      onMerge=${(changes) => (setConflict(null), change({ base: conflict, ...changes }))} />`}
  </section>`;
}

// The draft `{ mode, text, begun, base, note, isGone }`; `begun` is the text before any change.
function useDraft(first) {
  const [draft, setDraft] = useState(() => begun(first, modesOf(first)[0]));
  const change = (changes) => setDraft((last) => ({ ...last, ...changes }));
  const isDirty = draft.text !== draft.begun;
  const problems = useProblems(draft);
  return { draft, change, isDirty, problems, bytes: () => bytesOf(draft.text, draft.mode, draft.base).bytes ?? new Uint8Array() };
}

// What is wrong with the draft; of a long one after a pause in typing.
function useProblems({ text: shown, mode, base }) {
  const isLong = shown.length > LONG;
  const now = useMemo(() => (isLong ? null : problemsOf(shown, mode, base)), [isLong ? null : shown, mode, base]);
  const [later, setLater] = useState({});
  useEffect(() => {
    if (!isLong) return undefined;
    const timer = setTimeout(() => setLater(problemsOf(shown, mode, base)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isLong, shown, mode, base]);
  return now ?? later;
}

function begun(base, mode) {
  const shown = draftOf(base.bytes, mode);
  return { mode, base, text: shown, begun: shown, note: null, isGone: false };
}

function Modes({ draft, modes, isOff, change }) {
  if (modes.length < 2) return null;
  const turn = (mode) => {
    const isDirty = draft.text !== draft.begun;
    const bytes = isDirty ? bytesOf(draft.text, draft.mode, draft.base).bytes : draft.base.bytes;
    if (!bytes) return;
    const shown = draftOf(bytes, mode, draft.base);
    change({ mode, text: shown, begun: isDirty ? null : shown });
  };
  return html`<div class="tabs" role="group" aria-label=${text.views}>${modes.map((mode) => html`<button type="button" key=${mode} class="tab" aria-pressed=${mode === draft.mode}
    disabled=${isOff && mode !== draft.mode} onClick=${() => turn(mode)}>${text.modes[mode]}</button>`)}</div>`;
}

// What is wrong, with a button that goes to the place.
function Problems({ problems: { json, hex }, onGo }) {
  const go = (offset) => html` <button type="button" class="small" onClick=${() => onGo(offset)}>${text.goThere}</button>`;
  return html`<div role="status">${json && html`<p class="wrong">${text.badJson(json)}${go((value) => offsetOf(value, json.line, json.column))}</p>`}
    ${hex && html`<p class="wrong">${text.hexProblem(hex.error, hex.position)}${go(() => hex.position - 1)}</p>`}</div>`;
}

function Notice({ isGone, isForeign, note, isOff, onCompare, onSaveAsNew }) {
  return html`<div role="status">
    ${isGone && html`<p class="note bar">${text.deleted} <button type="button" class="small" disabled=${isOff} onClick=${onSaveAsNew}>${text.saveAsNew}</button></p>`}
    ${!isGone && isForeign && html`<p class="note bar">${text.foreign} <button type="button" class="small" onClick=${onCompare}>${text.compare}</button></p>`}
    ${!isGone && !isForeign && note && html`<p class="note">${note}</p>`}
  </div>`;
}

// What is made only while it is unfolded.
function Unfolding({ title, show }) {
  const [isOpen, setOpen] = useState(false);
  return html`<details onToggle=${(event) => setOpen(event.target.open)}><summary>${title}</summary>${isOpen && show()}</details>`;
}

const isWrong = ({ json, hex }) => Boolean(json || hex);
const creation = (name, bytes, type) => request("PUT", ["keys", name], { headers: { "If-None-Match": "*" }, type: type ?? undefined, body: bytes });
const leaving = (name) => ({ title: text.leaveTitle, detail: text.leaveDetail(name), action: text.leave });
