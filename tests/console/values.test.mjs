import assert from "node:assert/strict";
import test from "node:test";
import { proposedType } from "../../app/bambleweeny/console/parts/keys/json_type.js";
import { decoded, durationProblem, hexRows, isEditable, isName, kindOf, nameProblem, parseHex, secondsOf, shortest } from "../../app/bambleweeny/console/parts/values.js";

const bytes = (text) => new TextEncoder().encode(text);
const raw = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test("text is UTF-8, with its byte order mark", () => {
  assert.equal(decoded(bytes("\ufeffä😀")), "\ufeffä😀");
  assert.equal(decoded(raw("\xff")), null);
  assert.equal(decoded(new Uint8Array()), "");
});

test("the kind is that of the bytes, and of the type if they agree", () => {
  const png = raw("\x89PNG\r\n\x1a\n\0");
  const cases = [
    [png, "image/png", "image"], [png, "", "binary"], [png, "image/jpeg", "binary"], [bytes("no"), "image/png", "text"],
    [raw("\xff\xd8\xff\xe0"), "image/jpeg", "image"], [bytes("GIF89a.."), "image/gif; x=1", "image"], [raw("RIFF\0\0\0\0WEBPVP8"), "IMAGE/WEBP", "image"],
    [raw("\0\0\0\x20ftypavif"), "image/avif", "image"], [bytes("<svg/>"), "image/svg+xml", "text"], [raw("\0\0"), "text/plain", "binary"],
    [bytes('{"a":1}'), "", "json"], [bytes("{a"), "", "text"], [bytes("{a"), "application/json", "json"], [bytes("{}"), "application/merge-patch+json", "json"],
    [bytes("5"), undefined, "text"], [bytes("{}"), "text/plain", "text"], [bytes("\x1b[31mred"), "", "text"], [bytes(""), null, "text"],
  ];
  for (const [value, type, kind] of cases) assert.equal(kindOf(value, type), kind, `${value} ${type}`);
});

test("what is not text, or is long, is not edited", () => {
  assert.deepEqual([bytes("a"), raw("\xff"), raw("a\0"), new Uint8Array((1 << 20) + 1).fill(65)].map((value) => isEditable(value)), [true, false, false, false]);
});

test("hex has rows of 16 bytes", () => {
  const rows = hexRows(Uint8Array.from({ length: 18 }, (_, index) => index + 0x60), 64);
  assert.deepEqual(rows[1], { offset: "00000050", hex: "70 71", printable: "pq" });
  assert.equal(rows[0].printable, "`abcdefghijklmno");
  assert.deepEqual(hexRows(new Uint8Array()), []);
  assert.equal(hexRows(raw("\x7f\x1f\xff"))[0].printable, "...");
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);
  assert.deepEqual(parseHex(hexRows(all).map((row) => row.hex).join("\n")).bytes, all);
});

test("what is not hex has a position", () => {
  assert.deepEqual(parseHex("0g"), { error: "'g' is not a hex digit.", position: 1 });
  assert.deepEqual(parseHex("00 1 2"), { error: "A byte has two hex digits.", position: 4 });
  assert.deepEqual(parseHex("001"), { error: "A byte has two hex digits.", position: 3 });
  assert.deepEqual(parseHex("00😀"), { error: "'😀' is not a hex digit.", position: 2 });
  assert.deepEqual(parseHex(" \n").bytes, new Uint8Array());
  assert.deepEqual(parseHex("AbcD").bytes, Uint8Array.of(0xab, 0xcd));
});

test("names are those of the server", () => {
  for (const name of ["a", "a:b_c.d-e", "...", "-x", "x".repeat(255)]) assert.deepEqual([isName(name), nameProblem(name)], [true, undefined], name);
  for (const name of ["", ".", "..", "a b", "ä", "a/b", "a\n", "😀", "x".repeat(256)]) {
    assert.equal(isName(name), false, name);
    assert.match(nameProblem(name), /\.$|'.*'\.$/su, name);
  }
  assert.match(nameProblem("a😀"), /not '😀'/);
});

test("durations are those of the server", () => {
  assert.deepEqual(["30", "30s", "5m", "2h", "7d", "0"].map(secondsOf), [30, 30, 300, 7200, 604800, 0]);
  for (const text of ["", "1w", "-1", "1.5h", " 1", "1234567890", "5m\n"]) assert.equal(secondsOf(text), undefined, text);
  assert.equal(durationProblem("5m"), undefined);
  assert.match(durationProblem("x"), /not a duration/);
  assert.equal(durationProblem("0"), "'0' is not within 1s and 3660d.");
  assert.equal(durationProblem("3661d"), "'3661d' is not within 1s and 3660d.");
  assert.equal(durationProblem("31", { least: 0, most: 30 }), "'31' is not within 0s and 30s.");
  assert.deepEqual([0, 90, 60, 3600, 86400, 90000].map(shortest), ["0s", "90s", "1m", "1h", "1d", "25h"]);
});

test("the type of JSON is proposed for a whole object or array", () => {
  assert.deepEqual(['{"a": 1.50}', " [] ", '{"a":', "7", "{a}", ""].map(proposedType), ["application/json", "application/json", "", "", "", ""]);
});
