// Scopes of named tokens: what the API accepts, and what a set of them allows. Pure.

// The verbs of each noun; `takesNames` nouns also take a name or a prefix.
export const NOUNS = {
  keys: { verbs: ["read", "write", "incr"], takesNames: true },
  lists: { verbs: ["read", "push", "pop", "write"], takesNames: true },
  topics: { verbs: ["read", "publish", "write"], takesNames: true },
  routes: { verbs: ["read", "write"] },
  bins: { verbs: ["read", "write"] },
  all: { verbs: ["read", "write"] },
  tokens: { verbs: ["write"] },
  sandboxes: { verbs: ["read", "write"] },
  audit: { verbs: ["read"] },
  users: { verbs: ["read", "write"], isAdmin: true },
  server: { verbs: ["read", "write"], isAdmin: true },
  act: { verbs: [], isAdmin: true },
};

export const MOST_SCOPES = 50;
export const NAME = /^[A-Za-z0-9_:.\-]{1,255}$/;
const DATA = ["keys", "lists", "topics", "routes", "bins"];
// What `write` of a noun allows too.
const IMPLIED = ["incr", "push", "pop", "publish"];
const IN_URLS = ["read", "push", "publish", "incr"];

// What a user often needs: `asks` is the noun of the name that completes it. `scopes(name)` are the scopes.
export const PRESETS = [
  { id: "read", asks: "keys", isPrefix: true, scopes: (prefix) => [`keys:read:${prefix}*`] },
  { id: "write", asks: "keys", isPrefix: true, scopes: (prefix) => [`keys:read:${prefix}*`, `keys:write:${prefix}*`] },
  { id: "worker", asks: "lists", scopes: (name) => [`lists:pop:${name}`, `lists:read:${name}`] },
  { id: "push", asks: "lists", scopes: (name) => [`lists:push:${name}`] },
  { id: "publish", asks: "topics", scopes: (name) => [`topics:publish:${name}`] },
  { id: "reader", scopes: () => ["read"] },
  { id: "all", scopes: (_, isAdmin) => ["read", "write", "tokens:write", "sandboxes:read", "sandboxes:write", "audit:read", ...(isAdmin ? ["users:read", "users:write", "server:read", "server:write"] : [])] },
];

// Returns the rows of the picker, `{ noun, verb, kind, name }`, of the text of a scope. `kind` is "all", "prefix" or "name".
export function rowOf(scope) {
  const [noun, verb = "", ...rest] = scope.split(":");
  if (rest.length === 0 && (noun === "read" || noun === "write")) return { noun: "all", verb: noun, kind: "all", name: "" };
  if (noun === "act") return { noun, verb: "", kind: "name", name: verb };
  const name = rest.join(":");
  if (!name || name === "*") return { noun, verb, kind: "all", name: "" };
  return name.endsWith("*") ? { noun, verb, kind: "prefix", name: name.slice(0, -1) } : { noun, verb, kind: "name", name };
}

// Returns the text of a row as a scope.
export function scopeOf({ noun, verb, kind, name }) {
  if (noun === "all") return verb;
  if (noun === "act") return `act:${name}`;
  if (!NOUNS[noun].takesNames || kind === "all") return `${noun}:${verb}`;
  return `${noun}:${verb}:${name}${kind === "prefix" ? "*" : ""}`;
}

// Whether the API would take a row.
export function isComplete({ noun, kind, name }) {
  if (noun === "act") return /^(?:0|[1-9][0-9]{0,17})$/.test(name);
  return !NOUNS[noun].takesNames || kind === "all" || NAME.test(name);
}

// Whether a caller with these scopes (null: a session) may give a noun and verb to a token, for some name.
export function mayGive(own, noun, verb) {
  return noun === "all" ? DATA.every((one) => allows(own, one, verb)) : allows(own, noun, verb);
}

// Whether scopes (null: a session) allow a verb of a noun: for a name, for all names that begin so with `PREFIX*`, and without a name for some.
export function allows(own, noun, verb, name) {
  return !own || own.map(rowOf).some((row) => isOf(row, noun) && (row.verb === verb || (row.verb === "write" && IMPLIED.includes(verb))) && (name === undefined || covers(row, name)));
}

// Whether scopes allow each of all data: `read` or `write`.
export const allowsAll = (own, verb) => DATA.every((noun) => allows(own, noun, verb, "*"));

// Returns what scopes allow to read of a noun: the `prefixes` that can be listed, and the `names` that are none of those.
export function readable(own, noun) {
  const rows = own.map(rowOf).filter((row) => isOf(row, noun) && row.verb === "read");
  const prefixes = rows.filter(({ kind }) => kind !== "name").map(({ name }) => name);
  const names = rows.filter(({ kind, name }) => kind === "name" && !prefixes.some((prefix) => name.startsWith(prefix))).map(({ name }) => name);
  return { prefixes: [...new Set(prefixes)].sort(), names: [...new Set(names)].sort() };
}

// Returns `[noun, verb, name]` of the scope that a call on data needs.
export function needOf({ method, segments: [noun, name, part], query: { prefix } }) {
  if (noun === "incr") return ["keys", "incr", name];
  if (part === "lease") return ["lists", "pop", name];
  if (method === "GET" || method === "HEAD") return [noun, "read", name ?? (NOUNS[noun]?.takesNames ? `${prefix ?? ""}*` : undefined)];
  return [noun, (method === "POST" && { lists: "push", topics: "publish" }[noun]) || "write", name];
}

const isOf = (row, noun) => row.noun === noun || (row.noun === "all" && DATA.includes(noun));
const covers = ({ kind, name: own }, name) => (kind === "name" ? own === name : name.replace(/\*$/, "").startsWith(own));

// Whether a caller with these scopes (null: a session) may list the names of a noun that begin with a prefix.
export const mayList = (own, noun, prefix) => allows(own, noun, "read", `${prefix}*`);

// Returns the nouns that a caller may give, each with its verbs.
export function nounsFor({ admin, scopes }) {
  return Object.entries(NOUNS)
    .filter(([, { isAdmin }]) => admin || !isAdmin)
    .map(([noun, { verbs }]) => ({ noun, verbs: verbs.filter((verb) => mayGive(scopes, noun, verb)) }))
    .filter(({ noun, verbs }) => verbs.length || (noun === "act" && mayGive(scopes, "act", "")));
}

// Whether a token with these scopes is accepted in a URL, as `?token=`.
export const fitsUrls = (scopes) => scopes.map(rowOf).every(({ noun, verb }) => ["all", ...DATA].includes(noun) && IN_URLS.includes(verb));
