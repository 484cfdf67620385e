// Two changes of one value: what each did, and which to keep.
import { text } from "../../en/key.js";
import { Modal } from "../dialogs.js";
import { differences, merged } from "../merge.js";
import { mergedJson } from "../merge_json.js";
import { html, useMemo } from "../ui.js";
import { CodeView } from "./code_view.js";
import { draftOf, modesOf, orderly } from "./shown.js";

const AROUND = 3;

// `onMerge(changes)` gets the changes of the draft, which is then based on `theirs`.
export function Conflict({ draft, theirs, canKeep, onClose, onKeep, onTake, onMerge }) {
  const { mode, base } = draft;
  const mine = useMemo(() => orderly(draft.text, mode), [draft.text, mode]);
  // NOTE: their value may be too long to edit, or no text at all.
  const canMerge = modesOf(theirs).includes(mode);
  const [before, after] = useMemo(() => [draftOf(base.bytes, mode), draftOf(theirs.bytes, mode)], [base, theirs, mode]);
  const both = useMemo(() => (canMerge ? mergedIn(mode, before, mine, after) : null), [before, mine, after, canMerge]);
  // NOTE: the focus is at the best of the answers that lose no draft.
  const first = both !== null ? "both" : canMerge ? "hand" : "keep";
  return html`<${Modal} title=${text.conflictTitle(theirs.name)} onClose=${onClose} isWide>
    <div class="stack column">
      <p>${text.conflict}</p>
      <${Compared} title=${text.theirs} before=${before} after=${after} />
      <${Compared} title=${text.mine} before=${before} after=${mine} />
      <details><summary>${text.base}</summary><${CodeView} label=${text.base} value=${before} /></details>
      ${both === null && html`<p class="soft">${text.noMerge}</p>`}
      <footer>
        <button type="button" onClick=${onTake}>${text.takeTheirs}</button>
        <button type="button" disabled=${!canKeep} autofocus=${first === "keep"} onClick=${onKeep}>${text.keepMine}</button>
        <button type="button" disabled=${!canMerge} autofocus=${first === "hand"} onClick=${() => onMerge({ note: text.byHandNote, theirs, begun: null })}>${text.byHand}</button>
        ${both !== null && html`<button type="button" class="primary" autofocus=${first === "both"} onClick=${() => onMerge({ text: both, note: text.mergedNote, theirs: null, begun: null })}>${text.mergeBoth}</button>`}
      </footer>
    </div>
  </${Modal}>`;
}

// Returns a text with both changes, or null. Members of JSON objects never touch, lines may.
const mergedIn = (mode, before, mine, after) => (mode === "json" && mergedJson(before, mine, after)) || merged(before, mine, after);

// Two types of one value, of which one is saved with the draft.
export function TypeConflict({ mine, theirs, onClose, onChoose }) {
  const shown = ({ type }) => type ?? text.noType;
  return html`<${Modal} title=${text.conflictTitle(theirs.name)} onClose=${onClose}>
    <p>${text.typeConflict(shown(mine), shown(theirs))}</p>
    <footer><button type="button" onClick=${() => onChoose(mine.type)}>${text.keepMine}</button>
      <button type="button" class="primary" onClick=${() => onChoose(theirs.type)}>${text.takeTheirs}</button></footer>
  </${Modal}>`;
}

// The differences of two texts, with some lines around each.
export function Compared({ title, before, after }) {
  const rows = useMemo(() => near(differences(before, after)), [before, after]);
  return html`<section class="stack compared"><h3>${title}</h3>
    ${rows.length
      ? html`<pre tabindex="0">${rows.map(({ kind, text: line }) => html`<span class=${`line ${kind}`}>${`${MARKS[kind]} ${line}`}</span>`)}</pre>`
      : html`<p class="soft">${text.same}</p>`}
  </section>`;
}

const MARKS = { same: " ", added: "+", removed: "-", gap: "…" };
const MOST = 2000;

function near(rows) {
  const kept = new Set();
  rows.forEach(({ kind }, at) => {
    if (kind !== "same") for (let one = at - AROUND; one <= at + AROUND; one++) kept.add(one);
  });
  const shown = [];
  rows.forEach((row, at) => {
    if (kept.has(at)) shown.push(row);
    else if (kept.has(at + 1)) shown.push({ kind: "gap", text: "" });
  });
  return shown.length > MOST ? [...shown.slice(0, MOST), { kind: "gap", text: "" }] : shown;
}
