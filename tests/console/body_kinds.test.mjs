import assert from "node:assert/strict";
import { test } from "node:test";
import { imageTypeOf, kindsOf, textOf } from "../../app/bambleweeny/console/parts/body_kinds.js";
import { bytesOf, lineOf } from "../../app/bambleweeny/console/parts/json_bytes.js";

const bytes = (text) => new TextEncoder().encode(text);
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);

test("a body is shown as the best of its kinds first", () => {
  assert.deepEqual(kindsOf(bytes('{"a":1.50}')), ["json", "text", "hex"]);
  assert.deepEqual(kindsOf(bytes("{not json}")), ["text", "hex"]);
  assert.deepEqual(kindsOf(bytes("5")), ["text", "hex"]);
  assert.deepEqual(kindsOf(bytes("a\0b")), ["hex", "text"]);
  assert.deepEqual(kindsOf(Uint8Array.of(0xff, 0)), ["hex"]);
  assert.deepEqual(kindsOf(PNG), ["image", "hex"]);
  assert.deepEqual(kindsOf(bytes("<svg onload='alert(1)'/>")), ["text", "hex"]);
});

test("the beginning of a body may end within a character, and is no JSON", () => {
  const cut = bytes('{"a":"€"}').subarray(0, 8);
  assert.equal(textOf(cut), null);
  assert.equal(textOf(cut, true), '{"a":"');
  assert.deepEqual(kindsOf(bytes("[1]"), true), ["text", "hex"]);
});

test("an image is known by its bytes", () => {
  assert.equal(imageTypeOf(PNG), "image/png");
  assert.equal(imageTypeOf(bytes("GIF89a")), "image/gif");
  assert.equal(imageTypeOf(bytes("BM is no image")), undefined);
});

test("values in JSON are text or Base64", () => {
  assert.deepEqual(bytesOf("ä"), bytes("ä"));
  assert.deepEqual(bytesOf({ base64: "/wA=" }), Uint8Array.of(255, 0));
  assert.equal(lineOf(" a\n  b ", (hex) => hex), "a b");
  assert.equal(lineOf({ base64: "/wA=" }, (hex) => `bytes ${hex}`), "bytes ff 00");
});
