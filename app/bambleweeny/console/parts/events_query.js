// Which events a login may follow. Pure.
import { rowOf } from "./tokens/scopes.js";

const KINDS = {
  keys: ["key.set", "key.del", "key.expire", "key.change"],
  lists: ["list.push", "list.pop", "list.lease", "list.ack", "list.dead", "list.change"],
  topics: ["topic.publish"],
  routes: ["route.call"],
  bins: ["bin.call", "bin.refuse"],
};

// Returns the query of GET /events for all that a caller with these scopes may read; null if that is nothing. A session (null) may all.
export function eventsQuery(scopes) {
  if (!scopes) return { kinds: "*" };
  const rows = scopes.map(rowOf).filter(({ verb }) => verb === "read");
  const query = {};
  for (const noun of Object.keys(KINDS)) {
    const names = rows.filter((row) => row.noun === noun || row.noun === "all").map(({ kind, name }) => (kind === "name" ? name : `${name}*`));
    if (names.length) query[noun] = names.includes("*") ? "*" : names.join(",");
  }
  const kinds = Object.keys(query).flatMap((noun) => KINDS[noun]);
  return kinds.length ? { ...query, kinds: kinds.join(",") } : null;
}
