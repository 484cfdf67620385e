import assert from "node:assert/strict";
import test from "node:test";
import { draftOf, orderly, sentTypeOf } from "../../app/bambleweeny/console/parts/keys/shown.js";

const entry = (value, type = null) => ({ bytes: typeof value === "string" ? new TextEncoder().encode(value) : Uint8Array.from(value), type, isWhole: true });

test("a public URL sends the type of the key, else that of its value", () => {
  assert.equal(sentTypeOf(entry('{"a":1}')), "application/json");
  assert.equal(sentTypeOf(entry('{"a":1}', "text/plain")), "text/plain");
  assert.equal(sentTypeOf(entry('{"a":1')), "text/plain");
  assert.equal(sentTypeOf(entry("")), "text/plain");
  assert.equal(sentTypeOf(entry([0, 255])), "application/octet-stream");
});

test("a draft is compared as it would be shown, and only JSON is put in order", () => {
  const typed = '{"a":1.50,"b":[1152921504606846977]}';
  assert.equal(orderly(typed, "json"), draftOf(entry(typed).bytes, "json"));
  assert.match(orderly(typed, "json"), /^\{\n {2}"a": 1\.50,\n/);
  assert.deepEqual(['{"a":', ""].map((text) => orderly(text, "json")), ['{"a":', ""]);
  assert.equal(orderly(typed, "text"), typed);
});
