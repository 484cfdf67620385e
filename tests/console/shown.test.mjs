import assert from "node:assert/strict";
import test from "node:test";
import { bytesOf, draftOf, modesOf, orderly, problemsOf, sentTypeOf, viewsOf } from "../../app/bambleweeny/console/parts/keys/shown.js";

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

test("a value without a type is shown and edited as it is, also if it is JSON", () => {
  const plain = entry("[1, 2]");
  assert.deepEqual([modesOf(plain), viewsOf(plain)], [["text", "json", "hex"], ["text", "json", "hex"]]);
  assert.equal(draftOf(plain.bytes, "text"), "[1, 2]");
  assert.deepEqual(modesOf(entry("[1,\r\n2,\n3]")), ["hex"]);
  assert.equal(modesOf(entry("[1, 2]", "application/json"))[0], "json");
});

test("JSON with a byte order mark is valid, and the mark stays", () => {
  const marked = entry('\ufeff{"a": 1}', "application/json");
  assert.equal(modesOf(marked)[0], "json");
  const draft = draftOf(marked.bytes, "json");
  assert.deepEqual(problemsOf(draft, "json", marked), {});
  assert.equal(draft, '\ufeff{\n  "a": 1\n}');
  assert.deepEqual(bytesOf(draft, "json", marked).bytes, new TextEncoder().encode(draft));
  assert.deepEqual(viewsOf({ ...marked, type: null }), ["text", "json", "hex"]);
  assert.ok(problemsOf('{\ufeff"a": 1}', "json", marked).json);
});
