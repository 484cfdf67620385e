// The place to which a table was scrolled, by its address: who comes back to it sees the same rows. It is kept as long as the page.
import { useEffect, useLayoutEffect, useRef } from "./ui.js";

const MOST_PLACES = 50;
const PATIENCE_MS = 3000;
const places = new Map();

// Scrolls a new table to its last place, once the rows are there. Returns `{ note(scrollTop) }`, which remembers a place.
export function usePlace(box, rows, keyOf, rowHeight) {
  const address = useRef(addressOf(location.hash));
  const goal = useRef(rows.length ? places.get(address.current) : undefined);
  const begun = useRef(performance.now());
  // NOTE: a table that leaves before its page does makes room for another view of it, whose rows are others.
  useEffect(() => {
    if (!rows.length) places.delete(address.current);
    return () => void (addressOf(location.hash) === address.current && places.delete(address.current));
  }, []);
  useLayoutEffect(() => {
    if (!goal.current) return;
    const { key, index, rest } = goal.current;
    const found = rows.findIndex((row) => keyOf(row) === key);
    box.current.scrollTop = (found < 0 ? Math.min(index, rows.length) : found) * rowHeight + rest;
    if (found >= 0 || performance.now() - begun.current > PATIENCE_MS) goal.current = undefined;
  }, [rows]);
  useEffect(() => {
    const stop = () => (goal.current = undefined);
    const heard = ["wheel", "pointerdown", "keydown"];
    for (const name of heard) addEventListener(name, stop, { passive: true });
    return () => {
      for (const name of heard) removeEventListener(name, stop);
    };
  }, []);
  const note = (scrollTop) => {
    if (goal.current || !rows.length) return;
    const index = Math.min(Math.floor(scrollTop / rowHeight), rows.length - 1);
    keep(address.current, { key: keyOf(rows[index]), index, rest: scrollTop - index * rowHeight });
  };
  return { note };
}

// NOTE: an item that is shown beside its table is in the address, too.
const addressOf = (hash) => hash.replace(/([?&])item=[^&]*&?/, "$1").replace(/[?&]$/, "");

function keep(address, place) {
  places.delete(address);
  places.set(address, place);
  if (places.size > MOST_PLACES) places.delete(places.keys().next().value);
}
