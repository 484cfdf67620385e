"""The JavaScript module that the server brings, in Node."""

import json
import re

import pytest
from bambleweeny import Client

INTERNAL = {"url", "timeout", "run", "atomic", "constructor"}
# What only the admin or who runs the server does; the Python client and the command line do it.
NOT_IN_A_PAGE = {"info", "metrics", "openapi", "ready", "save", "setAdminPassword", "users"}
# What a page does by `fetch`, so that the client stays small.
LEFT_TO_FETCH = {
    "keys": {
        "count", "deleteAll", "expire", "groups", "listMeta", "listValues", "patch", "persist",
        "replace", "take", "wait",
    },
    "client": {"export", "import_"},
    "topics": {"count"},
    # A page gives its token to the constructor.
    "tokens": {"current", "use"},
    "batch": {"publish"},
    "lists": {
        "count",
        "popMany", "lease", "ack", "extend", "change", "policy", "setPolicy", "deletePolicy", "items", "item",
        "deleteItem", "purge", "stats", "move",
    },
}  # fmt: skip


def test_the_module_may_be_loaded_by_any_page_and_is_asked_for_by_its_etag(http):
    answer = http.get("/bambleweeny.js", headers={"Origin": "https://stranger.example"})
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-cache"
    etag = answer.headers["ETag"]
    again = http.get("/bambleweeny.js", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert http.get("/bambleweeny.js", headers={"If-None-Match": '"old"'}).status_code == 200


def test_the_module_is_small_and_needs_no_other(http):
    text = http.get("/bambleweeny.js").text
    assert text.count("\n") <= 300
    assert "\nimport " not in text


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
    await client.setPassword("new");
    assert.equal((await client.get("a")).text(), "1");
    await failed(third.get("a"), "wrong_login", 401);
    await failed(other.get("a"), "unauthorized", 401);
    const twin = new Client(url, { ...login, password: "new" });
    await twin.get("a");
    await client.setPassword("newer");
    await client.setPassword("new");
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
    services.keys.set(services.users.log_in("admin", "changeme"), "a", b"value")
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
    const hasty = new Client(url, { ...login, timeout: 0.3 });
    await failed(hasty.get("a"), "timed_out", 0);
    await failed(client.get("a"), "error", 502);
    await failed(new Client("http://127.0.0.1:9").health(), "no_answer", 0);
    """,
        proxy.url,
    )
    assert len(proxy.seen) == 2


def test_it_has_the_words_of_the_python_client(node, session_url, services):
    ours = {}
    with Client(session_url) as client, client.batch() as batch:
        for noun in ("client", "keys", "lists", "topics", "routes", "bins", "tokens", "batch"):
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
    for (const noun of ["keys", "lists", "topics", "routes", "bins", "tokens"]) words[noun] = Object.keys(client[noun]);
    console.log(JSON.stringify(words));
    """)
    theirs = {noun: set(words) - INTERNAL for noun, words in json.loads(printed).items()}
    assert theirs == {noun: set(words) for noun, words in ours.items()}
