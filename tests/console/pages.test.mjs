import assert from "node:assert/strict";
import test from "node:test";
import { parse, to } from "../../app/bambleweeny/console/parts/address.js";
import { ago, bytes, duration, number, since } from "../../app/bambleweeny/console/parts/format.js";
import { addressOf, CARDS, wasMade } from "../../app/bambleweeny/console/parts/home/cards.js";
import { pathOf, request, withQuery } from "../../app/bambleweeny/console/parts/request.js";
import { creation, SNAPSHOT, sourcesOf } from "../../app/bambleweeny/console/parts/sandboxes/calls.js";
import { callsOf, samplesOf, sortedCalls, sumOf } from "../../app/bambleweeny/console/parts/server/metrics.js";

test("an address is read as it was written", () => {
  for (const [page, rest, query] of [["keys", ["app:color"], {}], ["keys", ["a/b?c#d", "ä %"], { tab: "hex", q: "a&b=c" }], ["home", [], {}]]) {
    assert.deepEqual(parse(to(page, rest, query)), { page, rest, query });
  }
  assert.equal(to("keys", "app:color"), "#/keys/app:color");
  assert.equal(to("keys", [], { prefix: "", after: undefined, n: 0 }), "#/keys?n=0");
});

test("an address that nobody wrote is read too", () => {
  assert.deepEqual(parse(""), { page: "", rest: [], query: {} });
  assert.deepEqual(parse("#keys"), { page: "keys", rest: [], query: {} });
  assert.deepEqual(parse("#/keys/%zz"), { page: "keys", rest: ["%zz"], query: {} });
  assert.deepEqual(parse("#/lists/a?x=1?2"), { page: "lists", rest: ["a"], query: { x: "1?2" } });
});

test("a request leaves out what is not there", () => {
  const call = request("GET", ["keys", 7], { query: { limit: 0, after: undefined, prefix: "", wait: null }, headers: { Accept: undefined } });
  assert.deepEqual({ ...call }, { method: "GET", segments: ["keys", "7"], query: { limit: "0" }, headers: {}, body: undefined, path: undefined, isPublic: false });
  assert.throws(() => (call.method = "PUT"), TypeError);
  assert.throws(() => call.segments.push("x"), TypeError);
});

test("a body keeps its type, and JSON names it", () => {
  assert.deepEqual(request("PUT", ["keys", "a"], { body: { json: null } }).body, "null");
  assert.deepEqual(request("PUT", ["keys", "a"], { body: { json: [1] } }).headers, { "Content-Type": "application/json" });
  assert.deepEqual(request("PUT", ["keys", "a"], { body: { json: 1 }, type: "text/x" }).headers, { "Content-Type": "text/x" });
  assert.deepEqual(request("PUT", ["keys", "a"], { body: "x" }).headers, {});
  const bytes = Uint8Array.of(1);
  assert.equal(request("PUT", ["keys", "a"], { body: bytes }).body, bytes);
});

test("further parameters replace earlier ones", () => {
  const call = request("GET", ["keys"], { query: { prefix: "a", limit: 5 } });
  assert.equal(pathOf(withQuery(call, { limit: 7, userid: 3 })), "/keys?prefix=a&limit=7&userid=3");
  assert.equal(pathOf(withQuery(call, { limit: undefined, prefix: "" })), "/keys");
  assert.equal(pathOf(call), "/keys?prefix=a&limit=5");
});

test("a public path keeps its sign, and other signs are encoded", () => {
  assert.equal(pathOf(request("GET", ["routes", "@admin", "hello", "users", "7"])), "/routes/@admin/hello/users/7");
  assert.equal(pathOf(request("GET", ["keys", "../a?b#c"])), "/keys/..%2Fa%3Fb%23c");
});

test("sizes and times are short", () => {
  assert.deepEqual([0, 1023, 1024, 1536, 3 << 20, 5 * 1024 ** 4, 2 ** 60].map(bytes), ["0 B", "1,023 B", "1 kB", "1.5 kB", "3 MB", "5 TB", "1,048,576 TB"]);
  assert.deepEqual([-3, 0, 59.6, 60, 75, 599, 725, 3600, 12_000, 86_400, 90_000].map(duration), ["0 s", "0 s", "1 min", "1 min", "1 min 15 s", "9 min 59 s", "12 min", "1 h", "3 h 20 min", "1 d", "1 d 1 h"]);
  assert.equal(number(1234567), "1,234,567");
  const now = Date.parse("2026-11-28T12:00:00Z");
  assert.deepEqual([7 * 86_400 - 2, -3599, 90 * 60 - 10].map((seconds) => ago(now + seconds * 1000, now)), ["in 7 days", "1 hour ago", "in 1 hour"]);
  assert.deepEqual([0, -5, -125, 3 * 3600, -86_400].map((seconds) => ago(now + seconds * 1000, now)), ["now", "5 seconds ago", "2 minutes ago", "in 3 hours", "yesterday"]);
  assert.deepEqual([3600, 1, 0, -60].map((seconds) => since(new Date(now + seconds * 1000).toISOString(), now)), ["now", "now", "now", "1 minute ago"]);
});

test("each card makes what it counts, and its page is that of the thing", () => {
  assert.deepEqual(CARDS.map(({ noun, request: { method, segments } }) => [noun, method, segments[0]]), [
    ["keys", "PUT", "keys"], ["lists", "POST", "lists"], ["bins", "POST", "bins"], ["routes", "POST", "routes"], ["topics", "POST", "topics"],
  ]);
  for (const { publicPath, send } of CARDS) {
    if (!publicPath) continue;
    const sent = send(publicPath("ann"));
    assert.equal(sent.isPublic, true);
    assert.match(pathOf(sent), /^\/(bins|routes)\/@ann\/hello/);
  }
  assert.deepEqual(["bin_name_taken", "route_name_taken", "quota_exceeded"].map((code) => wasMade({ code })), [true, true, false]);
});

test("an event leads to its page", () => {
  const to = (event, name) => addressOf({ event, name });
  assert.equal(to("key.set", "app:color"), "#/keys/app:color");
  assert.equal(to("list.dead", "jobs"), "#/lists/jobs");
  assert.equal(to("topic.publish", "news"), "#/topics/news");
  assert.equal(to("route.call", "@ann/shop"), "#/routes/%40ann%2Fshop");
  assert.equal(to("bin.call", "x"), "#/inbox/x");
});

const METRICS = `# HELP bambleweeny_requests_total Requests.
# TYPE bambleweeny_requests_total counter
bambleweeny_requests_total{method="GET",route="/keys/{name}",status="200"} 98.0
bambleweeny_requests_total{method="GET",route="/keys/{name}",status="404"} 2.0
bambleweeny_requests_total{method="GET",route="/x",status="200"} 1.0
bambleweeny_requests_total{method="GET",route="/a",status="500"} 1.0
bambleweeny_request_seconds_bucket{le="0.1",route="/keys/{name}"} 99.0
bambleweeny_request_seconds_bucket{le="0.001",route="/keys/{name}"} 60.0
bambleweeny_request_seconds_bucket{le="+Inf",route="/keys/{name}"} 100.0
bambleweeny_request_seconds_bucket{le="0.1",route="/x"} 0.0
bambleweeny_request_seconds_bucket{le="+Inf",route="/x"} 1.0
bambleweeny_streams{kind="events"} 2
bambleweeny_streams{kind="topics"} 1e+03
odd{text="a \\"b\\" \\\\ c\\nd, e=\\"f\\""} +Inf
`;

test("metrics are read", () => {
  const samples = samplesOf(METRICS);
  assert.equal(samples.length, 12);
  assert.equal(sumOf(samples, "bambleweeny_streams"), 1002);
  assert.equal(sumOf(samples, "nothing"), 0);
  assert.deepEqual(samples.at(-1).labels, { text: 'a "b" \\ c\nd, e="f"' });
});

test("a quantile is the bound of the bucket that holds it", () => {
  assert.deepEqual(callsOf(samplesOf(METRICS)), [
    { route: "/keys/{name}", count: 100, bad: 2, p50: 0.001, p99: 0.1 },
    { route: "/a", count: 1, bad: 1, p50: null, p99: null },
    { route: "/x", count: 1, bad: 0, p50: { over: 0.1 }, p99: { over: 0.1 } },
  ]);
  assert.deepEqual(callsOf([]), []);
});

test("what can be copied is each sandbox and each of its snapshots", () => {
  assert.deepEqual(sourcesOf([{ id: "k3x9q2", name: "ci", snapshots: ["a", "b"] }, { id: "abc123", name: "", snapshots: [] }]).map(({ from }) => from), ["k3x9q2", "k3x9q2/a", "k3x9q2/b", "abc123"]);
});

test("a sandbox has a seed only if there is one", () => {
  assert.deepEqual({ ...creation({ name: "", ttl: "1h" }, "").headers }, {});
  assert.equal(pathOf(creation({ name: "", ttl: "1h" })), "/sandboxes?ttl=1h");
  assert.equal(creation({}, "{}").headers["Content-Type"], "application/x-ndjson");
});

test("the names of snapshots are those that the server takes", () => {
  const name = new RegExp(`^(?:${SNAPSHOT})$`, "v");
  assert.deepEqual(["paid", "-a", "a.b", ".a", "a/b", "", "x".repeat(64), "x".repeat(65)].map((text) => name.test(text)), [true, true, true, false, false, false, true, false]);
});

test("calls are sorted by each column, those without a quantile last", () => {
  const rows = callsOf(samplesOf(METRICS));
  const order = (by, isUp) => sortedCalls(rows, by, isUp).map(({ route }) => route);
  assert.deepEqual(order("p99", false), ["/x", "/keys/{name}", "/a"]);
  assert.deepEqual(order("p50", true), ["/keys/{name}", "/x", "/a"]);
  assert.deepEqual(order("route", true), ["/a", "/keys/{name}", "/x"]);
  assert.equal(order("count", false)[0], "/keys/{name}");
});
