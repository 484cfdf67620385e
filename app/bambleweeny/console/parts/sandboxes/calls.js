// The calls of sandboxes. Pure.
import { request } from "../request.js";

// The id of a sandbox for its own token.
export const SELF = "self";
export const LIST = request("GET", ["sandboxes"]);
// How long a sandbox lives: the choices of the forms.
export const SPANS = ["30m", "1h", "8h", "72h"];
export const SPAN = "[0-9]{1,9}[smhd]?";
export const SNAPSHOT = "[A-Za-z0-9_\\-][A-Za-z0-9_.\\-]{0,63}";
export const FIRST = creation({ name: "first", ttl: "1h" }, '{"key": {"name": "price", "value": "5"}}\n{"item": {"list": "jobs", "value": "resize"}}');

// Returns the call that makes a sandbox; `seed` are the lines with which it begins, as text or bytes.
export function creation({ name, ttl, from }, seed) {
  return request("POST", ["sandboxes"], { query: { ttl, name, from }, ...(seed && { body: seed, type: "application/x-ndjson" }) });
}

export const one = (id) => request("GET", ["sandboxes", id]);
export const extension = (id, ttl) => request("PATCH", ["sandboxes", id], { query: { ttl } });
export const deletion = (id) => request("DELETE", ["sandboxes", id]);
// Without `to`, a name of a snapshot, it is back at the seed.
export const resetting = (id, to) => request("POST", ["sandboxes", id, "reset"], { query: { to } });
export const snapshot = (id, name) => request("PUT", ["sandboxes", id, "snapshots", name]);
export const snapshotDeletion = (id, name) => request("DELETE", ["sandboxes", id, "snapshots", name]);

// Returns what can be copied, as `{ id, name, snapshot, from }`: each sandbox, followed by its snapshots.
export const sourcesOf = (rows) =>
  rows.flatMap(({ id, name, snapshots }) => [{ id, name, from: id }, ...snapshots.map((one) => ({ id, name, snapshot: one, from: `${id}/${one}` }))]);
