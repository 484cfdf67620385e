"""Sandboxes through both clients."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from bambleweeny import Client
from bambleweeny.errors import (
    Forbidden,
    InvalidName,
    InvalidRequest,
    NotFound,
    Unauthorized,
)

COLOR = {"key": {"name": "color", "value": "blue"}}
JOB = {"item": {"list": "jobs", "value": "resize"}}


def test_a_sandbox_is_a_world_of_its_own(client):
    client.set("color", "red")
    with client.sandboxes.create(name="ci", ttl="30m") as sandbox:
        inside = sandbox.client()
        assert inside is sandbox.client()
        with pytest.raises(NotFound):
            inside.get("color")
        inside.set("color", "green")
        assert client.get("color").text() == "red"
        assert sandbox.name == "ci"
        assert timedelta(0) < sandbox.ends - datetime.now(UTC) <= timedelta(minutes=30)
        assert repr(sandbox).startswith(f"Sandbox(id='{sandbox.id}', name='ci', ends='20")
    with pytest.raises(RuntimeError):
        inside.get("color")
    assert client.sandboxes.list() == []


@pytest.mark.parametrize("form", ["text", "bytes", "lines", "records", "file"])
def test_a_seed_has_several_forms(client, form, tmp_path):
    lines = [json.dumps(COLOR), json.dumps(JOB)]
    text = "\n".join(lines)
    (tmp_path / "seed.ndjson").write_text(text, "utf-8")
    seed = {
        "text": text,
        "bytes": text.encode(),
        "lines": iter([f"{line}\r\n".encode() for line in lines]),
        "records": [COLOR, JOB],
        "file": tmp_path / "seed.ndjson",
    }[form]
    with client.sandboxes.create(seed) as sandbox:
        inside = sandbox.client()
        for _ in range(2):
            assert inside.get("color") == b"blue"
            inside.set("color", "green")
            assert inside.pop("jobs") == b"resize"
            sandbox.reset()


def test_an_export_is_a_seed(client):
    client.set("color", "blue")
    with client.sandboxes.create(client.export()) as sandbox:
        assert list(sandbox.client().export()) == list(client.export())


def test_a_seed_that_is_refused_leaves_no_sandbox(client):
    with pytest.raises(InvalidRequest) as caught:
        client.sandboxes.create([COLOR, "{}"])
    assert caught.value.index == 1
    assert client.sandboxes.list() == []


def test_snapshots_are_saved_loaded_copied_and_deleted(client):
    with client.sandboxes.create([COLOR]) as sandbox:
        inside = sandbox.client()
        inside.set("color", "green")
        sandbox.snapshot("paid")
        sandbox.reset()
        assert inside.get("color") == b"blue"
        sandbox.reset("paid")
        assert inside.get("color") == b"green"
        assert client.sandboxes.get(sandbox.id).snapshots == ("paid",)
        with client.sandboxes.create(from_=f"{sandbox.id}/paid") as copy:
            assert copy.client().get("color") == b"green"
        sandbox.delete_snapshot("paid")
        with pytest.raises(NotFound):
            sandbox.reset("paid")
        with pytest.raises(InvalidName):
            sandbox.snapshot("a/b")


def test_an_owner_has_all_of_it_but_the_token(client):
    made = client.sandboxes.create([COLOR])
    [listed] = client.sandboxes.list()
    assert (listed.id, listed.token, listed.names) == (made.id, None, 1)
    assert listed.bytes > 0
    with pytest.raises(InvalidRequest, match="shown once"):
        listed.client()
    made.client().set("color", "green")
    listed.snapshot("mine")
    listed.reset()
    assert made.client().get("color") == b"blue"
    assert listed.extend("2h") > made.ends
    listed.delete_snapshot("mine")
    listed.delete()
    with pytest.raises(NotFound):
        client.sandboxes.get(made.id)
    with pytest.raises(Unauthorized):
        made.client().get("color")
    with made:
        pass  # has ended; nothing to do
    listed.close()


def test_a_token_is_enough(client, session_url):
    made = client.sandboxes.create([COLOR])
    with Client(session_url, token=made.token) as inside:
        assert inside.sandboxes.get().id == made.id
        assert inside.sandboxes.extend("2h").ends > made.ends
        inside.sandboxes.snapshot("a")
        inside.set("color", "green")
        inside.sandboxes.reset(to="a")
        assert inside.get("color") == b"blue"
        inside.sandboxes.delete_snapshot("a")
        with pytest.raises(Forbidden):
            inside.sandboxes.create()
        with pytest.raises(NotFound):
            inside.sandboxes.get("a1b2c3")
        inside.sandboxes.delete()
    made.close()
    assert client.sandboxes.list() == []


def test_the_admin_acts_for_a_user(client, ulis, uli):
    userid = int(uli.id)
    made = client.sandboxes.create([COLOR], userid=userid)
    [listed] = client.sandboxes.list(userid=userid)
    assert [listed.id] == [made.id] == [one.id for one in ulis.sandboxes.list()]
    made.client().set("color", "green")
    listed.snapshot("a")
    listed.reset()
    assert made.client().get("color") == b"blue"
    client.sandboxes.reset(made.id, to="a", userid=userid)
    assert made.client().get("color") == b"green"
    assert listed.extend("2h") == client.sandboxes.get(made.id, userid=userid).ends
    listed.delete_snapshot("a")
    listed.delete()
    made.close()
    assert ulis.sandboxes.list() == client.sandboxes.list() == []


def test_users_do_not_see_those_of_others(client, ulis):
    with client.sandboxes.create() as sandbox:
        assert ulis.sandboxes.list() == []
        with pytest.raises(NotFound):
            ulis.sandboxes.delete(sandbox.id)


def test_routes_bins_and_listings_work_inside(client):
    rules = [{"path": "/ping", "answers": [{"text": "pong"}]}]
    with client.sandboxes.create([COLOR, JOB]) as sandbox:
        inside = sandbox.client()
        route = inside.routes.set({"name": "shop", "journal": "calls", "rules": rules})
        assert f"/routes/@admin~{sandbox.id}/shop" in route.url
        id = f"@admin~{sandbox.id}/shop"
        inside.set("x", "y")
        assert inside.routes.read(inside.routes.create("x").id) == b"y"
        assert inside.routes.get(id)["rules"] == rules
        hook = inside.bins.create("jobs", {"name": "gh"})
        inside.bins.post(f"@admin~{sandbox.id}/gh", "hello")
        assert inside.bins.list() == [hook]
        assert [(entry.name, entry.owner) for entry in inside.keys.list()] == [
            ("color", 0),
            ("x", 0),
        ]
        assert [entry.name for entry in inside.lists.list()] == ["jobs"]
        assert [name for name, _ in inside.lists.list_stats()] == ["jobs"]
        assert inside.keys.get_many(["x"]) == {"x": b"y"}
        assert inside.usage()["keys"] == 2
        assert inside.tokens.test()["user"] == f"admin~{sandbox.id}"
        with pytest.raises(Forbidden):
            inside.users.list()


def test_sandboxes_in_javascript(node, client):
    node("""
    const color = { key: { name: "color", value: "blue" } };
    const made = await client.sandboxes.create([color, color], { name: "ci", ttl: "30m" });
    const inside = new Client(url, { token: made.token });
    assert.equal((await inside.get("color")).text(), "blue");
    await failed(client.get("color"), "not_found", 404);
    const [{ id, name, names, snapshots, token }] = await client.sandboxes.list();
    assert.deepEqual([id, name, names, snapshots, token], [made.id, "ci", 1, [], undefined]);
    await inside.set("color", "green");
    await client.sandboxes.snapshot(id, "paid");
    await inside.sandboxes.reset("self");
    assert.equal((await inside.get("color")).text(), "blue");
    await inside.sandboxes.reset("self", { to: "paid" });
    assert.equal((await inside.get("color")).text(), "green");
    const copy = await client.sandboxes.create(undefined, { from: `${id}/paid` });
    assert.equal((await new Client(url, { token: copy.token }).keys.list()).length, 1);
    assert.ok((await client.sandboxes.extend(id, "2h")).ends > made.ends);
    assert.deepEqual((await client.sandboxes.get(id)).snapshots, ["paid"]);
    await client.sandboxes.deleteSnapshot(id, "paid");
    await failed(client.sandboxes.reset(id, { to: "paid" }), "not_found", 404);
    await failed(inside.sandboxes.create(), "not_in_a_sandbox", 403);
    await failed(client.sandboxes.create("{}"), "invalid_request", 400);
    await failed(new Client(url).sandboxes.create(), "unauthorized", 401);
    await assert.rejects(client.sandboxes.create("", { tll: "1h" }), TypeError);
    await failed((async () => client.sandboxes.get("a/b"))(), "invalid_name", 400);
    const route = await inside.routes.set({ name: "shop", rules: [{ path: "/ping", answers: [{ text: "pong" }] }] });
    assert.ok(route.url.endsWith(`/routes/@admin~${id}/shop`));
    await inside.routes.create("color");
    assert.equal((await inside.routes.read((await inside.routes.create("color")).id)).text(), "green");
    await inside.bins.create("jobs").then((bin) => inside.bins.post(bin.id, "x"));
    assert.equal((await inside.keys.list())[0].owner, 0);
    for (const one of await client.sandboxes.list()) await client.sandboxes.delete(one.id);
    await failed(inside.get("color"), "unauthorized", 401);
    """)
    assert client.sandboxes.list() == []


def test_a_sandbox_in_javascript_is_fresh_extended_or_made_again(node, client):
    node("""
    import { Sandbox, openSandbox, useSandbox } from "./bambleweeny-sandboxes.mjs";
    const color = { key: { name: "color", value: "blue" } };
    const sandbox = await openSandbox(client, { seed: [color], name: "ci" });
    assert.ok(sandbox instanceof Sandbox);
    assert.equal(await sandbox.open(), sandbox);
    assert.ok(sandbox.client instanceof Client);
    const inside = sandbox.client;
    await inside.set("color", "green");
    await sandbox.snapshot("paid");
    assert.equal(await sandbox.fresh(), inside);
    assert.equal((await inside.get("color")).text(), "blue");
    await failed(sandbox.reset("paid"), "not_found", 404);
    await inside.set("color", "green");
    await sandbox.snapshot("paid");
    await sandbox.reset();
    await sandbox.reset("paid");
    assert.equal((await inside.get("color")).text(), "green");

    await client.sandboxes.extend(sandbox.id, "10m");
    const now = performance.now;
    performance.now = () => now.call(performance) + 1_200_001;
    await sandbox.fresh();
    const { ends } = await client.sandboxes.get(sandbox.id);
    assert.ok(new Date(ends) - Date.now() > 3_000_000);

    const { id } = sandbox;
    await client.sandboxes.delete(id);
    assert.equal((await (await sandbox.fresh()).get("color")).text(), "blue");
    assert.notEqual(sandbox.id, id);
    await client.sandboxes.delete(sandbox.id);
    await sandbox.delete();
    await sandbox.delete();
    await failed(openSandbox(client, { seed: "{}" }), "invalid_request", 400);
    """)


def test_a_sandbox_in_javascript_that_could_not_be_made_is_made_later(node):
    node("""
    import { Sandbox } from "./bambleweeny-sandboxes.mjs";
    const { id, token } = await client.tokens.add("ci", ["read"]);
    const sandbox = new Sandbox(new Client(url, { token }));
    await failed(sandbox.fresh(), "insufficient_scope", 403);
    await client.tokens.change(id, { scopes: ["sandboxes:write"] });
    assert.equal(await (await sandbox.fresh()).incr("a"), 1);
    await sandbox.delete();
    """)


def test_a_sandbox_in_javascript_is_read_before_it_is_made(node, client):
    node("""
    import { Sandbox, clientFor } from "./bambleweeny-sandboxes.mjs";
    const sandbox = new Sandbox(client, { seed: { key: { name: "color", value: "blue" } } });
    const { client: inside, reset, snapshot } = sandbox;
    for (const read of [() => inside.get("color"), () => sandbox.token, () => sandbox.id])
      assert.throws(read, /The sandbox is made before the first test, so '(client|token|id)' can be used/);
    await sandbox.delete();
    const [one, other] = await Promise.all([sandbox.open(), sandbox.open()]);
    assert.equal(one, other);
    const { token } = sandbox;
    await inside.set("color", "green");
    await snapshot("green");
    await reset();
    assert.equal((await inside.keys.get("color")).text(), "blue");
    await sandbox.fresh();
    assert.equal(sandbox.token, token);
    await sandbox.delete();
    assert.throws(() => inside.get("color"), /can be used/);

    const named = (variables) => clientFor(Client, variables);
    assert.equal(named({}).url, "http://127.0.0.1:8080");
    await failed(named({ BAMBLEWEENY_URL: url }).get("a"), "unauthorized", 401);
    const word = { BAMBLEWEENY_URL: url, BAMBLEWEENY_PASSWORD: "changeme" };
    assert.equal((await named(word).sandboxes.list()).length, 0);
    await failed(named({ ...word, BAMBLEWEENY_USER: "nobody" }).get("a"), "wrong_login", 401);
    const made = await client.sandboxes.create();
    await named({ ...word, BAMBLEWEENY_TOKEN: made.token }).sandboxes.delete("self");
    """)
    assert client.sandboxes.list() == []


def test_records_in_javascript_have_bytes_json_and_urls(node, client):
    node("""
    const shop = { name: "shop", rules: [{ path: "/ping", answers: [{ text: "pong" }] }] };
    const { token } = await client.sandboxes.create([
      { key: { name: "raw", value: new Uint8Array([255, 0]) } },
      { key: { name: "buffer", value: Buffer.from("text") } },
      { key: { name: "price", value: { json: { amount: 5 } } } },
      { route: { document: shop } },
      { bin: { document: { name: "gh", list: "hooks" } } },
    ]);
    const inside = new Client(url, { token });
    assert.deepEqual([...(await inside.get("raw")).bytes], [255, 0]);
    assert.equal((await inside.get("buffer")).text(), "text");
    assert.deepEqual((await inside.get("price")).json(), { amount: 5 });
    assert.equal(await (await fetch(`${await inside.routes.url("shop")}/ping`)).text(), "pong");
    await fetch(await inside.bins.url("gh"), { method: "POST", body: "x" });
    assert.equal((await inside.pop("hooks")).text(), "x");
    await failed(inside.routes.url("other"), "not_found", 404);
    await inside.sandboxes.snapshot("self", "a");
    await inside.sandboxes.reset("self", { deleteSnapshots: true });
    assert.deepEqual((await inside.sandboxes.get("self")).snapshots, []);
    await inside.sandboxes.delete("self");
    await failed(client.sandboxes.create("seed.ndjson").catch((error) => {
      assert.match(error.hint, /readFileSync/);
      throw error;
    }), "invalid_request", 400);
    """)
    assert client.sandboxes.list() == []


def test_records_may_have_bytes_objects_and_json(client):
    shop = {"name": "shop", "rules": [{"path": "/ping", "answers": [{"text": "pong"}]}]}
    seed = [
        {"key": {"name": "raw", "value": b"\xff\0"}},
        {"key": {"name": "price", "value": {"json": {"amount": 5}}}},
        {"item": {"list": "jobs", "value": b"resize"}},
        {"route": {"document": shop}},
        {"bin": {"document": {"name": "gh", "list": "hooks"}}},
    ]
    with client.sandboxes.create(seed) as sandbox:
        inside = sandbox.client()
        assert inside.get("raw") == b"\xff\0"
        assert inside.get("price").json() == {"amount": 5}
        assert inside.pop("jobs") == b"resize"
        assert requests.get(f"{inside.routes.url('shop')}/ping", timeout=10).text == "pong"
        assert requests.post(inside.bins.url("gh"), data="opened", timeout=10).ok
        assert inside.pop("hooks") == b"opened"
        for calls, noun in ((inside.routes, "route"), (inside.bins, "bin")):
            with pytest.raises(NotFound, match=f"You have no {noun} 'other'"):
                calls.url("other")


def test_one_record_is_a_seed(client):
    with client.sandboxes.create(COLOR) as sandbox:
        assert sandbox.client().get("color") == b"blue"


@pytest.mark.parametrize(
    ("seed", "part"),
    [
        (5, "A seed is not 5."),
        ([COLOR, 5], "Line 2: a record is not 5."),
        ([{"key": {"name": "a", "value": object}}], "Line 1: the record has no form in JSON"),
        ("seed.ndjson", "Line 1: It is not valid JSON."),
    ],
)
def test_seeds_of_other_types_are_refused_in_sentences(client, seed, part):
    with pytest.raises(InvalidRequest) as caught:
        client.sandboxes.create(seed)
    assert part in str(caught.value)
    assert "Path" in (caught.value.hint or "Path")
    assert client.sandboxes.list() == []


def test_the_lifetime_comes_first_and_an_id_has_a_name(client):
    with client.sandboxes.create() as sandbox, pytest.raises(TypeError):
        client.sandboxes.extend(sandbox.id, "10m")


def test_a_token_whose_sandbox_was_deleted_names_the_reason(client):
    sandbox = client.sandboxes.create()
    inside = sandbox.client()
    sandbox.delete()
    with inside, pytest.raises(Unauthorized, match="The sandbox of this token has ended"):
        inside.get("color")


def test_a_reset_may_delete_the_snapshots(client):
    with client.sandboxes.create() as sandbox:
        sandbox.snapshot("a")
        sandbox.reset(delete_snapshots=True)
        with pytest.raises(NotFound):
            sandbox.reset("a")
