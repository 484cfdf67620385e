import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import test from "node:test";
import { curlOf } from "../../app/bambleweeny/console/parts/public/curl.js";
import { formOf } from "../../app/bambleweeny/console/parts/public/forms.js";
import { lineOf, lineOfByte, linesOf, pathIn } from "../../app/bambleweeny/console/parts/public/json_place.js";
import { headOf, hintIn, keptOf } from "../../app/bambleweeny/console/parts/public/kept.js";
import { sentHeaders, staysBelow } from "../../app/bambleweeny/console/parts/public/paths.js";
import { fieldOf, isOnce } from "../../app/bambleweeny/console/parts/inbox/field_errors.js";
import { documentOf, fieldsOf, isExact } from "../../app/bambleweeny/console/parts/inbox/fields.js";
import { signedCurl } from "../../app/bambleweeny/console/parts/inbox/signed.js";
import { kept } from "../../app/bambleweeny/console/parts/topics/kept.js";
import { firstCallOf, TEMPLATES, withJournal } from "../../app/bambleweeny/console/parts/routes/templates.js";

const bytes = (text) => new TextEncoder().encode(text);

// Returns what a shell passes to curl, and what it writes to its standard input.
function run(command) {
  const fake = 'curl() { printf "%s\\0" "$@"; printf "\\0\\0"; case "$*" in *"@-"*) cat;; esac; }\n';
  const found = execFileSync("sh", ["-c", fake + command]);
  const end = found.indexOf("\0\0\0");
  return { words: found.subarray(0, end).toString().split("\0"), input: found.subarray(end + 3) };
}

test("a page keeps the newest messages of a topic, up to a number and a size", () => {
  const of = (count, value) => Array.from({ length: count }, (_, index) => ({ id: index, value }));
  assert.deepEqual(kept(of(2, "a"), of(1, "b")).map(({ value }) => value), ["a", "a", "b"]);
  assert.equal(kept(of(1500, "a"), []).length, 1000);
  assert.equal(kept(of(1, { base64: "YQ==" }), of(1500, "b")).length, 1000);
  const large = "x".repeat(30 << 20);
  assert.deepEqual(kept(of(1, "a"), of(3, large)).map(({ value }) => value.length), [1, large.length, large.length]);
  assert.equal(kept(of(2, large.repeat(3)), []).length, 1);
});

test("a command that was copied sends the bytes of the request, whatever they are", () => {
  const bodies = [bytes("'; touch x #"), bytes('@file "$HOME" `id` $(id) \\n %s'), bytes("a\tb\u001b[31m\u0000\\0101"), Uint8Array.from([0, 255, 128, 10, 39]), bytes("x".repeat(30_000))];
  for (const body of bodies) {
    const kept = { method: "POST", path: "/a'b;c", query: "x=$(id)&y=[1-3]", headers: [["host", "h"], ["x-a", "it's $HOME"], ["x-empty", ""], ["content-length", "9"]], bytes: body };
    const { words, input } = run(curlOf(kept, "http://localhost:3000/hook/"));
    assert.ok(words.includes("http://localhost:3000/hook/a'b;c?x=$(id)&y=[1-3]"));
    assert.ok(words.includes("x-a: it's $HOME") && words.includes("x-empty;") && words.includes("content-type:"));
    assert.ok(!words.some((word) => word.startsWith("host:") || word.startsWith("content-length")));
    const data = words[words.indexOf("--data-binary") + 1];
    assert.deepEqual(data === "@-" ? [...input] : [...bytes(data)], [...body]);
  }
});

test("a command names the method and has no body if there is none", () => {
  const kept = { method: "DELETE", path: "", query: "", headers: [["accept", "*/*"], ["user-agent", "x\u0007y"]], bytes: new Uint8Array() };
  const { words } = run(curlOf(kept, "http://h"));
  assert.deepEqual(words.slice(2), ["-X", "DELETE", "http://h", "-H", "accept: */*", "-H", "user-agent: x\u0007y"]);
  assert.ok(!curlOf({ ...kept, method: "GET" }, "http://h").includes("-X"));
});

test("a path that a browser resolves to another part of the server is known", () => {
  const out = ["/../x", "/../../../auth/token", "/%2e%2e/x", "/.%2E/x", "/%252e%252e/x", "/..%2fx", "/..%5Cx", "/\\..\\..\\x", "\\..", "/a/../../x", "/.\t./x", "/%09../x", "//../x", "/..?x", "/..#x", "x", "..", "@evil", "%2e%2e", ".x", ":80/"];
  for (const path of out) assert.equal(staysBelow(path), false, path);
  const inside = ["", "/", "/a/../b", "/a/./b", "/..x", "/x..", "/...", "/a%2Fb", "/a//b", "/a?x=/../../..", "/a#/../..", "/100%", "/%zz"];
  for (const path of inside) {
    assert.equal(staysBelow(path), true, path);
    assert.match(new URL(`http://h/bins/id${path}`).pathname, /^\/bins\/id(\/|$)/);
  }
  const parts = ["/", "..", "%2e", ".", "\\", "a", "%2f", "\n", "%"];
  for (let number = 0; number < parts.length ** 5; number++) {
    const path = Array.from({ length: 5 }, (_, at) => parts[Math.floor(number / parts.length ** at) % parts.length]).join("");
    if (staysBelow(path)) assert.match(new URL(`http://h/bins/id${path}`).pathname, /^\/bins\/id(\/|$)/, path);
  }
});

test("headers of the connection and proofs of who sends are not sent again", () => {
  const names = ["Authorization", "cookie", "host", "origin", "referer", "te", "transfer-encoding", "connection", "keep-alive", "proxy-authorization", "upgrade", "x-hop", "b9y-x", "content-length"];
  const headers = [...names.map((name) => [name, name === "connection" ? "close, X-Hop" : "1"]), ["x-a", "1"], ["content-type", "a/b"]];
  assert.deepEqual(sentHeaders(headers), [["x-a", "1"], ["content-type", "a/b"]]);
});

test("a kept request is read, and what is none is null", () => {
  const text = '{"time":"2026-11-28T02:38:42.853Z","method":"POST","path":"/a\\"b","query":"x=1","headers":{"x-a":"1"},"ip":"::1","body":{"base64":"AP8="}}';
  const kept = keptOf(text);
  assert.deepEqual([kept.path, kept.query, [...kept.bytes], kept.headers], ['/a"b', "x=1", [0, 255], [["x-a", "1"]]]);
  for (const other of ["", "1", "null", "[]", "{}", '{"time":1,"method":"","path":""}', '{"time":"","method":"","path":"","body":{"base64":"%"}}']) assert.equal(keptOf(other), null, other);
  assert.deepEqual(headOf(text.slice(0, 75)), { time: "2026-11-28T02:38:42.853Z", method: "POST", path: '/a"b', query: "" });
  assert.equal(headOf(text).query, "x=1");
  assert.equal(headOf("hello"), null);
});

test("forms are listed by field and part", () => {
  assert.deepEqual(formOf(bytes("a=1&a=%3Cb%3E&c"), "application/x-www-form-urlencoded").fields, [["a", "1"], ["a", "<b>"], ["c", ""]]);
  assert.equal(formOf(bytes('{"a":"="}'), "application/x-www-form-urlencoded"), null);
  const body = Uint8Array.from([...bytes('--B\r\nContent-Disposition: form-data; name="n\u00e4me"\r\n\r\nv\r\n--B\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\nContent-Type: image/x\r\n\r\n'), 0, 13, 10, 255, ...bytes("\r\n--B--\r\n")]);
  const { parts } = formOf(body, 'multipart/form-data; boundary="B"');
  assert.deepEqual(parts.map(({ name, file, type, bytes: part }) => [name, file, type, [...part]]), [["n\u00e4me", undefined, "", [118]], ["f", "a.bin", "image/x", [0, 13, 10, 255]]]);
  assert.equal(formOf(bytes("--B\r\n"), "multipart/form-data; boundary=B"), null);
  assert.equal(formOf(bytes("x"), "multipart/form-data"), null);
});

test("an error of the server is found in the text", () => {
  const text = '{\n  "name": "x",\n  "rules": [\n    {"path": "/a"},\n    {\n      "path": "/b",\n      "answers": [\n        {"status": 99}\n      ]\n    }\n  ]\n}';
  assert.equal(lineOf(text, pathIn("'status' is from 200 to 599 - at `$.rules[1].answers[0]`.")), 8);
  assert.equal(lineOf(text, "$.rules[1]"), 5);
  assert.deepEqual(["$.rules[1]", "$.rules[0]", "$.rules", "$.name", "$.rules[1].answers[0]", "$.nothing"].map((path) => linesOf(text, path)), [[5, 10], [4, 4], [3, 11], [2, 2], [8, 8], [1, 1]]);
  assert.equal(lineOf(text, "$.rules[0]"), 4);
  assert.equal(lineOf(text, "$.rules[1].when"), 5);
  assert.equal(lineOf(text, "$.name"), 2);
  assert.equal(lineOf(text, "$.nothing"), 1);
  assert.equal(lineOf("[[1,\n2],\n[3]]", "$[1][0]"), 3);
  assert.equal(pathIn("'rate' is a number of requests"), "$.rate");
  assert.equal(lineOfByte('{\n"\u00e4": 1,\n}', "JSON is malformed (byte 11)."), 3);
});

test("a form keeps what it has no field for, and hides no number", () => {
  const document = { list: "hooks", name: "gh", keep: "request", paths: false, verify: { scheme: "github", secrets: ["[secret]", "[secret]"], tolerance: 9 }, answer: { status: 202, headers: { a: "b" } } };
  assert.deepEqual(documentOf(fieldsOf(document), document), document);
  assert.deepEqual(documentOf({ ...fieldsOf(document), target: "topic", queue: "news", secret: "new" }, document).verify.secrets, ["new"]);
  assert.deepEqual(documentOf(fieldsOf({ list: "a" }), { list: "a" }), { list: "a" });
  assert.ok(isExact('{"a": 1}') && !isExact('{"a": 1.50}') && !isExact('{"a": 1152921504606846977}') && !isExact("[]") && !isExact("{"));
});

test("templates have names and first calls", () => {
  for (const make of Object.values(TEMPLATES)) assert.equal(make("x").name, "x");
  assert.deepEqual(firstCallOf({ rules: [{ method: ["PUT"], path: "/a/{id:int}/**" }] }), { method: "PUT", path: "/a/7/a" });
  assert.equal(JSON.parse(withJournal('{"a": 1}', "j")).journal, "j");
});

test("an error of the server is shown at the field of the form", () => {
  const labels = { once: "Ignore repeats by", rate: "Rate", name: "Name of the bin", queue: "Name of the list or topic", secret: "Secret", answerStatus: "Status", challengeSecret: "Secret of the challenge" };
  const found = (info, more = {}) => fieldOf({ info, ...more }, labels);
  assert.deepEqual(found("'rate' is a number of requests - at `$.rate`.", { hint: "See." }), { name: "rate", sentence: "'Rate' is a number of requests. See." });
  assert.equal(found("'list' is not a name.").name, "queue");
  assert.equal(found("Expected `str`, got `int` - at `$.verify.secrets[0]`.").name, "secret");
  assert.equal(found("Too short - at `$.challenge.secret`.").name, "challengeSecret");
  assert.equal(found("'status' is from 200 to 599 - at `$.answer`.").name, "answerStatus");
  assert.equal(found("Another bin has this name.", { code: "bin_name_taken" }).name, "name");
  assert.equal(found("The body is not valid JSON."), null);
  assert.equal(fieldOf(null, labels), null);
  assert.deepEqual(["", "header x-id", " body a.b ", "x-id", "header", "header a b"].map(isOnce), [true, true, true, false, false, false]);
});

test("a signed request has the signature of its scheme, whatever its names are", () => {
  const sent = (verify, body = "{}") => {
    const fake = 'SECRET=s; date() { echo 7; }; curl() { printf "%s\\n" "$@"; }\n';
    return execFileSync("sh", ["-c", fake + signedCurl(verify, "POST", "http://h/bins/@ann/gh", body)]).toString().split("\n");
  };
  const hex = (text, algorithm = "sha256", encoding = "hex") => createHmac(algorithm, "s").update(text).digest(encoding);
  assert.ok(sent({ scheme: "github" }, "it's $HOME").includes(`X-Hub-Signature-256: sha256=${hex("it's $HOME")}`));
  assert.ok(sent({ scheme: "stripe" }).includes(`Stripe-Signature: t=7,v1=${hex("7.{}")}`));
  assert.ok(sent({ scheme: "slack" }).includes(`X-Slack-Signature: v0=${hex("v0:7:{}")}`));
  assert.ok(sent({ scheme: "shopify" }).includes(`X-Shopify-Hmac-Sha256: ${hex("{}", "sha256", "base64")}`));
  assert.ok(sent({ scheme: "gitlab" }).includes("X-Gitlab-Token: s"));
  assert.ok(sent({ scheme: "hmac", header: "X-`id`'s", prefix: "$(x)=", algorithm: "sha1", encoding: "base64" }).includes(`X-\`id\`'s: $(x)=${hex("{}", "sha1", "base64")}`));
  assert.equal(signedCurl({ scheme: "standard" }, "POST", "http://h", "{}"), null);
  assert.equal(signedCurl({ scheme: "github" }, "GET", "http://h", "{}"), null);
});

test("a row of a request shows its event, or the beginning of its body", () => {
  const kept = (headers, body) => JSON.stringify({ time: "t", method: "POST", path: "/", query: "", headers, body });
  assert.equal(hintIn(kept({ accept: "*/*", "x-github-event": "push" }, "{}")), "push");
  assert.equal(hintIn(kept({ accept: "*/*" }, '{"event": "paid"}\n')), '{"event": "paid"}');
  assert.equal(hintIn(kept({}, "x".repeat(99))), "x".repeat(60));
  for (let cut = 0; cut < 12; cut++) assert.match(hintIn(kept({}, 'é"\n\u0001').slice(0, 72 + cut)), /^(é("\W*)?)?$/);
  assert.equal(hintIn("{}"), "");
});
