import assert from "node:assert/strict";
import test from "node:test";
import { sentTypeOf } from "../../app/bambleweeny/console/parts/keys/shown.js";

const entry = (value, type = null) => ({ bytes: typeof value === "string" ? new TextEncoder().encode(value) : Uint8Array.from(value), type, isWhole: true });

test("a public URL sends the type of the key, else that of its value", () => {
  assert.equal(sentTypeOf(entry('{"a":1}')), "application/json");
  assert.equal(sentTypeOf(entry('{"a":1}', "text/plain")), "text/plain");
  assert.equal(sentTypeOf(entry('{"a":1')), "text/plain");
  assert.equal(sentTypeOf(entry("")), "text/plain");
  assert.equal(sentTypeOf(entry([0, 255])), "application/octet-stream");
});
