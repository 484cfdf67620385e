"""The JavaScript module that the server brings, in Node."""

import json
import re

import pytest
from bambleweeny import Client
from receivers import receiving

INTERNAL = {"url", "timeout", "run", "constructor"}
# What only the admin or who runs the server does; the Python client and the command line do it.
NOT_IN_A_PAGE = {
    "info",
    "loginCode",
    "metrics",
    "openapi",
    "ready",
    "save",
    "setAdminPassword",
    "users",
}
# What a page does by `fetch`, so that the client stays small.
LEFT_TO_FETCH = {
    "keys": {"deleteAll", "groups", "listMeta", "listValues", "patch", "wait"},
    "client": {"export", "import_", "loginCode", "planImport"},
    "bins": {"refused"},
    # A page gives its token to the constructor.
    "tokens": {"current", "use", "useCode"},
    "lists": {
        "lease", "ack", "extend", "change", "policy", "setPolicy", "deletePolicy", "item",
        "deleteItem", "purge", "stats", "move",
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", ["js", "d.ts"])
@pytest.mark.parametrize("name", ["bambleweeny", "bambleweeny-sandboxes"])
def test_a_module_may_be_loaded_by_any_page_and_is_asked_for_by_its_etag(http, name, kind):
    path = f"/{name}.{kind}"
    answer = http.get(path, headers={"Origin": "https://stranger.example"})
    media_type = {"js": "text/javascript", "d.ts": "application/typescript"}[kind]
    assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-cache"
    etag = answer.headers["ETag"]
    again = http.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert http.get(path, headers={"If-None-Match": '"old"'}).status_code == 200


def test_the_module_is_small_and_needs_no_other(http):
    text = http.get("/bambleweeny.js").text
    assert text.count("\n") <= 440
    assert "\nimport " not in text
    helpers = http.get("/bambleweeny-sandboxes.js").text
    assert helpers.count("\n") <= 120
    assert "\nimport " not in helpers


def test_keys_hold_text_bytes_and_json(node):
    node("""
    for (const value of ["", "ä€😀\\n", "\\ufeffx", "[1]"]) {
      await client.set("foo", value);
      assert.equal((await client.get("foo")).text(), value);
    }
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, index) => index % 256);
    await client.set("foo", bytes);
    assert.deepEqual((await client.get("foo")).bytes, bytes);
    assert.throws(() => new Value(bytes).text(), TypeError);
    await client.set("bar", await client.get("foo"));
    await client.set("bar2", bytes.slice(0, 3).buffer);
    assert.deepEqual([(await client.get("bar")).bytes.length, (await client.get("bar2")).bytes.length], [1 << 20, 3]);
    await client.set("foo", { json: { a: [null, "ä"] } });
    assert.deepEqual((await client.get("foo")).json(), { a: [null, "ä"] });
    for (const value of [undefined, null, 1, {}, ["a"]]) await assert.rejects(async () => client.set("foo", value), TypeError);
    assert.equal(await client.incr("n"), 1);
    assert.equal(await client.incr("n"), 2);
    await client.delete("n");
    await failed(client.get("n"), "not_found", 404);
    await failed(client.incr("foo"), "not_an_integer", 400);
    for (const name of ["", ".", "..", "a/b", "ä", "a?b", "x".repeat(256)]) {
      await failed((async () => client.get(name))(), "invalid_name", 400);
    }
    """)


def test_many_keys_are_iterated_and_read(node):
    node("""
    const names = Array.from({ length: 3000 }, (_, index) => `k${String(index).padStart(200, "0")}`);
    const batch = client.batch();
    for (const name of names) batch.set(name, name.slice(-4));
    await batch.send();
    const seen = [];
    for await (const name of client.keys) seen.push(name);
    assert.deepEqual(seen, names);
    const found = await client.keys.getMany([...names, "nothing"]);
    assert.equal(found.size, 3000);
    assert.equal(found.get(names[7]).text(), "0007");
    assert.deepEqual(await client.keys.list({ prefix: names[5] }), [{ name: names[5], owner: 0 }]);
    await client.set("__proto__", "x");
    assert.equal((await client.keys.getMany(["__proto__"])).get("__proto__").text(), "x");
    """)


def test_lists_are_queues(node):
    node("""
    await client.push("jobs", "");
    await client.push("jobs", Uint8Array.of(255));
    assert.equal(await client.lists.pushLines("jobs", "wash\\ndry\\n"), 2);
    assert.equal((await client.pop("jobs")).text(), "");
    assert.deepEqual([...(await client.pop("jobs")).bytes], [255]);
    assert.deepEqual(await client.lists.list(), [{ name: "jobs", owner: 0 }]);
    await client.lists.delete("jobs");
    assert.equal(await client.pop("jobs", { wait: "1s" }), undefined);
    const waiting = client.pop("jobs", { wait: 20 });
    await client.push("jobs", "now");
    assert.equal((await waiting).text(), "now");
    """)


def test_items_are_delivered_and_buried(node):
    node("""
    const late = await client.push("jobs", "later", { delay: "1h" });
    const ready = await client.lists.deliver("jobs", late);
    assert.deepEqual([ready.list, ready.state], ["jobs", "ready"]);
    const [item] = await client.lists.items("jobs", { preview: 2 });
    assert.deepEqual([item.value.text(), item.size, item.cut], ["la", 5, true]);
    assert.equal((await client.lists.bury("jobs", ready.id, { reason: "old" })).state, "dead");
    assert.equal((await client.lists.items("jobs", { state: "dead" }))[0].reason, "old");
    const [{ name, owner, dead, bytes }] = await client.lists.listStats({ prefix: "j" });
    assert.deepEqual([name, owner, dead, bytes], ["jobs", 0, 1, 5]);
    await assert.rejects(client.keys.list({ stats: true }), /The option 'stats' is unknown/);
    """)


def test_items_are_seen_and_stay(node):
    node("""
    await client.lists.pushLines("jobs", "1\\n2\\n3\\n");
    await client.push("jobs", Uint8Array.of(255));
    const newest = await client.lists.items("jobs", { order: "newest", limit: 2 });
    assert.deepEqual(newest.map(({ state, value }) => [state, ...value.bytes]), [["ready", 255], ["ready", 51]]);
    const older = await client.lists.items("jobs", { order: "newest", after: newest.next });
    assert.deepEqual([...older.map(({ value }) => value.text()), older.next], ["2", "1", null]);
    const waiting = client.lists.items("jobs", { after: newest[0].id, wait: "20s" });
    const id = await client.push("jobs", "new");
    assert.deepEqual((await waiting).map((item) => item.id), [id]);
    assert.deepEqual([...await client.lists.items("jobs", { state: "dead" })], []);
    await failed(client.lists.items("jobs", { order: "desc" }), "invalid_request", 400);
    """)


def test_routes_bins_and_users(node, services):
    services.users.create("uli", "secret", 2)
    node("""
    const anybody = new Client(url);
    await client.set("page", "<b>!@[who]</b>");
    await client.set("who", "uli");
    const route = await client.routes.create("page", "text/html");
    assert.deepEqual(route, { id: route.id, path: `/routes/${route.id}`, url: `${url}/routes/${route.id}`, key: "page", contentType: "text/html" });
    assert.deepEqual(await client.routes.list(), [route]);
    assert.equal((await anybody.routes.read(route.id)).text(), "<b>uli</b>");
    await client.routes.delete(route.id);
    await failed(anybody.routes.read(route.id), "not_found", 404);
    const id = 1;
    const bin = await client.bins.create("hooks", { userid: id });
    await anybody.bins.post(bin.id, { json: [1] });
    assert.deepEqual(await client.bins.list({ userid: id }), [bin]);
    assert.deepEqual((await client.pop("hooks", { userid: id })).json(), [1]);
    const uli = new Client(url, { username: "uli", password: "secret" });
    await uli.set("a", "1");
    await failed(uli.set("b", "1"), "quota_exceeded", 400);
    await client.bins.delete(bin.id, { userid: id });
    await failed(new Client(url, { username: "uli", password: "wrong" }).get("a"), "wrong_login", 401);
    await failed(anybody.get("a"), "unauthorized", 401);
    """)


def test_a_key_is_written_on_conditions_and_with_a_ttl(node, raw):
    node("""
    await client.set("k", "x", { ttl: 500, type: "text/css" });
    const first = await client.get("k");
    assert.ok(first.ttl > 400 && first.ttl <= 500);
    assert.equal(first.contentType, "text/css");
    await failed(client.set("k", "y", { ifNoneMatch: "*" }), "precondition_failed", 412);
    await failed(client.set("k", "y", { ifMatch: '"other"' }), "precondition_failed", 412);
    await client.set("k", "y", { ifMatch: first.etag, keepTtl: true });
    assert.ok((await client.get("k")).ttl > 400);
    await client.set("k", "z", { keepttl: false, ttl: undefined });
    assert.equal((await client.get("k")).ttl, null);
    await client.keys.expire("k", "10m");
    assert.ok((await client.get("k")).ttl > 500);
    await client.get("k", { touch: 5000 });
    assert.ok((await client.get("k")).ttl > 4000);
    await client.keys.persist("k");
    const last = await client.get("k");
    assert.equal(last.ttl, null);
    assert.equal(await client.get("k", { ifNoneMatch: last.etag }), undefined);
    assert.equal((await client.keys.replace("k", "new", { ttl: 9 })).text(), "z");
    assert.equal(await client.keys.replace("fresh", "new"), undefined);
    await failed(client.delete("k", { ifMatch: last.etag }), "precondition_failed", 412);
    assert.equal((await client.keys.take("k")).text(), "new");
    await failed(client.get("k"), "not_found", 404);
    await client.set("doc", { json: { a: [1, 2] } });
    assert.equal((await client.get("doc", { path: "a.1" })).text(), "2");
    """)


def test_a_counter_takes_a_step_and_bounds(node):
    node("""
    const steps = [[5], [{ by: 5 }], [5, {}], [undefined, { by: 5 }], [5n], [{ by: 2 }, { by: 5 }]];
    for (const step of steps) {
      await client.set("n", "1");
      assert.equal(await client.incr("n", ...step), 6);
      if (typeof step[0] === "bigint") continue; // JSON has none
      await client.set("n", "1");
      const batch = client.batch();
      const result = batch.incr("n", ...step);
      await batch.send();
      assert.equal(result.value, 6);
    }
    assert.equal(await client.incr("m", -2, { ttl: 100, min: -3 }), -2);
    assert.ok((await client.get("m")).ttl > 90);
    await failed(client.incr("m", { by: -2, min: -3 }), "limit_reached", 409);
    await failed(client.incr("m", null), "invalid_request", 400);
    await assert.rejects(client.incr("m", 5, { by: 6 }), TypeError);
    assert.equal(await client.incr("m"), -1);
    """)


def test_items_are_delayed_put_in_front_and_pushed_once(node):
    node("""
    await client.push("q", "later", { delay: "1h" });
    assert.equal(await client.pop("q"), undefined);
    await client.push("q", "two");
    await client.push("q", "one", { front: true, ttl: "1h" });
    await client.lists.pushLines("q", "three\\nfour\\n", { front: false });
    const ids = [];
    for (const word of ["key", "idempotencyKey"]) ids.push(await client.push("q", "five", { [word]: "once" }));
    assert.equal(ids[0], ids[1]);
    assert.deepEqual((await client.lists.popMany("q", 2)).map((item) => item.text()), ["one", "two"]);
    assert.deepEqual((await client.lists.popMany("q", 10, { wait: 1 })).map((item) => item.text()), ["three", "four", "five"]);
    assert.deepEqual(await client.lists.popMany("q"), []);
    """)


def test_listings_are_asked_in_parts(node):
    node("""
    const batch = client.batch();
    for (let index = 0; index < 2500; index++) batch.set(`k${10000 + index}`, "");
    batch.set("other", "");
    await batch.send();
    const names = async (options) => (await client.keys.list(options)).map(({ name }) => name);
    assert.equal((await names()).length, 2501);
    assert.equal((await names({ prefix: "k" })).length, 2500);
    assert.deepEqual(await names({ prefix: "k", after: "k10005", limit: 2 }), ["k10006", "k10007"]);
    assert.equal((await names({ limit: 2300 })).length, 2300);
    assert.deepEqual(await names({ after: "k12499" }), ["other"]);
    assert.equal(await client.keys.count({ prefix: "k" }), 2500);
    assert.deepEqual([await client.keys.count(), await client.lists.count(), await client.topics.count()], [2501, 0, 0]);
    """)


def test_a_batch_takes_the_options_of_its_calls(node):
    node("""
    await client.set("lock", "mine");
    const batch = client.batch();
    const refused = batch.set("lock", "x", { ifNoneMatch: "*" });
    const kept = batch.delete("lock", { ifMatch: '"other"' });
    batch.set("k", "v", { ttl: "10m", type: "text/css" });
    batch.set("k", "w", { keepTtl: true });
    const [bounded, counted] = [batch.incr("n", 5, { max: 3 }), batch.incr("m", { by: 5, ttl: 60 })];
    batch.push("q", "later", { delay: 3600 });
    batch.push("q", "first");
    batch.push("q", "before", { front: true });
    const [item, id] = [batch.pop("q"), batch.publish("news", "hi")];
    await batch.send();
    assert.deepEqual([refused.error.code, kept.error.code], ["precondition_failed", "precondition_failed"]);
    assert.deepEqual([bounded.error.code, counted.value, item.value.text()], ["limit_reached", 5, "before"]);
    assert.equal((await client.topics.read("news", { since: "all" }))[0].id, id.value);
    for (const key of ["k", "m"]) assert.ok((await client.get(key)).ttl > 50);
    """)


CALLS = """
const calls = {
  set: (o) => client.set("k", "x", o), get: (o) => client.get("k", o), delete: (o) => client.delete("k", o),
  incr: (o) => client.incr("n", o), incr2: (o) => client.incr("n", 1, o), push: (o) => client.push("q", "x", o),
  pop: (o) => client.pop("q", o), replace: (o) => client.keys.replace("k", "x", o), take: (o) => client.keys.take("k", o),
  expire: (o) => client.keys.expire("k", 1, o), persist: (o) => client.keys.persist("k", o), keys: (o) => client.keys.list(o),
  count: (o) => client.keys.count(o), getMany: (o) => client.keys.getMany(["k"], o), lines: (o) => client.lists.pushLines("q", "x", o),
  popMany: (o) => client.lists.popMany("q", 1, o), lists: (o) => client.lists.list(o), drop: (o) => client.lists.delete("q", o),
  route: (o) => client.routes.create("k", "text/plain", o), routes: (o) => client.routes.list(o), read: (o) => client.routes.read("x", o),
  unroute: (o) => client.routes.delete("x", o), bin: (o) => client.bins.create("q", o), setBin: (o) => client.bins.set({ list: "q" }, o), showBin: (o) => client.bins.get("x", o),
  setRoute: (o) => client.routes.set({ key: "k" }, o), showRoute: (o) => client.routes.get("x", o), unbin: (o) => client.bins.delete("x", o), post: (o) => client.bins.post("x", "y", o),
  token: (o) => client.tokens.create(o), test: (o) => client.tokens.test(o), publish: (o) => client.topics.publish("t", "x", o),
  messages: (o) => client.topics.read("t", o), subscribe: async (o) => client.topics.subscribe("t", o), events: async (o) => client.events(o),
  batch: async (o) => client.batch(o), about: (o) => client.about(o), health: (o) => client.health(o), password: (o) => client.setPassword("another", o),
  batchSet: async (o) => client.batch().set("k", "x", o), batchGet: async (o) => client.batch().get("k", o), batchDelete: async (o) => client.batch().delete("k", o),
  batchIncr: async (o) => client.batch().incr("k", o), batchPush: async (o) => client.batch().push("q", "x", o), batchPop: async (o) => client.batch().pop("q", o),
  batchPublish: async (o) => client.batch().publish("t", "x", o), client: async (o) => new Client(url, o),
};
"""


def test_no_option_is_ignored(node, raw):
    node(
        CALLS
        + """
    for (const [name, call] of Object.entries(calls)) {
      await assert.rejects(call({ wrongOption: 1 }), (error) => error instanceof TypeError && /'wrongOption'/.test(error.message), name);
      await assert.rejects(call({ wrongOption: undefined }), TypeError, name);
      if (!/ncr$/.test(name)) await assert.rejects(call(7), TypeError, name);
    }
    const near = {
      set: { if_none_match: "ifNoneMatch", Ttl: "ttl", tpye: "type", keep_ttl: "keepTtl" }, keys: { prefxi: "prefix", lmit: "limit" },
      pop: { wiat: "wait" }, push: { dealy: "delay", idempotency_key: "idempotencyKey" }, incr: { mx: "max", bye: "by" },
      client: { tokne: "token", usrname: "username" }, batch: { Atomic: "atomic" }, batchSet: { if_match: "ifMatch" }, subscribe: { sinc: "since" },
    };
    for (const [name, words] of Object.entries(near)) for (const [wrong, right] of Object.entries(words)) {
      const told = new RegExp(`'${wrong}' is unknown .*'${right}'`);
      await assert.rejects(calls[name]({ [wrong]: "1" }), (error) => error instanceof TypeError && told.test(error.message), wrong);
    }
    await assert.rejects(client.push("q", "x", { key: "a", idempotencyKey: "b" }), TypeError);
    await assert.rejects(client.set("k", "x", { ["z".repeat(100000)]: 1 }), TypeError);
    """
    )
    assert not [name for name in raw.keys("*") if b"key:k" in name or b"list:q" in name]


def test_a_url_names_a_server_and_nothing_else(node):
    node("""
    for (const more of ["/?x", "?", "/#a", "#", "/a?b=c#d"]) assert.throws(() => new Client(url + more), TypeError);
    for (const wrong of ["ftp://localhost", "localhost:8080", "x", "", "http://uli:word@localhost", 7, null]) {
      assert.throws(() => new Client(wrong), TypeError, wrong);
    }
    assert.equal((await new Client(url + "//", login).tokens.test()).user, "admin");
    """)


def test_batches_tell_each_result(node):
    node("""
    const batch = client.batch();
    batch.set("a", "ä");
    batch.set("raw", Uint8Array.of(255, 0));
    const [text, raw, missing, number, item] = [batch.get("a"), batch.get("raw"), batch.get("no"), batch.incr("n", -5), batch.pop("no")];
    assert.throws(() => text.value, /has not been sent/);
    await batch.send();
    assert.equal(text.value.text(), "ä");
    assert.deepEqual([...raw.value.bytes], [255, 0]);
    assert.equal(missing.error.code, "not_found");
    assert.throws(() => missing.value, BambleweenyError);
    assert.deepEqual([number.value, item.value], [-5, undefined]);

    const atomic = client.batch({ atomic: true });
    const first = atomic.incr("n");
    atomic.incr("a");
    await assert.rejects(atomic.send(), { code: "not_an_integer", status: 400, index: 1 });
    assert.throws(() => first.value, { code: "not_an_integer" });
    assert.equal(await client.incr("n"), -4);

    const wrong = client.batch();
    const never = wrong.incr("m");
    wrong.push("a/b", "x");
    await assert.rejects(wrong.send(), { code: "invalid_name", index: 1 });
    assert.throws(() => never.value, { code: "invalid_name" });
    """)


def test_passwords_change_and_tokens_are_renewed(node):
    node("""
    const other = new Client(url, { token: await client.tokens.create() });
    assert.equal((await other.tokens.test()).user, "admin");
    assert.equal((await new Client(url).tokens.test()).authenticated, "False");
    const third = new Client(url, login);
    await third.set("a", "1");
    await client.setPassword("new one");
    assert.equal((await client.get("a")).text(), "1");
    await failed(third.get("a"), "wrong_login", 401);
    await failed(other.get("a"), "unauthorized", 401);
    const twin = new Client(url, { ...login, password: "new one" });
    await twin.get("a");
    await client.setPassword("another");
    await client.setPassword("new one");
    assert.equal((await client.get("a")).text(), "1");
    assert.equal((await twin.get("a")).text(), "1");
    """)


def test_a_call_can_be_given_up(node):
    node("""
    await client.get("a").catch(() => {});
    const given = new AbortController();
    const waiting = client.pop("jobs", { wait: 20, signal: given.signal });
    given.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
    await assert.rejects(client.get("a", { signal: AbortSignal.abort() }), { name: "AbortError" });
    await assert.rejects(client.pop("jobs", { wait: 20, signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
    """)


@pytest.mark.parametrize("treatment", ["before", "without", "middle"])
def test_a_read_whose_connection_broke_is_tried_once_more_and_a_write_is_not(
    node, proxy, services, treatment
):
    services.keys.set(services.logins.log_in("admin", "changeme"), "a", b"value")
    proxy.treatments = [treatment, "pass", treatment, treatment, treatment]
    node(
        """
    assert.equal((await client.get("a")).text(), "value");
    await failed(client.get("a"), "no_answer", 0);
    await failed(client.set("a", "1"), "no_answer", 0);
    """,
        proxy.url,
    )
    assert [line.split()[0] for line in proxy.seen] == ["GET"] * 4 + ["PUT"]


def test_what_does_not_answer_is_told(node, proxy):
    proxy.treatments = ["silent", "foreign"]
    node(
        """
    const hasty = new Client(url, { ...login, timeout: 2 });
    await failed(hasty.get("a"), "timed_out", 0);
    await failed(client.get("a"), "error", 502);
    await failed(new Client("http://127.0.0.1:9").health(), "no_answer", 0);
    """,
        proxy.url,
    )
    assert len(proxy.seen) == 2


def test_an_error_has_the_seconds_after_which_the_call_may_succeed(node):
    def answer(request):
        error = json.dumps({"info": "Too many requests.", "code": "rate_limited"}).encode()
        headers = {"/keys/a": {"Retry-After": "7"}, "/keys/b": {"Retry-After": "soon"}}
        return 429, headers.get(request.path, {}), error

    with receiving(answer) as receiver:
        node(
            """
    const other = new Client(url, { token: "x" });
    for (const [name, seconds] of [["a", 7], ["b", undefined], ["c", undefined]]) {
      const { code, status, retryAfter } = await other.get(name).catch((error) => error);
      assert.deepEqual([code, status, retryAfter], ["rate_limited", 429, seconds]);
    }
    """,
            receiver.url,
        )


def test_it_has_the_words_of_the_python_client(node, session_url, services):
    ours = {}
    with Client(session_url) as client, client.batch() as batch:
        for noun in (
            "client",
            "keys",
            "lists",
            "topics",
            "routes",
            "bins",
            "tokens",
            "sandboxes",
            "batch",
        ):
            of = {"client": client, "batch": batch}.get(noun) or getattr(client, noun)
            ours[noun] = sorted(
                re.sub(r"_(\w)", lambda m: m[1].upper(), word) for word in dir(of) if word[0] != "_"
            )
    ours["client"] = set(ours["client"]) - {"close"} - NOT_IN_A_PAGE
    for noun, words in LEFT_TO_FETCH.items():
        ours[noun] = set(ours[noun]) - words
    ours["batch"] = sorted([*ours["batch"], "send"])
    printed = node("""
    const own = (of) => [...Object.keys(of), ...Object.getOwnPropertyNames(Object.getPrototypeOf(of))];
    const words = { client: own(client), batch: own(client.batch()) };
    for (const noun of ["keys", "lists", "topics", "routes", "bins", "tokens", "sandboxes"]) words[noun] = Object.keys(client[noun]);
    console.log(JSON.stringify(words));
    """)
    theirs = {noun: set(words) for noun, words in json.loads(printed).items()}
    for noun in ("client", "batch"):
        theirs[noun] -= INTERNAL
    assert theirs == {noun: set(words) for noun, words in ours.items()}


def test_a_named_route_and_what_was_not_called(node):
    node("""
    const made = await client.routes.set({ name: "shop", journal: "calls", rules: [{ path: "/ping" }] });
    assert.deepEqual([made.namedPath, made.url], ["/routes/@admin/shop", `${url}/routes/@admin/shop`]);
    assert.equal(made.path, `/routes/${made.id}`);
    const [listed] = await client.routes.list();
    assert.deepEqual([listed.id, listed.namedPath, listed.url], [made.id, made.namedPath, made.url]);
    assert.equal((await fetch(`${made.url}/ping`)).status, 200);
    assert.equal(await client.routes.verify("shop", { count: 1 }, { wait: "1s" }), 1);
    const refused = await client.routes.verify("shop", { path: "/pong" }).catch((error) => error);
    assert.deepEqual([refused.code, refused.status, refused.details.matching], ["not_as_called", 409, 0]);
    assert.deepEqual(refused.details.nearest[0].failed, ["path"]);
    assert.deepEqual((await client.get("none").catch((error) => error)).details, {});
    await client.routes.delete("shop");
    """)


def test_a_named_bin_with_a_document(node):
    node("""
    const document = { list: "hooks", name: "gh", keep: "request", verify: { scheme: "gitlab", secrets: ["s3"] } };
    const made = await client.bins.set(document);
    const { id } = made;
    const shown = { id, path: `/bins/${id}`, namedPath: "/bins/@admin/gh", url: `${url}/bins/@admin/gh`, list: "hooks", name: "gh", keep: "request" };
    assert.deepEqual(made, shown);
    assert.deepEqual(await client.bins.list(), [shown]);
    assert.deepEqual(await client.bins.get("gh"), { ...document, verify: { scheme: "gitlab", secrets: ["[secret]"] } });
    await failed(client.bins.post("@admin/gh", "x"), "invalid_signature", 401);
    assert.equal((await fetch(`${made.url}/a?b=c`, { method: "PUT", body: "x", headers: { "X-Gitlab-Token": "s3" } })).status, 200);
    const { method, path, query, body } = (await client.pop("hooks")).json();
    assert.deepEqual([method, path, query, body], ["PUT", "/a", "b=c", "x"]);
    await failed(client.bins.set(document), "bin_name_taken", 409);
    const ending = await client.bins.set({ topic: "news", name: "gh", ends: "1h" }, { id: "@admin/gh" });
    assert.deepEqual([ending.id, ending.topic, ending.list], [id, "news", undefined]);
    const [{ endsAt, ...listed }] = await client.bins.list();
    assert.deepEqual(listed, { id, path: shown.path, namedPath: shown.namedPath, url: shown.url, name: "gh", topic: "news", keep: "body" });
    assert.ok(Date.parse(endsAt) > Date.now());
    await new Client(url).bins.post("@admin/gh", "hi");
    assert.equal((await client.topics.read("news", { since: "all" }))[0].value.text(), "hi");
    await failed(client.bins.set({ list: "a", rate: "often" }), "invalid_bin", 400);
    await client.bins.delete("gh");
    await failed(client.bins.get("gh"), "not_found", 404);
    await failed((async () => client.bins.post("@admin/..", "x"))(), "invalid_name", 400);
    """)


def test_named_tokens_are_made_and_used_and_a_logout_ends_a_session(node, uli):
    node("""
    await client.set("app:x", "1");
    const made = await client.tokens.add("ann", ["keys:read:app:*"], { ttl: "7d" });
    assert.match(made.token, /^b9y_0_[a-z0-9]{6}_[A-Za-z0-9]{48}$/);
    const { token, ...shown } = made;
    assert.deepEqual(await client.tokens.list(), [shown]);
    const reader = new Client(url, { token });
    assert.equal((await reader.get("app:x")).text(), "1");
    await failed(reader.get("other"), "insufficient_scope", 403);
    await failed(reader.logout(), "insufficient_scope", 403);
    assert.equal((await client.tokens.introspect(token)).jti, made.id);

    const wider = await client.tokens.change(made.id, { name: "bob", scopes: ["keys:read"] });
    assert.deepEqual([wider.name, wider.scopes], ["bob", ["keys:read"]]);
    await failed(reader.get("other"), "not_found", 404);
    const rotated = await client.tokens.rotate(made.id, { overlap: "1h" });
    for (const text of [token, rotated.token]) assert.equal((await new Client(url, { token: text }).get("app:x")).text(), "1");
    await new Client(url).tokens.revokeText(rotated.token);
    await failed(reader.get("app:x"), "unauthorized", 401);
    await failed(client.tokens.revoke(made.id), "not_found", 404);
    await client.tokens.add("x", ["read"]);
    await client.tokens.revoke((await client.tokens.add("y", ["read"])).id);
    assert.equal(await client.tokens.revokeAll(), 1);
    const { id, token: hers } = await client.tokens.add("ci", ["read"], { userid: 1 });
    assert.match(hers, /^b9y_1_/);
    assert.deepEqual([await client.tokens.list(), (await client.tokens.list({ userid: 1 })).length], [[], 1]);
    assert.equal((await client.tokens.change(id, { name: "cd", userid: 1 })).name, "cd");
    assert.match((await client.tokens.rotate(id, { userid: 1 })).token, /^b9y_1_/);
    await client.tokens.revoke(id, { userid: 1 });
    assert.equal(await client.tokens.revokeAll({ userid: 1 }), 0);
    await assert.rejects(client.tokens.add("x", ["read"], { tll: 1 }), /nearest known one is 'ttl'/);
    await failed(client.tokens.add("x", ["keys:fly"]), "invalid_request", 400);

    const session = await client.tokens.create();
    await client.logout();
    await failed(new Client(url, { token: session }).get("app:x"), "unauthorized", 401);
    assert.equal((await client.get("app:x")).text(), "1");
    const other = new Client(url, { token: await client.tokens.create() });
    await other.logout();
    await failed(other.get("app:x"), "unauthorized", 401);
    await failed(new Client(url).logout(), "unauthorized", 401);
    """)
