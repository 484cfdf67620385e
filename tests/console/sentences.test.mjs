import assert from "node:assert/strict";
import test from "node:test";
import { changesOf, draftOf, labelled } from "../../app/bambleweeny/console/parts/users/limits.js";
import { prefixProblem } from "../../app/bambleweeny/console/parts/values.js";
import { withoutCalls } from "../../app/bambleweeny/console/parts/without_calls.js";

test("what a sentence says of HTTP calls is left out", () => {
  for (const [said, shown] of [
    ["Replace that route with PUT /routes?id=@USER/NAME, or delete it.", "Replace that route, or delete it."],
    ["Delete one with DELETE /sandboxes/{id}/snapshots/{name}, or all with POST /sandboxes/{id}/reset?delete_snapshots=1; GET /sandboxes/{id} names them.", "Delete one, or all."],
    ["An admin sets it with PUT /users/{id}.", "An admin sets it."],
    ["Delete one with `DELETE /sandboxes/{id}`; the limit is the server's --max-sandboxes.", "Delete one; the limit is the server's --max-sandboxes."],
    ["Use a token with that scope, or log in; GET /auth/test shows what a token may do.", "Use a token with that scope, or log in."],
    ["Ask an admin for another one: POST /users/{id}/reset.", "Ask an admin for another one."],
    ["GET /openapi.json lists every path.", ""],
    ["The path is wrong. GET /openapi.json lists every path.", "The path is wrong."],
    ["A rule has method GET or POST; see /docs/mocks.", "A rule has method GET or POST; see /docs/mocks."],
    ["", ""],
  ]) {
    assert.equal(withoutCalls(said), shown);
  }
});

test("an error of a limit names the field by its label", () => {
  const labels = { quota: "Keys", max_bytes: "Bytes" };
  assert.deepEqual(labelled({ info: "The quota must be a whole number.", hint: "" }, labels), { info: "'Keys' must be a whole number.", hint: "" });
  assert.equal(labelled({ info: "'max_bytes' cannot be used: 'x' is not a size." }, labels).info, "'Bytes' cannot be used: 'x' is not a size.");
  assert.equal(labelled(new Error("no answer"), labels).info, "no answer");
  assert.deepEqual(changesOf({ ...draftOf({}), quota: "5" }, {}), { quota: "5" });
});

test("a beginning of a name may be empty or one dot", () => {
  for (const text of ["", ".", "..", "app:", "a".repeat(255)]) assert.equal(prefixProblem(text), undefined);
  for (const text of ["a b", "a/", "ä", "a".repeat(256)]) assert.match(prefixProblem(text), /^A name has /);
});
