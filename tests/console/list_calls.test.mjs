import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIONS, failuresOf, requestsOf } from "../../app/bambleweeny/console/parts/lists/calls.js";
import { pathOf } from "../../app/bambleweeny/console/parts/request.js";
import { combined, given, written } from "../../app/bambleweeny/console/parts/lists/rules.js";

const leased = (id) => ({ id: String(id), attempt: 2, state: "leased" });
const sent = (action, items, value) => requestsOf("jobs", action, items, value).map((call) => [call.method, pathOf(call), call.body]);

test("leased items are changed together, by their leases", () => {
  assert.deepEqual(sent("ack", [leased(1), leased(2)]), [["POST", "/lists/jobs/ack", '{"ack":["1.2","2.2"]}']]);
  assert.deepEqual(sent("retry", [leased(1)]), [["POST", "/lists/jobs/ack", '{"retry":["1.2"]}']]);
  assert.deepEqual(sent("later", [leased(1)], "10m"), [["POST", "/lists/jobs/ack", '{"retry":[{"lease":"1.2","delay":"10m"}]}']]);
  assert.deepEqual(sent("extend", [leased(1)], "5m"), [["POST", "/lists/jobs/ack", '{"extend":[{"lease":"1.2","for":"5m"}]}']]);
  assert.deepEqual(sent("bury", [leased(1)], ""), [["POST", "/lists/jobs/ack", '{"bury":["1.2"]}']]);
  const many = Array.from({ length: 2500 }, (_, id) => leased(id));
  assert.deepEqual(requestsOf("jobs", "ack", many).map(({ body }) => JSON.parse(body).ack.length), [1000, 1000, 500]);
});

test("other items are changed one by one", () => {
  const dead = { id: "7", attempt: 5, state: "dead" };
  assert.deepEqual(sent("redrive", [dead]), [["PATCH", "/lists/jobs/items/7?state=ready", undefined]]);
  assert.deepEqual(sent("delete", [leased(1), leased(2)]).map(([method, path]) => `${method} ${path}`), ["DELETE /lists/jobs/items/1", "DELETE /lists/jobs/items/2"]);
  assert.deepEqual(sent("bury", [{ id: "7", state: "ready" }], "no such cat"), [["PATCH", "/lists/jobs/items/7?state=dead&reason=no+such+cat", undefined]]);
  assert.ok(ACTIONS.ready.includes("bury") && !ACTIONS.ready.includes("ack"));
});

test("failures are counted one by one", () => {
  assert.deepEqual(failuresOf({ ack: [{ ok: true }, { error: { info: "There is no such lease." } }], bury: [] }), ["There is no such lease."]);
});

test("two changes of a policy are put together, except of the same rule", () => {
  const base = written({ lease: 60, max_attempts: 3 });
  assert.deepEqual(combined(base, { ...base, lease: "2m" }, { ...base, paused: true }), { fields: { ...base, lease: "2m", paused: true }, conflicts: [] });
  assert.deepEqual(combined(base, { ...base, lease: "2m", ttl: "1h" }, { ...base, lease: "3m", ttl: "1h" }).conflicts, ["lease"]);
  assert.deepEqual(combined(base, { ...base, max_attempts: "3", dead_letter: "" }, written(null)), { fields: written(null), conflicts: [] });
  assert.deepEqual(given({ ...base, lease: "120", max_len: "7", ttl: " " }), { lease: 120, max_attempts: 3, max_len: 7 });
});
