// The bin or route of a page, which the address names by its id or by its name.
import { readJson } from "../api.js";
import { useReading } from "../loading.js";
import { request } from "../request.js";
import { useRef } from "../ui.js";
import { idOf } from "./urls.js";

// Reads the row that has a word as id or name, and returns the reading of what `read(row, signal)` makes of it; null if there is none.
export function useRow(noun, word, read = (row) => row) {
  const known = useRef({});
  return useReading(async (signal) => {
    const rows = (await readJson(request("GET", [noun]), signal))[noun];
    const { id } = known.current.word === word ? known.current : {};
    const row = rows.find((one) => (id ? idOf(one) === id : idOf(one) === word || one.name === word));
    if (!row) return null;
    // NOTE: the name in the address may be an earlier one by now.
    known.current = { word, id: idOf(row) };
    return read(row, signal);
  }, [word]);
}
