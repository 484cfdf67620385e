// What strangers can send: a megabyte of it takes a moment, however it is broken or nested.
import assert from "node:assert/strict";
import test from "node:test";
import { kindsOf } from "../../app/bambleweeny/console/parts/body_kinds.js";
import { lineOf } from "../../app/bambleweeny/console/parts/json_bytes.js";
import { compact, indented, problemOf, tokens } from "../../app/bambleweeny/console/parts/json_text.js";
import { modesOf, viewsOf } from "../../app/bambleweeny/console/parts/keys/shown.js";
import { differences, merged } from "../../app/bambleweeny/console/parts/merge.js";
import { formOf } from "../../app/bambleweeny/console/parts/public/forms.js";
import { lineOf as lineIn, pathIn } from "../../app/bambleweeny/console/parts/public/json_place.js";
import { headOf, keptOf } from "../../app/bambleweeny/console/parts/public/kept.js";
import { documentLiteral, isPlain, JAVASCRIPT, printed, word } from "../../app/bambleweeny/console/parts/quoting.js";
import { samplesOf } from "../../app/bambleweeny/console/parts/server/metrics.js";

const MB = 1_000_000;
const LIMIT = { timeout: 60_000 };
const many = (part) => part.repeat(Math.ceil(MB / part.length));
const HOSTILE = {
  "an open string": `{"${many("a")}`,
  "an open string of escapes": `["${many("\\\\")}`,
  "an open string of quotes": `["${many('\\"')}`,
  "a wrong escape at the end": `["${many("a")}\\x"]`,
  "names that do not end": many('{"a'),
  "an open string of lines": `["${many("a\n")}`,
  "digits": `[${many("1")}x`,
  "a fraction": `[1.${many("1")}x`,
  "an exponent": `[1e${many("1")}x`,
  "signs": many("-1e+"),
  "spaces": `[${many(" ")}x`,
  "brackets": many("["),
  "objects": many('{"a":'),
  "closed brackets": "[".repeat(MB / 2) + "]".repeat(MB / 2),
  "values in brackets": `${"[".repeat(90)}${many("1,")}1${"]".repeat(90)}`,
  "equal signs": many("a=\""),
  "letters": many("a"),
  "braces": many("{a"),
  "semicolons": `content-disposition:${many("; ")}`,
  "names of fields": `content-disposition:${many(';name="\\')}`,
  "line ends": many("\n"),
  "carriage returns": many("\r"),
  "backquotes": many("- at `$"),
};

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`a megabyte of ${name}`, LIMIT, () => {
    const bytes = new TextEncoder().encode(text);
    const shown = indented(text);
    assert.ok(!shown.text || shown.text.length <= 5 * text.length + 2 * MB);
    assert.equal(Boolean(shown.error), Boolean(problemOf(text)));
    assert.equal(tokens(text, 200_000).map((token) => token.text).join(""), text);
    assert.ok(kindsOf(bytes).length);
    assert.ok(kindsOf(bytes, true).length);
    for (const type of ["application/json", "text/plain", undefined]) {
      assert.ok(viewsOf({ bytes, type, isWhole: true }).length);
      modesOf({ bytes, type, isWhole: true });
    }
    assert.ok(lineOf(text).length <= 300);
    lineIn(text, "$.a[1].b");
    pathIn(text);
    headOf(text);
    keptOf(text);
    formOf(bytes, "application/x-www-form-urlencoded");
    formOf(new TextEncoder().encode(`--x\r\n${text}\r\n\r\nb\r\n--x--`), "multipart/form-data; boundary=x");
    samplesOf(text);
    samplesOf(`a{${text}} 1`);
    isPlain(text);
    word(text);
    printed(text);
    try {
      documentLiteral(text, JAVASCRIPT);
    } catch {
      // NOTE: what is no JSON has no literal.
    }
    differences(text, `${text}x`);
    assert.equal(merged(text, text, `${text}x`), `${text}x`);
  });
}

test("many lines are merged", LIMIT, () => {
  const text = many("a\n");
  const merging = merged(`b\nc\nd\n${text}`, `${text}b\nc\nd\n${text}`, `b\nc\nd\n${text}${text}`);
  assert.ok(merging === null || merging.length > text.length);
  assert.equal(merged(`one\n${text}two\n`, `1\n${text}two\n`, `one\n${text}2\n`), `1\n${text}2\n`);
});

test("an indentation is bounded, and what is too deep stays as it is", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  assert.deepEqual(indented(deep), { text: deep });
  assert.deepEqual(compact(deep), { text: deep });
  const some = "[".repeat(150) + "1" + "]".repeat(150);
  const lines = indented(some).text.split("\n");
  assert.equal(lines.length, 301);
  assert.equal(lines[120], `${" ".repeat(200)}[`);
  assert.equal(compact(indented(some).text).text, some);
});
