// The arrow key that leads from the filter of a page to the first row of its table.
import { useEffect, useLayoutEffect, useRef } from "./ui.js";

// The filter whose rows are still read.
let waiting = null;

// Lets the first row take the focus from a filter as soon as a table has rows.
export const focusFirstRow = (filter) => void (waiting = filter);

// Calls `onFirst` when the first row is to have the focus.
export function useFirstRow(hasRows, onFirst) {
  const latest = useRef();
  latest.current = (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey && !event.defaultPrevented;
    if (event.key !== "ArrowDown" || !isPlain || !hasRows || !event.target.matches?.("input.filter")) return;
    event.preventDefault();
    onFirst();
  };
  useEffect(() => {
    const onKey = (event) => latest.current(event);
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  useLayoutEffect(() => {
    if (!hasRows) return;
    if (waiting && waiting === document.activeElement) onFirst();
    waiting = null;
  }, [hasRows]);
}
