// The calls of a list as requests, and what can be done with an item in each state. Pure.
import { request } from "../request.js";

export const STATES = ["ready", "leased", "delayed", "dead"];

// The actions of each state. `asks` is the field that an action takes; `isSure` actions are confirmed first.
export const ACTIONS = {
  leased: ["ack", "retry", "later", "extend", "bury", "delete"],
  ready: ["bury", "delete"],
  delayed: ["deliver", "bury", "delete"],
  dead: ["redrive", "delete"],
};
export const ASKS = { later: "delay", extend: "for", bury: "reason" };
export const IS_SURE = new Set(["ack", "delete"]);

// The verb of the scope that an action needs: who may lease an item may settle it.
export const verbOf = (state, action) => (state === "leased" && action !== "delete" ? "pop" : "write");

export const statsOf = (list) => request("GET", ["lists", list, "stats"]);
export const countedLists = (query) => request("GET", ["lists"], { query: { stats: 1, ...query } });
export const itemsOf = (list, query) => request("GET", ["lists", list, "items"], { query });
export const itemOf = (list, id) => request("GET", ["lists", list, "items"], { query: { id, preview: 0 } });
export const bodyOf = (list, id, range) => request("GET", ["lists", list, "items", id], { query: { raw: 1 }, headers: { Range: range } });
export const pushTo = (list, body, query = {}, type = undefined) => request("POST", ["lists", list], { body, query, type });
export const leaseFrom = (list) => request("POST", ["lists", list, "lease"]);
export const ackOf = (list, lease) => request("DELETE", ["lists", list, "leases", lease]);
export const setPolicy = (list, policy) => request("PUT", ["lists", list, "policy"], { body: { json: policy } });
export const moveFrom = (list, to, state, max) => request("POST", ["lists", list, "move"], { body: { json: { to, state, max } } });
export const purgeOf = (list, state) => request("DELETE", ["lists", list, "items"], { query: { state } });

// The id of a lease is the item's id and the attempt.
export const leaseOf = ({ id, attempt }) => `${id}.${attempt}`;

// Returns the requests of an action on items that are all in one state. `value` is what the user has typed into its field.
export function requestsOf(list, action, items, value = "") {
  if (items[0]?.state === "leased" && action !== "delete") return inParts(items, 1000).map((part) => changeOfLeases(list, action, part, value));
  return items.map(({ id }) => changeOfItem(list, action, id, value));
}

function changeOfLeases(list, action, items, value) {
  const verb = action === "later" ? "retry" : action;
  const field = ASKS[action];
  const entries = items.map((item) => (field && value ? { lease: leaseOf(item), [field]: value } : leaseOf(item)));
  return request("POST", ["lists", list, "ack"], { body: { json: { [verb]: entries } } });
}

function changeOfItem(list, action, id, value) {
  const path = ["lists", list, "items", id];
  if (action === "delete") return request("DELETE", path);
  return request("PATCH", path, { query: action === "bury" ? { state: "dead", reason: value } : { state: "ready" } });
}

// Returns the sentences of what did not work in an answer of `/ack`.
export const failuresOf = (outcomes) => Object.values(outcomes).flat().flatMap((one) => (one.error ? [one.error.info] : []));

function inParts(all, size) {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}
