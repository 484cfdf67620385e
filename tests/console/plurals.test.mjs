import assert from "node:assert/strict";
import test from "node:test";
import { plurals } from "../../app/bambleweeny/console/parts/plurals.js";

test("a word has the form that its number needs", () => {
  const { counted, form } = plurals("en");
  assert.deepEqual([0, 1, 2, 1200].map((count) => counted(count, { one: "key", other: "keys" })), ["0 keys", "1 key", "2 keys", "1,200 keys"]);
  assert.equal(form(1, { one: "its", other: "their" }), "its");
  assert.equal(form(1, { other: "their" }), "their");
  assert.equal(plurals("pl").form(3, { one: "a", few: "b", many: "c", other: "d" }), "b");
});
