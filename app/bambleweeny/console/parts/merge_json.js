// The merge of two edits of one JSON value by its members and elements. Values are compared and kept as texts, so that a number stays as it is written. Pure.
import { compact, indented, tokens } from "./json_text.js";
import { mergedItems } from "./merge.js";

// Returns the indented text of `base` with the changes of `mine` and `theirs`. Where both change one value in different ways, it has what
// `choose({ path, base, mine, theirs })` returns, of which undefined is a missing value. Returns null if the three are neither
// objects whose names differ nor arrays.
export function mergedJson(base, mine, theirs, choose) {
  const texts = [base, mine, theirs].map((one) => compact(one).text);
  if (texts.includes(undefined)) return null;
  const isSplit = [membersOf, elementsOf].some((split) => texts.every(split));
  return isSplit ? indented(mergedValue(texts, "", choose)).text : null;
}

// NOTE: undefined stands for a member that an object lacks.
function mergedValue(sides, path, choose) {
  const [base, mine, theirs] = sides;
  if (mine === theirs || base === theirs) return mine;
  if (base === mine) return theirs;
  const members = sides.map(membersOf);
  if (members.every(Boolean)) return mergedMembers(members, path, choose);
  const elements = sides.map(elementsOf);
  if (elements.every(Boolean)) return mergedElements(elements, path, choose);
  return choose({ path, base, mine, theirs });
}

function mergedMembers([before, ours, others], path, choose) {
  const out = [];
  for (const name of namesOf(ours, others)) {
    const value = mergedValue([before, ours, others].map((one) => one.get(name)), path ? `${path}.${plain(name)}` : plain(name), choose);
    if (value !== undefined) out.push(`${name}:${value}`);
  }
  return `{${out.join(",")}}`;
}

function mergedElements(sides, path, choose) {
  const items = mergedItems(...sides, (changed) => {
    const { base, mine, theirs, start } = changed;
    // NOTE: elements that are only replaced are merged one by one.
    if (base.length === mine.length && base.length === theirs.length) return base.map((one, at) => mergedValue([one, mine[at], theirs[at]], `${path}[${start + at}]`, choose));
    const [before, ours, others] = [base, mine, theirs].map((some) => (some.length ? some.join(",") : undefined));
    return [choose({ path: `${path}[${start}]`, base: before, mine: ours, theirs: others })].filter((one) => one !== undefined);
  });
  return `[${items.join(",")}]`;
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

// Returns a name as a path shows it.
const plain = (name) => (/^"[\w-]+"$/.test(name) ? name.slice(1, -1) : name);

// Returns the members of the compact text of an object, by their names as they are written; null for anything else, or if two names are equal.
function membersOf(text) {
  if (!text?.startsWith("{")) return null;
  const parts = partsOf(text);
  const members = new Map(parts.map((part) => {
    const [name] = /^"(?:[^"\\]|\\.)*"/.exec(part);
    return [name, part.slice(name.length + 1)];
  }));
  return new Set([...members.keys()].map((name) => JSON.parse(name))).size === parts.length ? members : null;
}

const elementsOf = (text) => (text?.startsWith("[") ? partsOf(text) : null);

// Returns what is between the commas of the compact text of an object or array.
function partsOf(text) {
  const parts = [];
  let [depth, start, at] = [0, 1, 0];
  for (const { kind, text: part } of tokens(text, Infinity)) {
    const mark = kind === "mark" ? part : "";
    if (mark === "}" || mark === "]") depth--;
    if ((mark === "," && depth === 1) || depth === 0) {
      if (at > start) parts.push(text.slice(start, at));
      start = at + 1;
    }
    if (mark === "{" || mark === "[") depth++;
    at += part.length;
  }
  return parts;
}
