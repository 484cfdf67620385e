import assert from "node:assert/strict";
import test from "node:test";
import { differences, merged as mergedBy } from "../../app/bambleweeny/console/parts/merge.js";
import { mergeOf } from "../../app/bambleweeny/console/parts/merging.js";

const merged = (...texts) => {
  let isChosen = false;
  const text = mergedBy(...texts, ({ mine }) => ((isChosen = true), mine));
  return isChosen ? null : text;
};

const shown = (a, b) => differences(a, b).map(({ kind, text }) => ({ same: " ", removed: "-", added: "+" })[kind] + text);

test("differences are those of a shortest edit", () => {
  assert.deepEqual(shown("a\nb\nc\n", "a\nx\nc\n"), [" a", "-b", "+x", " c"]);
  assert.deepEqual(shown("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n").filter((row) => row[0] !== " ").length, 5);
  assert.deepEqual(shown("", ""), []);
  assert.deepEqual(shown("", "a"), ["+a"]);
  assert.deepEqual(shown("a\n", ""), ["-a"]);
  assert.deepEqual(shown("a", "a\n"), ["-a", "+a"]);
  assert.deepEqual(shown("a\r\nb\r\n", "a\r\nc\r\n"), [" a", "-b", "+c"]);
});

test("differences join to both texts, also at random", () => {
  let seed = 7;
  const random = (most) => (seed = (seed * 48271) % 2147483647) % most;
  const text = () => Array.from({ length: random(12) }, () => "abc"[random(3)]).join("\n");
  for (let round = 0; round < 3000; round++) {
    const [a, b] = [`${text()}\n`, `${text()}\n`];
    const rows = differences(a, b);
    const side = (kind) => rows.filter((row) => row.kind !== kind).map((row) => `${row.text}\n`).join("");
    assert.equal(side("added"), a);
    assert.equal(side("removed"), b);
  }
});

test("texts that are too long or too different have whole blocks", () => {
  const lines = (count, letter) => Array.from({ length: count }, (_, index) => `${letter}${index}\n`).join("");
  for (const count of [2000, 30_000]) {
    const rows = differences(`top\n${lines(count, "a")}end\n`, `top\n${lines(count, "b")}end\n`);
    assert.equal(rows.length, 2 * count + 2);
    assert.deepEqual([rows[0].kind, rows[1].kind, rows[count + 1].kind, rows.at(-1).kind], ["same", "removed", "added", "same"]);
  }
  const long = lines(200_000, "a");
  assert.equal(differences(long, `${long}x\n`).filter((row) => row.kind !== "same").length, 1);
});

test("edits of different lines are merged", () => {
  assert.equal(merged("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n"), "A\nb\nc\nD\n");
  assert.equal(merged("a\nb\nc\n", "a\nb\nc\nnew\n", "b\nc\n"), "b\nc\nnew\n");
  assert.equal(merged("a\n", "a\n", "b"), "b");
  assert.equal(merged("a\n", "b", "a\n"), "b");
  assert.equal(merged("a\nb\n", "x\nb\n", "x\nb\n"), "x\nb\n");
  assert.equal(merged("a\nb\nc\nd\n", "x\nb\nc\nD\n", "x\nb\nc\nd\n"), "x\nb\nc\nD\n");
});

test("edits of the same or of touching lines are a conflict", () => {
  assert.equal(merged("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n"), null);
  assert.equal(merged("a\nb\n", "a\nb\nx\n", "a\nb\ny\n"), null);
  assert.equal(merged("a\nb\n", "x\nb\n", "a\ny\n"), null);
  assert.equal(merged("a", "b", "c"), null);
});

test("what does not overlap is merged, and each overlap is chosen", () => {
  const sides = { base: "a\nb\nc\nd\ne\n", mine: "A\nb\nc\nX\ne\n", theirs: "a\nb\nc\nY\ne\nf\n" };
  const overlap = { base: "d\n", mine: "X\n", theirs: "Y\n" };
  assert.deepEqual(mergeOf(sides), { text: "A\nb\nc\nX\ne\nf\n", overlaps: [overlap] });
  assert.equal(mergeOf(sides, ["theirs"]).text, "A\nb\nc\nY\ne\nf\n");
});

test("changes that touch by way of a change of the other side are one overlap", () => {
  const { text, overlaps } = mergeOf({ base: "a\nb\nc\nd\n", mine: "A\nb\nC\nd\n", theirs: "x\ny\nz\nd\n" }, ["theirs"]);
  assert.deepEqual([text, overlaps.length], ["x\ny\nz\nd\n", 1]);
});
