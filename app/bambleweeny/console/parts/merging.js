// The merge of two edits of a text or of JSON, and the choices that it leaves. Pure.
import { merged } from "./merge.js";
import { mergedJson } from "./merge_json.js";

// Returns `{ text, overlaps }`: the text has both changes, and of each overlap, that both have changed, the side that `choices` has at its
// place, "mine" or "theirs"; without a choice it is mine. An overlap is `{ path, base, mine, theirs }`; `path` is that of JSON, and a value
// is undefined if a side lacks it. With `isJson` members and elements of JSON are merged, else lines.
export function mergeOf({ base, mine, theirs, isJson }, choices = []) {
  const overlaps = [];
  const choose = (overlap) => {
    overlaps.push(overlap);
    return overlap[choices[overlaps.length - 1] ?? "mine"];
  };
  const text = (isJson ? mergedJson(base, mine, theirs, choose) : null) ?? merged(base, mine, theirs, choose);
  return { text, overlaps };
}
