// The merge of two edits of one JSON object by its members. Values are compared and kept as texts, so that a number stays as it is written. Pure.
import { compact, indented, tokens } from "./json_text.js";

// Returns the indented text of `base` with the changes of `mine` and `theirs`, or null if both change one value that is no object in
// all three, or if one of the texts is no object whose names differ.
export function mergedJson(base, mine, theirs) {
  const texts = [base, mine, theirs].map((one) => compact(one).text);
  const text = texts.includes(undefined) ? null : mergedValue(...texts);
  return text === null ? null : indented(text).text;
}

// NOTE: a member that an object lacks is undefined.
function mergedValue(base, mine, theirs) {
  if (mine === theirs || base === theirs) return mine;
  if (base === mine) return theirs;
  const [before, ours, others] = [base, mine, theirs].map(membersOf);
  if (!before || !ours || !others) return null;
  const out = [];
  for (const name of namesOf(ours, others)) {
    const value = mergedValue(before.get(name), ours.get(name), others.get(name));
    if (value === null) return null;
    if (value !== undefined) out.push(`${name}:${value}`);
  }
  return `{${out.join(",")}}`;
}

// All names: those of the first in their order, and each further one after the name that it follows in the second.
function namesOf(ours, others) {
  const names = [...ours.keys()];
  let at = 0;
  for (const name of others.keys()) {
    const found = names.indexOf(name);
    if (found < 0) names.splice(at, 0, name);
    at = (found < 0 ? at : found) + 1;
  }
  return names;
}

// Returns the members of the compact text of an object, by their names as they are written; null for anything else.
function membersOf(text) {
  if (!text?.startsWith("{")) return null;
  const members = new Map();
  const seen = new Set();
  let [depth, name, value] = [0, undefined, ""];
  for (const { kind, text: part } of tokens(text, Infinity)) {
    if (kind === "mark" && (part === "}" || part === "]")) depth--;
    const isOutside = depth === 0 || (depth === 1 && part === "," && kind === "mark");
    if (isOutside && name !== undefined) {
      members.set(name, value);
      [name, value] = [undefined, ""];
    } else if (depth === 1 && kind === "name" && name === undefined) {
      name = part;
      if (seen.size === seen.add(JSON.parse(part)).size) return null;
    } else if (depth > 1 || value || part !== ":") value += isOutside ? "" : part;
    if (kind === "mark" && (part === "{" || part === "[")) depth++;
  }
  return members;
}
