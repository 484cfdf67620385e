// A value that somebody else has changed since its draft was begun.
import { text } from "../../en/key.js";
import { ConflictDialog } from "../conflict.js";
import { Modal } from "../dialogs.js";
import { problemOf } from "../json_text.js";
import { mergeOf } from "../merging.js";
import { html, useMemo } from "../ui.js";
import { draftOf, layoutIn, modesOf, orderly } from "./shown.js";

// `onMerge(changes)` gets the changes of the draft, which is then based on `theirs`.
export function Conflict({ draft, theirs, canKeep, onClose, onKeep, onTake, onMerge }) {
  const sides = useMemo(() => sidesOf(draft, theirs), [draft.text, draft.mode, draft.base, theirs]);
  // NOTE: their value may be too long to edit, or no text at all.
  return html`<${ConflictDialog} name=${theirs.name} sides=${sides} canKeep=${canKeep} canMerge=${modesOf(theirs).includes(draft.mode)} onClose=${onClose} onKeep=${onKeep} onTake=${onTake}
    onMerge=${(both) => onMerge({ text: both, note: text.mergedNote, begun: null })} />`;
}

// JSON is merged as it is edited, by lines, if its layout cannot be restored, the changes do not overlap and the outcome is JSON.
function sidesOf({ text: mine, mode, base }, theirs) {
  const [before, after] = [base, theirs].map(({ bytes }) => draftOf(bytes, mode));
  const asTyped = { base: before, mine, theirs: after, isJson: false };
  if (mode !== "json") return asTyped;
  if (!layoutIn(base.bytes) && !layoutIn(theirs.bytes)) {
    const { text: both, overlaps } = mergeOf(asTyped);
    if (!overlaps.length && !problemOf(both)) return asTyped;
  }
  return { base: orderly(before, mode), mine: orderly(mine, mode), theirs: orderly(after, mode), isJson: true };
}

// Two types of one value, of which one is saved with the draft.
export function TypeConflict({ mine, theirs, onClose, onChoose }) {
  const shown = ({ type }) => type ?? text.noType;
  return html`<${Modal} title=${text.conflictTitle(theirs.name)} onClose=${onClose}>
    <p>${text.typeConflict(shown(mine), shown(theirs))}</p>
    <footer><button type="button" onClick=${() => onChoose(mine.type)}>${text.keepMine}</button>
      <button type="button" class="primary" onClick=${() => onChoose(theirs.type)}>${text.takeTheirs}</button></footer>
  </${Modal}>`;
}
