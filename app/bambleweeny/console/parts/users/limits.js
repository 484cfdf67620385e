// The limits of a user as a form has them. Pure.
export const LIMITS = ["quota", "max_bytes", "rate", "burst", "max_value", "max_tokens"];
const SIZES = ["max_bytes", "max_value"];
const UNITS = [["gb", 2 ** 30], ["mb", 2 ** 20], ["kb", 2 ** 10]];

// Returns what the fields show of a user: texts, empty for no limit.
export const draftOf = (user) => Object.fromEntries(LIMITS.map((name) => [name, shownLimit(name, user[name])]));

// Returns the limits that differ from those of a user, as the API takes them; 0 is none.
export function changesOf(draft, user) {
  const before = draftOf(user);
  return Object.fromEntries(LIMITS.filter((name) => draft[name].trim() !== before[name]).map((name) => [name, draft[name].trim() || "0"]));
}

// Returns what an error of the server says, with the labels of the fields in place of their names.
export function labelled({ info, message, hint }, labels) {
  const known = (name, word) => (labels[word] ? `'${labels[word]}'` : name);
  return { info: (info ?? message).replace(/^The (quota)\b/, known).replace(/'(\w+)'/g, known), hint };
}

// Returns a limit as text, such as 64mb; empty for none.
export function shownLimit(name, value) {
  if (value === undefined || value === 0 || value === "0") return "";
  const [unit, size] = (SIZES.includes(name) && UNITS.find(([, one]) => Number(value) % one === 0)) || ["", 1];
  return unit ? `${Number(value) / size}${unit}` : String(value);
}
