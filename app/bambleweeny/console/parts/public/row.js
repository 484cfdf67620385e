// The bin or route of a page, which the address names by its id or by its name.
import { readJson } from "../api.js";
import { useReading } from "../loading.js";
import { useRefresh } from "../refresh.js";
import { request } from "../request.js";
import { useRef } from "../ui.js";
import { idOf } from "./urls.js";

// Reads the row that has a word as id or name, again and again, and returns the reading of what `read(row, signal, rows)` makes of it, an object;
// null if there is none. One that was deleted meanwhile stays, with `isGone`.
export function useRow(noun, word, read = (row) => row) {
  const known = useRef({});
  const reading = useReading(async (signal) => {
    const rows = (await readJson(request("GET", [noun]), signal))[noun];
    const { id, made } = known.current.word === word ? known.current : {};
    const row = rows.find((one) => idOf(one) === (id ?? word)) ?? rows.find(({ name }) => name === word);
    if (!row) return made ? { ...made, isGone: true } : null;
    // NOTE: the name in the address may be an earlier one by now.
    known.current = { word, id: idOf(row), made: await read(row, signal, rows) };
    return known.current.made;
  }, [word]);
  // NOTE: there is no event of a bin or route that is deleted.
  useRefresh(reading.reload);
  return reading;
}
