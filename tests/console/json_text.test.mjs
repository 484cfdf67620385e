import assert from "node:assert/strict";
import test from "node:test";
import { compact, indented, problemOf, tokens } from "../../app/bambleweeny/console/parts/json_text.js";

test("numbers and escapes keep their text", () => {
  const text = '{"a" : [1.50, 1152921504606846977,-0, 1E+2],"\\u00e4\\/":"\\u0041", "b":{}, "c":[ ], "d":[[],{"x":null}]}';
  const whole = '{\n  "a": [\n    1.50,\n    1152921504606846977,\n    -0,\n    1E+2\n  ],\n  "\\u00e4\\/": "\\u0041",\n  "b": {},\n  "c": [],\n  "d": [\n    [],\n    {\n      "x": null\n    }\n  ]\n}';
  assert.equal(indented(text).text, whole);
  assert.equal(compact(whole).text, text.replaceAll(" ", ""));
  assert.equal(indented(whole).text, whole);
});

test("values of all kinds are JSON", () => {
  for (const text of ["0", '""', "true", "null", " [1] \r\n", '"\\ud800"', "-1.5e-3", "[\"\\\\\"]"]) {
    assert.equal(problemOf(text), undefined, text);
    assert.deepEqual(JSON.parse(compact(text).text), JSON.parse(text));
  }
});

test("an indentation is as that of JSON.stringify", () => {
  const value = { a: [1, { b: [] }, [[2]], "x\n"], c: {}, d: null };
  assert.equal(indented(JSON.stringify(value)).text, JSON.stringify(value, null, 2));
  assert.equal(compact(JSON.stringify(value, null, 4)).text, JSON.stringify(value));
});

test("what is not JSON has the place of its error", () => {
  const cases = {
    "": [1, 1], "{": [1, 2], '{"a"}': [1, 5], '{"a":1,}': [1, 8], "[1,]": [1, 4], "[1 2]": [1, 4], "{'a':1}": [1, 2], "[01]": [1, 2],
    "[1.]": [1, 2], "[.5]": [1, 2], "[+1]": [1, 2], "[NaN]": [1, 2], "nulls": [1, 1], "truex": [1, 1], '"a\nb"': [1, 1], '"\\x"': [1, 1],
    "[\n\n  x]": [3, 3], "1 2": [1, 3], "[}": [1, 2], '{"a":1]': [1, 7], "]": [1, 1], " \ufeff1": [1, 2], "\u00a01": [1, 1], '"\\u12"': [1, 1],
    "[1}": [1, 3], "{,}": [1, 2], "[,]": [1, 2], "// x\n1": [1, 1], '"open': [1, 1], "-": [1, 1], "1e": [1, 1], '{"a" 1}': [1, 6],
  };
  for (const [text, [line, column]] of Object.entries(cases)) {
    assert.throws(() => JSON.parse(text), text);
    const { error } = indented(text);
    assert.deepEqual([error?.line, error?.column], [line, column], text);
    assert.match(error.message, /\.$/);
  }
});

test("a byte order mark before JSON stays", () => {
  assert.deepEqual(indented("\ufeff[1]"), { text: "\ufeff[\n  1\n]" });
  assert.deepEqual(compact("\ufeff[ 1 ]"), { text: "\ufeff[1]" });
  assert.equal(problemOf("\ufeff\ufeff1").column, 2);
});

test("it agrees with JSON.parse about texts that are broken at random", () => {
  const base = '{"a":[1.5,true,null,"x\\n"],"b":{"c":-2e3}} ';
  let seed = 1;
  const random = (most) => (seed = (seed * 48271) % 2147483647) % most;
  for (let round = 0; round < 5000; round++) {
    const at = random(base.length);
    const text = base.slice(0, at) + [...'{}[],:"\\ 0a.-e'][random(14)] + base.slice(at + random(3));
    let isJson = true;
    try {
      JSON.parse(text);
    } catch {
      isJson = false;
    }
    assert.equal(problemOf(text) === undefined, isJson, text);
    assert.equal(tokens(text).map((token) => token.text).join(""), text);
  }
});

test("nesting has no bound", () => {
  const depth = 100_000;
  const text = "[".repeat(depth) + "]".repeat(depth);
  assert.equal(compact(text).text, text);
  assert.equal(indented("[".repeat(10_000) + "]".repeat(10_000), "").error, undefined);
  assert.deepEqual(problemOf("[".repeat(depth)).column, depth + 1);
});

test("a text of 1 MB takes little work", () => {
  const text = JSON.stringify(Array.from({ length: 12_000 }, (_, index) => ({ id: index, name: `name ${index}`, tags: ["a", "b"], price: index / 7, long: "x".repeat(20) })));
  assert.ok(text.length > 1_000_000);
  const start = performance.now();
  assert.equal(indented(text).text, JSON.stringify(JSON.parse(text), null, 2));
  assert.ok(performance.now() - start < 5000);
  const long = `"${"x".repeat(5_000_000)}"`;
  assert.equal(compact(long).text, long);
  const escapes = `"${"\\n".repeat(2_000_000)}"`;
  assert.equal(compact(escapes).text, escapes);
  assert.equal(tokens(escapes).length, 1);
});

test("tokens have kinds, and are bounded", () => {
  const kinds = (text) => tokens(text).filter(({ kind }) => kind !== "space").map(({ kind, text: one }) => `${kind} ${one}`);
  assert.deepEqual(kinds('{"a" : [1.50, true, "b"]}'), ["mark {", 'name "a"', "mark :", "mark [", "number 1.50", "mark ,", "word true", "mark ,", 'string "b"', "mark ]", "mark }"]);
  assert.deepEqual(kinds("{x"), ["mark {", "other x"]);
  const bounded = tokens("[1,2,3]", 3);
  assert.deepEqual([bounded.length, bounded.at(-1)], [4, { kind: "other", text: ",2,3]".slice(1) }]);
});
