import assert from "node:assert/strict";
import test from "node:test";
import { mergedJson as mergedBy } from "../../app/bambleweeny/console/parts/merge_json.js";
import { mergeOf } from "../../app/bambleweeny/console/parts/merging.js";

const mergedJson = (...texts) => {
  let isChosen = false;
  const text = mergedBy(...texts, ({ mine }) => ((isChosen = true), mine));
  return isChosen ? null : text;
};
const merged = (...texts) => mergedJson(...texts)?.replace(/\s+/g, "") ?? null;

test("changes of different members are merged, also of neighbours", () => {
  assert.equal(mergedJson('{"a":1,"b":2}', '{"a":3,"b":2}', '{"a":1,"b":4}'), '{\n  "a": 3,\n  "b": 4\n}');
  assert.equal(merged('{"a":1}', '{"a":1,"b":2}', '{"c":3,"a":1}'), '{"c":3,"a":1,"b":2}');
  assert.equal(merged('{"a":1,"b":2}', '{"b":2}', '{"a":1,"b":3}'), '{"b":3}');
  assert.equal(merged('{"a":{"x":1,"y":[1]},"b":2}', '{"a":{"x":2,"y":[1]},"b":2}', '{"a":{"x":1,"y":[]},"b":2}'), '{"a":{"x":2,"y":[]},"b":2}');
  assert.equal(merged("{}", '{"a":{}}', '{"b":[{"a":"}"},{}]}'), '{"b":[{"a":"}"},{}],"a":{}}');
  assert.equal(merged('{"a":1}', '{ "a" : 1 }', '{"a":2}'), '{"a":2}');
});

test("numbers and strings stay as they are written", () => {
  assert.equal(merged('{"a":1.50,"b":1}', '{"a":1.50,"b":1152921504606846977}', '{"a":1e2,"b":1}'), '{"a":1e2,"b":1152921504606846977}');
  assert.equal(merged('{"\\u0061":",:{","b":1}', '{"\\u0061":",:{","b":2}', '{"\\u0061":"\\"}","b":1}'), '{"\\u0061":"\\"}","b":2}');
});

test("changes of one value are a conflict", () => {
  assert.equal(merged('{"a":1}', '{"a":2}', '{"a":3}'), null);
  assert.equal(merged('{"a":1}', "{}", '{"a":3}'), null);
  assert.equal(merged("{}", '{"a":2}', '{"a":3}'), null);
  assert.equal(merged('{"a":[1]}', '{"a":[1,2]}', '{"a":[1,3]}'), null);
  assert.equal(merged('{"a":[1]}', '{"a":[2]}', '{"a":3}'), null);
});

test("what is no object with different names is left to a merge by lines", () => {
  assert.equal(merged("1", "2", "[1,3]"), null);
  assert.equal(merged('{"a":1,"a":2,"b":1}', '{"a":1,"a":2,"b":2}', '{"a":1,"a":3,"b":1}'), null);
  assert.equal(merged('{"a":1}', '{"a":', '{"a":2}'), null);
  assert.equal(merged('{"a":1}', '{"a":', '{"a":1}'), null);
  assert.equal(merged("", '{"a":1}', '{"a":2}'), null);
});

test("elements of arrays are merged", () => {
  assert.equal(merged('{"a":[1,2]}', '{"a":[3,2]}', '{"a":[1,4]}'), '{"a":[3,4]}');
  assert.equal(merged('[1,2,{"x":1,"y":1}]', '[1,2,{"x":2,"y":1}]', '[0,1,2,{"x":1,"y":1}]'), '[0,1,2,{"x":2,"y":1}]');
  assert.equal(merged('[{"x":1,"y":1}]', '[{"x":2,"y":1}]', '[{"x":1,"y":2}]'), '[{"x":2,"y":2}]');
  assert.equal(merged("[1,2,3]", "[1,2,3,4]", "[2,3]"), "[2,3,4]");
});

test("what does not overlap is merged, and each overlap has its path", () => {
  const sides = {
    base: '{"color":"red","size":1,"tags":["a"],"deep":{"a b":[1]}}',
    mine: '{"color":"blue","size":2,"tags":["a"],"deep":{"a b":[2]}}',
    theirs: '{"color":"green","size":1,"tags":["a","b"],"deep":{"a b":[]}}',
    isJson: true,
  };
  const { text, overlaps } = mergeOf(sides);
  assert.deepEqual(JSON.parse(text), { color: "blue", size: 2, tags: ["a", "b"], deep: { "a b": [2] } });
  assert.deepEqual(overlaps, [
    { path: "color", base: '"red"', mine: '"blue"', theirs: '"green"' },
    { path: 'deep."a b"[0]', base: "1", mine: "2", theirs: undefined },
  ]);
  assert.deepEqual(JSON.parse(mergeOf(sides, ["theirs", "theirs"]).text), { color: "green", size: 2, tags: ["a", "b"], deep: { "a b": [] } });
});
