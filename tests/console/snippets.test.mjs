import assert from "node:assert/strict";
import test from "node:test";
import { pathOf, request } from "../../app/bambleweeny/console/parts/request.js";
import { snippetsOf } from "../../app/bambleweeny/console/parts/snippets.js";

const HOME = "http://localhost:8080";
const of = (...call) => snippetsOf(request(...call), HOME);
const forms = (...call) => Object.entries(of(...call)).filter(([, text]) => text !== undefined).map(([name]) => name).join(" ");

test("a write is shown as it is typed", () => {
  const { curl, cli, python, javascript } = of("PUT", ["keys", "app:color"], { body: "blue", query: { ttl: "5m" } });
  assert.equal(curl, `curl -X PUT 'http://localhost:8080/keys/app:color?ttl=5m' \\\n  -H "Authorization: Bearer $TOKEN" \\\n  -H 'Content-Type:' \\\n  --data-binary 'blue'`);
  assert.equal(cli, "BAMBLEWEENY_TOKEN=$TOKEN bambleweeny set app:color 'blue' --ttl 5m");
  assert.equal(python.split("\n").at(-1), 'client.keys.set("app:color", "blue", ttl="5m")');
  assert.equal(javascript.split("\n").at(-1), 'await client.keys.set("app:color", "blue", { ttl: "5m" });');
});

test("the command names a server that is not the usual one", () => {
  const get = request("GET", ["keys", "a"]);
  assert.equal(snippetsOf(get, "http://127.0.0.1:8080/").cli, "BAMBLEWEENY_TOKEN=$TOKEN bambleweeny get a");
  assert.equal(snippetsOf(get, "https://b9y.example/x").cli, "BAMBLEWEENY_TOKEN=$TOKEN bambleweeny get a --url https://b9y.example/x");
  assert.match(snippetsOf(get, "http://[::1]:8080").cli, /--url 'http:\/\/\[::1\]:8080'$/);
});

test("only curl has what a client cannot express", () => {
  assert.equal(forms("GET", ["keys", "a"], { headers: { Range: "bytes=0-9" } }), "curl");
  assert.equal(forms("GET", ["keys", "a"], { query: { unknown: 1 } }), "curl");
  assert.equal(forms("GET", ["nothing", "a"]), "curl");
  assert.equal(forms("GET", ["keys"], { query: { meta: 1, delimiter: ":" } }), "curl");
  assert.equal(forms("POST", ["batch"], { body: { json: [] } }), "curl");
  assert.equal(forms("POST", ["lists", "a", "lease"], { query: { raw: 1 } }), "curl");
  assert.equal(forms("PUT", ["keys", "a"]), "curl");
  assert.equal(forms("GET", ["keys", "a"], { body: "x" }), "curl");
  assert.equal(forms("PUT", ["lists", "a", "policy"], { body: "[1]" }), "curl");
  assert.equal(forms("PUT", ["lists", "a", "policy"], { body: "{" }), "curl");
  assert.equal(forms("PUT", ["lists", "a", "policy"], { body: '{"new": 1}' }), "curl");
  assert.equal(forms("PUT", ["users", "1"], { body: { json: { quota: null } } }), "curl");
  assert.equal(forms("PUT", ["keys", "a"], { body: "x", query: { name: "b" } }), "curl");
  assert.equal(forms("PUT", ["keys", "a"], { body: "x", query: { keepttl: 0 } }), "curl");
  assert.equal(forms("POST", ["lists", "a", "ack"], { body: { json: { ack: ["1.1"], retry: [{ lease: "2.1", delay: 1 }] } } }), "curl python");
  assert.equal(forms("POST", ["lists", "a", "ack"], { body: { json: { bury: [{ lease: "1.1", reason: "a" }, { lease: "2.1", reason: "b" }] } } }), "curl python");
  assert.equal(forms("POST", ["lists", "a"], { body: "x", headers: { "If-Match": "*" } }), "curl");
  assert.equal(forms("POST", ["lists", "a", "ack"], { body: { json: { ack: [{ deep: [] }] } } }), "curl python");
});

test("numbers that a language rounds are not written in it", () => {
  const rules = (number) => forms("POST", ["routes"], { body: `{"name":"a","rules":[{"status":${number}}]}`, type: "application/json" });
  assert.equal(rules("1152921504606846977"), "curl cli python");
  assert.equal(rules("1.1234567890123456789"), "curl cli");
  assert.equal(rules("1e999"), "curl cli");
  assert.equal(rules("1.50"), "curl cli python javascript");
  assert.equal(forms("POST", ["routes"], { body: '{"name":"a","__proto__":{}}', type: "application/json" }), "curl cli python");
  assert.equal(forms("POST", ["incr", "n"], { query: { by: "9007199254740993" } }), "curl cli python");
});

test("secrets of bins are shown nowhere, and the rest stays as it is", () => {
  const document = '{"list":"a","verify":{"scheme":"github","secrets":["known","known"]},"challenge":{"provider":"zoom","secret":"kn\\"own"},"answer":{"json":{"secret":"said","n":1.50}}}';
  for (const call of [["POST", ["bins"], { body: document }], ["PUT", ["bins"], { query: { id: "7" }, body: document }]]) {
    const shown = Object.values(of(...call)).join("\n");
    assert.doesNotMatch(shown, /kn.*own/);
    assert.match(shown, /"secrets":\["\[secret\]","\[secret\]"\]/);
    assert.match(shown, /"secret":"said","n":1.50/);
  }
  assert.match(of("POST", ["bins"], { body: '{"verify":{"secret":' }).curl, /"secret":'/);
  assert.match(of("POST", ["bins", "7"], { body: '{"verify":{"secret":"sent"}}' }).curl, /sent/);
});

test("secrets are variables", () => {
  const calls = [
    of("POST", ["users"], { body: { json: { username: "eva", password: "known" } } }),
    of("PUT", ["users", "1"], { body: { json: { password: "known" } } }),
    of("PUT", ["auth", "password"], { body: { json: { current: "known", password: "known" } } }),
    of("PUT", ["config", "admin"], { body: { json: { password: "known" } } }),
    of("POST", ["auth", "token"], { body: { json: { username: "eva", password: "known" } }, isPublic: true }),
    of("POST", ["auth", "token"], { body: { json: { code: "known" } }, isPublic: true }),
    of("POST", ["auth", "accept"], { body: { json: { code: "known", password: "known" } }, isPublic: true }),
    of("POST", ["auth", "revoke"], { body: { json: { token: "known" } }, isPublic: true }),
  ];
  for (const snippets of calls) for (const text of Object.values(snippets)) assert.doesNotMatch(text ?? "", /known/);
  assert.match(calls[0].curl, /--data-binary '\{"username":"eva","password":"'"\$PASSWORD"'"\}'$/);
  assert.match(calls[2].cli, /^printf '%s\\n' "\$PASSWORD" \| BAMBLEWEENY_TOKEN=\$TOKEN bambleweeny password - --current "\$CURRENT_PASSWORD"$/);
  assert.match(calls[6].cli, /^printf '%s\\n' "\$PASSWORD" \| bambleweeny accept "\$CODE" -$/);
  assert.doesNotMatch(calls[4].curl, /Authorization/);
  assert.match(calls[5].python, /client = Client\("http:\/\/localhost:8080"\)\nprint\(client\.tokens\.use_code\(os\.environ\["CODE"\]\)\)$/);
});

test("a body that is binary or long is a file", () => {
  for (const body of [Uint8Array.of(255), "x".repeat(4097), new Blob(["x"])]) {
    const { curl, cli, python, javascript } = of("PUT", ["keys", "a"], { body });
    assert.match(curl, /--data-binary @body\.bin$/);
    assert.match(cli, / a @body\.bin$/);
    assert.match(python, /Path\("body\.bin"\)\.read_bytes\(\)/);
    assert.match(javascript, /await readFile\("body\.bin"\)/);
  }
  assert.match(of("PUT", ["keys", "a"], { body: Uint8Array.of(104, 105) }).curl, /--data-binary 'hi'$/);
});

test("bytes that are no text are printed as they are", () => {
  const program = snippetsOf({ ...request("GET", ["keys", "a"]), isBinary: true }, HOME).javascript;
  assert.match(program, /process\.stdout\.write\(\(await client\.keys\.get\("a"\)\)\?\.bytes \?\? ""\);$/);
});

test("the snippet that makes a sandbox prints its token", () => {
  const { cli, python, javascript } = of("POST", ["sandboxes"], { query: { name: "ci", from: "k3x9q2/paid" } });
  assert.match(cli, /sandboxes add --name ci --from k3x9q2\/paid$/);
  assert.match(python, /print\(client\.sandboxes\.create\(name="ci", from_="k3x9q2\/paid"\)\.token\)$/);
  assert.match(javascript, /console\.log\(\(await client\.sandboxes\.create\(undefined, \{ name: "ci", from: "k3x9q2\/paid" \}\)\)\.token\);$/);
});

test("a stream is followed", () => {
  const { cli, python, javascript } = of("GET", ["topics", "news"], { headers: { Accept: "application/x-ndjson" }, query: { last: 5 } });
  assert.match(cli, /follow news --last 5$/);
  assert.match(python, /for row in client\.topics\.subscribe\("news", last=5\):/);
  assert.match(javascript, /for await \(const row of client\.topics\.subscribe\("news", \{ last: 5 \}\)\)/);
  assert.match(of("GET", ["events"], { headers: { Accept: "application/x-ndjson" }, query: { keys: "app:*" } }).cli, /events --keys 'app:\*'$/);
  const events = of("GET", ["events"], { headers: { Accept: "application/x-ndjson" }, query: { kinds: "list.pop,topic.publish", topics: "news", routes: "*", bins: "*" } });
  assert.match(events.cli, /events --kinds list\.pop,topic\.publish --topics news --routes '\*' --bins '\*'$/);
  assert.match(events.python, /client\.events\(kinds="list\.pop,topic\.publish", topics="news", routes="\*", bins="\*"\)/);
  assert.match(events.javascript, /client\.events\(\{ kinds: "list\.pop,topic\.publish", topics: "news", routes: "\*", bins: "\*" \}\)/);
  assert.match(of("GET", ["audit"], { headers: { Accept: "application/x-ndjson" } }).python, /follow_audit\(\)/);
  assert.match(of("GET", ["events"]).curl, /^curl -N /);
});

test("a path is encoded once", () => {
  const call = request("GET", ["keys", "a b/ä'"], { query: { path: "x&y" } });
  assert.equal(pathOf(call), "/keys/a%20b%2F%C3%A4'?path=x%26y");
  assert.match(snippetsOf(call, HOME).curl, /^curl 'http:\/\/localhost:8080\/keys\/a%20b%2F%C3%A4'\\''\?path=x%26y'/);
});
