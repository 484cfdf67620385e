// The field for a draft. A long text is edited in parts, since a browser needs seconds to lay out some megabytes in a field.
import { text } from "../../en/key.js";
import { number } from "../format.js";
import { html, useEffect, useMemo, useRef, useState } from "../ui.js";

const PART = 60_000;
const LONG = 2 * PART;
const [LEAST_ROWS, MOST_ROWS] = [6, 24];

// `isFixed` forbids typing for a while. `place` is an offset to which the caret goes; a new object moves it again.
export function DraftField({ value, isWrong, isFixed, place, onInput }) {
  const field = useRef();
  const [{ start, end }, setPart] = useState(() => partAt(value, 0));
  const line = useMemo(() => countLines(value, start), [start]);
  // NOTE: the height is that of the first text, so that the buttons below stay where they are while the user types.
  const [rows] = useState(() => Math.min(Math.max(countLines(value, value.length) + 1, LEAST_ROWS), MOST_ROWS));
  useEffect(() => focusAt(field.current, 0), []);
  useEffect(() => {
    if (!place) return;
    const part = place.offset >= start && place.offset < end ? { start, end } : partAt(value, place.offset);
    setPart(part);
    // NOTE: the part is in the field after the next rendering.
    requestAnimationFrame(() => requestAnimationFrame(() => focusAt(field.current, place.offset - part.start)));
  }, [place]);
  const type = (event) => {
    const typed = event.target.value;
    setPart({ start, end: start + typed.length });
    onInput(value.slice(0, start) + typed + value.slice(end));
  };
  const go = (offset) => setPart(partAt(value, offset));
  return html`${value.length > LONG && html`<div class="bar"><button type="button" class="small" disabled=${start === 0} onClick=${() => go(Math.max(0, start - 1))}>${text.previous}</button>
      <span role="status">${text.partFrom(number(line), ...[start + 1, end, value.length].map(number))}</span>
      <button type="button" class="small" disabled=${end >= value.length} onClick=${() => go(end)}>${text.next}</button></div>`}
    <textarea ref=${field} class=${isWrong ? "draft invalid" : "draft"} aria-label=${text.draft} aria-invalid=${isWrong} spellcheck=${false} readonly=${isFixed} rows=${rows} value=${value.slice(start, end)} onInput=${type}></textarea>`;
}

// Returns the offset of a line and column, both counted from 1.
export function offsetOf(value, line, column) {
  let at = 0;
  for (let one = 1; one < line; one++) at = value.indexOf("\n", at) + 1;
  return at + column - 1;
}

// Returns the part of a text that has an offset: all of a short one, else some lines.
function partAt(value, offset) {
  if (value.length <= LONG) return { start: 0, end: value.length };
  let [start, end] = [0, cutAfter(value, PART)];
  while (offset >= end && end < value.length) [start, end] = [end, cutAfter(value, end + PART)];
  return { start, end };
}

// Returns the end of the line at an offset, or the offset if the line is very long.
function cutAfter(value, offset) {
  if (offset >= value.length) return value.length;
  const end = value.indexOf("\n", offset) + 1;
  if (end && end - offset < PART) return end;
  const isInside = /[\udc00-\udfff]/.test(value[offset]);
  return isInside ? offset + 1 : offset;
}

function countLines(value, end) {
  let count = 1;
  for (let at = value.indexOf("\n"); at >= 0 && at < end; at = value.indexOf("\n", at + 1)) count++;
  return count;
}

function focusAt(field, offset) {
  if (!field) return;
  field.focus();
  field.setSelectionRange(offset, offset);
}
