// Scopes of tokens and the events that they allow.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsQuery } from "../../app/bambleweeny/console/parts/events_query.js";
import { allows, allowsAll, fitsUrls, isComplete, mayGive, mayList, needOf, PRESETS, readable, rowOf, scopeOf } from "../../app/bambleweeny/console/parts/tokens/scopes.js";
import { request } from "../../app/bambleweeny/console/parts/request.js";
import { changesOf, draftOf } from "../../app/bambleweeny/console/parts/users/limits.js";

test("a scope survives the picker", () => {
  for (const scope of ["read", "write", "keys:read", "keys:read:app:*", "lists:push:jobs", "routes:write", "tokens:write", "sandboxes:read", "act:7"]) assert.equal(scopeOf(rowOf(scope)), scope);
  assert.equal(scopeOf(rowOf("keys:read:*")), "keys:read");
});

test("a row is complete with a name that the API takes", () => {
  assert.ok(isComplete(rowOf("keys:read:app:*")));
  assert.ok(isComplete(rowOf("routes:read")));
  assert.ok(!isComplete({ noun: "keys", verb: "read", kind: "prefix", name: "" }));
  assert.ok(!isComplete({ noun: "keys", verb: "read", kind: "name", name: "a b" }));
  assert.ok(!isComplete({ noun: "act", verb: "", kind: "name", name: "x" }));
});

test("a token gives only what it may do", () => {
  const own = ["keys:write:app:*", "lists:read"];
  assert.ok(mayGive(null, "all", "write"));
  assert.ok(mayGive(own, "keys", "incr"));
  assert.ok(!mayGive(own, "keys", "read"));
  assert.ok(mayGive(own, "lists", "read"));
  assert.ok(!mayGive(own, "all", "read"));
  assert.ok(mayGive(["read"], "all", "read"));
  assert.ok(mayList(["keys:read:app:*"], "keys", "app:x:"));
  assert.ok(!mayList(["keys:read:app:*"], "keys", ""));
});

test("a scope allows names, prefixes and some name", () => {
  const own = ["keys:write:app:*", "lists:read:jobs", "routes:read"];
  assert.ok(allows(null, "keys", "write", "*"));
  assert.ok(allows(own, "keys", "write"));
  assert.ok(allows(own, "keys", "write", "app:x"));
  assert.ok(allows(own, "keys", "incr", "app:x:*"));
  assert.ok(!allows(own, "keys", "write", "*"));
  assert.ok(!allows(own, "keys", "write", "ap*"));
  assert.ok(!allows(own, "keys", "read", "app:x"));
  assert.ok(allows(own, "lists", "read", "jobs"));
  assert.ok(!allows(own, "lists", "read", "jobs*"));
  assert.ok(!allows(own, "routes", "write"));
  assert.ok(!allowsAll(own, "read"));
  assert.ok(allowsAll(["read"], "read"));
  assert.deepEqual(readable(["keys:read:b", "keys:read:app:*", "keys:read:app:x", "lists:read"], "keys"), { prefixes: ["app:"], names: ["b"] });
});

test("a call needs the scope that the server asks for", () => {
  const need = (method, segments, query) => needOf(request(method, segments, { query }));
  assert.deepEqual(need("PUT", ["keys", "a"]), ["keys", "write", "a"]);
  assert.deepEqual(need("POST", ["incr", "a"]), ["keys", "incr", "a"]);
  assert.deepEqual(need("POST", ["lists", "a"]), ["lists", "push", "a"]);
  assert.deepEqual(need("POST", ["topics", "a"]), ["topics", "publish", "a"]);
  assert.deepEqual(need("POST", ["bins"]), ["bins", "write", undefined]);
  assert.deepEqual(need("GET", ["keys"], { prefix: "a" }), ["keys", "read", "a*"]);
  assert.deepEqual(need("GET", ["routes"]), ["routes", "read", undefined]);
  assert.deepEqual(need("POST", ["sandboxes"]), ["sandboxes", "write", undefined]);
  assert.deepEqual(need("POST", ["lists", "jobs", "lease"]), ["lists", "pop", "jobs"]);
});

test("only what reads or adds fits a URL", () => {
  assert.ok(fitsUrls(["keys:read:app:*", "lists:push:jobs"]));
  assert.ok(fitsUrls(["read"]));
  assert.ok(!fitsUrls(["keys:write"]));
  assert.ok(!fitsUrls(["audit:read"]));
});

test("every preset is complete with a name", () => {
  for (const { scopes } of PRESETS) for (const scope of scopes("app:", true)) assert.ok(isComplete(rowOf(scope)), scope);
});

test("events are those of the names that a token may read", () => {
  assert.deepEqual(eventsQuery(null), { kinds: "*" });
  assert.deepEqual(eventsQuery(["keys:read:app:*", "keys:read:b", "lists:push"]), { keys: "app:*,b", kinds: "key.set,key.del,key.expire,key.change" });
  assert.equal(eventsQuery(["keys:read:a:*", "read"]).keys, "*");
  assert.equal(eventsQuery(["lists:push:jobs"]), null);
});

test("only limits that differ are sent, and none is 0", () => {
  const user = { quota: "100", max_bytes: 64 * 2 ** 20, rate: "100/s", burst: 100 };
  const draft = draftOf(user);
  assert.equal(draft.max_bytes, "64mb");
  assert.deepEqual(changesOf(draft, user), {});
  assert.deepEqual(changesOf({ ...draft, max_bytes: "", quota: "5" }, user), { quota: "5", max_bytes: "0" });
});
