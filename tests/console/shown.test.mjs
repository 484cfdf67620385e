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
  assert.deepEqual(bytesOf(draft, "json", marked).bytes, marked.bytes);
  assert.deepEqual(viewsOf({ ...marked, type: null }), ["text", "json", "hex"]);
  assert.ok(problemsOf('{\ufeff"a": 1}', "json", marked).json);
});

test("an edited JSON text is stored in the layout that it had", () => {
  const value = { a: 1, b: [1, { c: "x, y: z" }, []], d: {} };
  const python = '{"a": 1, "b": [1, {"c": "x, y: z"}, []], "d": {}}';
  const layouts = [JSON.stringify(value), python, ...[1, 2, 4, "\t"].map((indent) => JSON.stringify(value, null, indent))];
  const pretty = JSON.stringify(value, null, 2);
  for (const layout of layouts.flatMap((one) => [one, `${one}\n`, `\ufeff${one}`, `${one}\n`.replaceAll("\n", "\r\n")])) {
    const base = entry(layout, "application/json");
    const draft = draftOf(base.bytes, "json");
    assert.equal(draft.replace("\ufeff", ""), pretty);
    assert.deepEqual(bytesOf(draft, "json", base).bytes, base.bytes);
    const [changed, stored] = [draft, layout].map((text) => text.replace('"x, y: z"', "1.50"));
    assert.deepEqual(bytesOf(changed, "json", base).bytes, new TextEncoder().encode(stored));
  }
});

test("a JSON text whose layout cannot be restored is edited as it is", () => {
  for (const layout of ['{"a": 1,"b":2}', ' {"a":1}', '{"a":  1}', '{\n  "a": [1, 2]\n}', '{\r\n  "a": [1, 2]\r\n}\r\n', "[ 1, 2 ]"]) {
    const base = entry(layout, "application/json");
    assert.equal(modesOf(base)[0], "json");
    const draft = draftOf(base.bytes, "json");
    assert.equal(draft, layout.replaceAll("\r\n", "\n"));
    assert.deepEqual(bytesOf(draft.replace("1", "3"), "json", base).bytes, new TextEncoder().encode(layout.replace("1", "3")));
  }
  assert.deepEqual(modesOf(entry("[1,\r\n2,\n3]", "application/json")), ["hex"]);
});

test("another way to edit keeps the layout of the value, and not that of the draft", () => {
  const base = entry('{"a":  1}', "application/json");
  assert.equal(draftOf(entry('{"a":1}').bytes, "json", base), '{"a":1}');
  assert.equal(draftOf(entry('{"a":  1}').bytes, "json", entry('{"a":1}')), '{\n  "a": 1\n}');
});
