// The rules of a policy as fields of a form, and two changes of them at once. Pure.
import { shortest } from "../values.js";

const NUMBERS = ["max_attempts", "max_len"];
const DURATIONS = ["lease", "ttl"];
export const NO_RULES = { lease: null, max_attempts: null, dead_letter: null, max_len: null, overflow: "reject", ttl: null, paused: false };

// Returns a policy (or null, for none) with durations as a user writes them: 2m for 120.
export function written(policy) {
  const rules = { ...NO_RULES, ...policy };
  const durations = DURATIONS.filter((name) => rules[name] !== null).map((name) => [name, shortest(rules[name])]);
  return { ...rules, ...Object.fromEntries(durations) };
}

// Returns the rules that are set, as the API takes them: an empty field is no rule.
export function given(fields) {
  const set = Object.entries(fields)
    .map(([name, value]) => [name, typeof value === "string" ? value.trim() : value])
    .filter(([name, value]) => value !== null && value !== "" && value !== false && !(name === "overflow" && value === "reject"));
  return Object.fromEntries(set.map(([name, value]) => [name, NUMBERS.includes(name) ? Number(value) : asDuration(name, value)]));
}

// Returns `{ fields, conflicts }`: the newest rules with what the user has changed since `base`, and the names of those that both changed.
export function combined(base, mine, newest) {
  const names = Object.keys(NO_RULES);
  const changed = names.filter((name) => !isSame(mine[name], base[name]));
  const conflicts = changed.filter((name) => !isSame(newest[name], base[name]) && !isSame(newest[name], mine[name]));
  return { fields: { ...newest, ...taken(mine, changed) }, conflicts };
}

// Returns some fields of an object.
export const taken = (fields, names) => Object.fromEntries(names.map((name) => [name, fields[name]]));

const isSame = (one, other) => String(one ?? "").trim() === String(other ?? "").trim();

// NOTE: a number without a unit is text in the form and an integer in a policy that was read; both are seconds.
const asDuration = (name, value) => (DURATIONS.includes(name) && /^\d+$/.test(value) ? Number(value) : value);
