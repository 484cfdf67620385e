"""Topics and events in the JavaScript client: what comes, and comes once, whatever breaks."""

import socket
import threading
import time
from contextlib import suppress

import pytest
from bambleweeny import Client
from bambleweeny.errors import NoAnswer, StoreUnavailable, Unauthorized
from node import Node
from receivers import receiving
from servers import running, start
from tools import need

FOLLOW = """
const onState = (state, error) => say(state, error?.code ?? null);
for await (const { id, type, value } of client.topics.subscribe("t", { since: SINCE, onState }))
  say("message", id, type, value.bytes.length < 99 ? [...value.bytes] : value.text().length);
"""


@pytest.fixture(autouse=True)
def with_node():
    """Skip a test before it starts servers of its own."""
    need("node")


def follow(since="undefined"):
    return FOLLOW.replace("SINCE", since)


def words(text):
    return list(text.encode())


def test_a_topic_is_published_read_listed_and_deleted(node):
    node("""
    const id = await client.topics.publish("t", "ä");
    await client.topics.publish("t", { json: [1] });
    await client.topics.publish("t", Uint8Array.of(255), { type: "image/png" });
    const messages = await client.topics.read("t", { since: "all" });
    assert.deepEqual(messages.map(({ type }) => type), [null, "application/json", "image/png"]);
    assert.deepEqual([messages[0].id, messages[0].value.text()], [id, "ä"]);
    assert.deepEqual([messages[1].value.json(), [...messages[2].value.bytes]], [[1], [255]]);
    assert.ok(!Number.isNaN(Date.parse(messages[0].time)));
    const page = await client.topics.read("t", { since: id, limit: 1 });
    assert.deepEqual([page.length, page.next], [1, messages[1].id]);
    assert.deepEqual([...await client.topics.read("t", { wait: 0 })], []);
    assert.deepEqual((await client.topics.read("t", { last: 2 })).map(({ id }) => id), messages.slice(1).map(({ id }) => id));
    const waiting = client.topics.read("t", { since: page.next, wait: "1s" });
    assert.equal((await waiting).length, 1);
    assert.deepEqual(await client.topics.list(), [{ name: "t", owner: 0 }]);
    await client.topics.delete("t");
    for await (const name of client.topics) assert.fail(name);
    await failed(client.topics.delete("t"), "not_found", 404);
    """)


def test_a_subscription_gives_what_comes(node, client):
    client.topics.publish("t", "before")
    with node.running(follow()) as said:
        assert said.next() == ["open", None]
        ids = [
            client.topics.publish("t", value, type=type)
            for value, type in ((b"\xff\n", None), ("ü", "a/b"))
        ]
        assert said.next() == ["message", ids[0], None, [255, 10]]
        assert said.next() == ["message", ids[1], "a/b", words("ü")]
        client.topics.publish("t", "ä" * 900_000)
        assert said.next()[3] == 900_000


@pytest.mark.parametrize("since", ['"all"', '"1h"', '"2020-01-01"', "(await client.topics.read('t', { since: 'all', limit: 1 })).next"])  # fmt: skip
def test_a_subscription_begins_where_one_likes(node, client, since):
    for value in ("1", "2", "3"):
        client.topics.publish("t", value)
    expected = ["2", "3"] if "read" in since else ["1", "2", "3"]
    with node.running(follow(since)) as said:
        got = [
            one[3] for one in (said.next() for _ in range(len(expected) + 1)) if one[0] == "message"
        ]
    assert [bytes(value).decode() for value in got] == expected


@pytest.mark.parametrize(("last", "expected"), [(2, ["2", "3", "4"]), (0, ["4"])])
def test_a_subscription_begins_with_the_last_messages(node, client, last, expected):
    for value in ("1", "2", "3"):
        client.topics.publish("t", value)
    with node.running(follow().replace("since: undefined", f"last: {last}")) as said:
        got = []
        while len(got) < len(expected):
            kind, *rest = said.next()
            if kind == "message":
                got.append(bytes(rest[2]).decode())
            else:
                client.topics.publish("t", "4")
    assert got == expected


def test_a_subscription_is_ended_by_its_signal_or_by_break(node, client, services):
    for value in range(10):
        client.topics.publish("t", str(value))
    with node.running("""
    const stop = new AbortController();
    const seen = [];
    for await (const { value } of client.topics.subscribe("t", { since: "all", signal: stop.signal })) {
      seen.push(value.text());
      if (seen.length === 3) stop.abort();
    }
    for await (const { value } of client.topics.subscribe("t", { since: "all", signal: stop.signal })) seen.push(value);
    for await (const { value } of client.topics.subscribe("t", { since: "all" })) {
      seen.push(value.text());
      if (seen.length === 5) break;
    }
    const waits = client.topics.subscribe("t", { signal: AbortSignal.timeout(300) });
    assert.deepEqual(await waits.next(), { done: true, value: undefined });
    const events = client.events({ signal: AbortSignal.timeout(300) });
    assert.deepEqual(await events.next(), { done: true, value: undefined });
    say("seen", ...seen);
    """) as said:  # fmt: skip
        assert said.next() == ["seen", "0", "1", "2", "0", "1"]
        assert said.exit_status() == 0  # nothing keeps the process


def test_what_cannot_begin_is_thrown(node):
    node("""
    const first = (stream) => stream.next();
    await failed(first(client.topics.subscribe("t", { userid: 99 })), "not_found", 404);
    await failed(first(client.topics.subscribe("t", { since: "soon" })), "invalid_request", 400);
    await failed(first(client.topics.subscribe("a/b")), "invalid_name", 400);
    await failed(first(client.events({ keys: "a b" })), "invalid_request", 400);
    await failed(first(new Client(url, { token: "x" }).topics.subscribe("t")), "unauthorized", 401);
    for (const noun of ["topics", "events"]) {
      const away = new Client("http://127.0.0.1:9", { token: "x" });
      await failed(first(noun === "topics" ? away.topics.subscribe("t") : away.events()), "no_answer", 0);
    }
    """)


def test_a_subscription_outlives_its_tokens(node, client, services, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.streams._CHECK_SECONDS", 0.05)
    monkeypatch.setattr(services.sessions, "lifetime", 1)
    with node.running(follow()) as said:
        assert said.next() == ["open", None]
        published, seen, openings = [], [], 1
        while openings < 3:
            published.append(client.topics.publish("t", "x"))
            time.sleep(0.05)
            for one in said.until("message"):
                seen += [one[1]] if one[0] == "message" else []
                openings += one[0] == "open"
        while len(seen) < len(published):
            seen += [one[1] for one in said.until("message") if one[0] == "message"]
        assert seen == published


def test_a_subscription_with_a_token_alone_ends_with_it(node, services, uli, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.streams._CHECK_SECONDS", 0.05)
    script = f"""
    const mine = new Client(url, {{ token: "{services.tokens.issue(uli)}" }});
    await failed(mine.topics.subscribe("t", {{ onState: (state) => say(state) }}).next(), "unauthorized", 401);
    say("thrown");
    """
    with node.running(script) as said:
        assert said.next() == ["open"]
        services.users.change("1", password="another")
        assert [said.next(), said.next()] == [["broken"], ["thrown"]]


def lasting_in(directory):
    """Return the options of a server that can be started again."""
    data = str(directory / "data")
    return ("--data-dir", data, "--admin-password", "changeme", "--log-level", "error")


def publish_until(over, url, published):
    """Publish numbers; without an answer, or with a token that has just expired, the next one is tried."""
    with Client(url, "admin", "changeme", timeout=20) as client:
        while not over.is_set():
            with suppress(NoAnswer, StoreUnavailable, Unauthorized):
                published.append(client.topics.publish("t", "x"))
            over.wait(0.03)


def test_a_subscription_misses_nothing_while_the_server_restarts(tmp_path):
    options = lasting_in(tmp_path)
    server = start("serve", *options, "--token-expiry", "1s")
    place, published, over = server.url.removeprefix("http://"), [], threading.Event()
    node = Node(tmp_path, server.url)
    with node.running(follow()) as said:
        assert said.next() == ["open", None]
        publisher = threading.Thread(target=publish_until, args=(over, server.url, published))
        publisher.start()
        seen = []
        for _ in range(3):
            seen += said.until("message")
            assert server.stop() == 0
            server = start("serve", *options, "--token-expiry", "1s", listen=place)
            seen += said.until("open")
        over.set()
        publisher.join()
        with Client(server.url, "admin", "changeme") as client:
            ids = [message.id for message in client.topics.read("t", "all", limit=1000)]
        while sum(one[0] == "message" for one in seen) < len(ids):
            seen.append(said.next())
        assert [one[1] for one in seen if one[0] == "message"] == ids
        assert set(published) <= set(ids)
        assert 3 <= sum(one[0] == "broken" for one in seen) <= 3 * 8  # it pauses in between
    assert server.stop() == 0


def test_a_subscription_comes_back_to_a_server_that_knows_no_token_of_it(tmp_path):
    server = start("sandbox")
    node = Node(tmp_path, server.url)
    with node.running(follow()) as said:
        assert said.next() == ["open", None]
        with Client(server.url, "admin", "changeme") as client:
            first = client.topics.publish("t", "1")
        assert said.next()[1] == first
        assert server.stop() == 0
        server = start("sandbox", listen=server.url.removeprefix("http://"))
        with Client(server.url, "admin", "changeme") as client:
            second = client.topics.publish("t", "2")
        assert said.until("message")[-1][1] == second
    assert server.stop() == 0


def test_a_subscription_waits_for_a_place(tmp_path):
    with (
        running("sandbox", "--workers", "1", "--max-waits", "1") as server,
        Client(server.url, "admin", "changeme") as client,
    ):
        holder = client.topics.subscribe("other", "all")
        client.topics.publish("other", "x")
        next(holder)
        client.topics.publish("other", "y")
        next(holder)  # by the stream
        with Node(tmp_path, server.url).running(follow()) as said:
            assert said.next() == ["broken", "busy"]
            published = client.topics.publish("t", "1")
            holder.close()
            assert ["open", None] in said.until("open")
            assert said.next()[1] == published


def test_events_come_and_go_on(tmp_path):
    # NOTE: of several workers one might still take a stream that another has ended.
    options = [*lasting_in(tmp_path), "--workers", "1"]
    server = start("serve", *options)
    script = """
    const onState = (state) => say(state), kinds = "key.set,key.del,list.push,list.pop";
    for await (const { event, name } of client.events({ keys: "app:*", lists: "jobs", kinds, onState })) say(event, name);
    """
    with Node(tmp_path, server.url).running(script) as said:
        for _ in range(2):
            assert said.until("open")[-1] == ["open"]
            with Client(server.url, "admin", "changeme") as client:
                for name in ("app:a", "b"):
                    client.set(name, "1")
                client.push("jobs", "1")
                client.delete("app:a")
            assert [said.next() for _ in range(3)] == [
                ["key.set", "app:a"],
                ["list.push", "jobs"],
                ["key.del", "app:a"],
            ]
            assert server.stop() == 0
            server = start("serve", *options, listen=server.url.removeprefix("http://"))
    assert server.stop() == 0


def test_a_connection_that_is_silent_is_given_up(node):
    """As one whose other end has gone without a word, after a laptop slept."""
    text = node.module.read_text("utf-8")
    constants = "LONGEST_SILENCE] = [250, 15_000, 45_000]"
    assert text.count(constants) == 1
    node.module.write_text(
        text.replace(constants, "LONGEST_SILENCE] = [250, 15_000, 300]"), "utf-8"
    )
    page = b'{"messages":[],"next":"1-0"}'
    line = b'{"id":"2-0","time":"x","type":null,"value":"here"}\n'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"
    stream = head + b"Transfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n"
    answers = [
        head + b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(page), page),
        stream,
        stream + b"%x\r\n%s\r\n" % (len(line), line),
    ]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with node.running(
            'Object.assign(client, new Client(url, { token: "x" }));' + follow(), address
        ) as said:
            wires = []
            for answer in answers:
                asked = b""
                while not asked:  # Node may connect ahead, and close
                    wire, _ = listener.accept()
                    wires.append(wire)
                    asked = wire.recv(65536)
                wire.sendall(answer)
            assert said.until("message") == [
                ["open", None], ["broken", "no_answer"], ["open", None], ["message", "2-0", None, words("here")],
            ]  # fmt: skip
            assert b"since=1-0" in asked
            for wire in wires:
                wire.close()


def test_the_audit_trail_and_the_usage_are_read(node, client):
    client.set("a", "1")
    with node.running("""
    const used = await client.usage();
    assert.deepEqual([used.keys, used.limits.quota], [1, 0]);
    const entries = await client.audit({ since: "all", action: "login" });
    assert.equal(entries.at(-1).action, "login");
    assert.equal((await client.audit({ after: entries.next, action: "export" })).length, 0);
    for await (const { action, actor } of client.followAudit({ action: "export", onState: say }))
      say(action, actor);
    """) as said:
        assert said.next()[0] == "open"
        list(client.export())
        assert said.next() == ["export", "admin"]


def test_a_stream_that_a_rate_refuses_waits_as_long_as_the_answer_says(node):
    moments = []

    def answer(_):
        moments.append(time.monotonic())
        error = b'{"info": "Too many requests.", "code": "rate_limited"}'
        limited = (429, {"Retry-After": "1"}, error)
        return limited if len(moments) == 2 else (200, {}, b'\n\n{"event":"key.set","name":"a"}\n')

    script = """
    const other = new Client(url, { token: "x" });
    const onState = (state, error) => say(state, error?.code ?? null);
    for await (const { name } of other.events({ onState })) say("event", name);
    """
    with receiving(answer) as receiver, node.running(script, receiver.url) as said:
        expected = [["open", None], ["event", "a"], ["broken", None], ["broken", "rate_limited"]]
        assert [said.next() for _ in range(5)] == [*expected, ["open", None]]
    assert moments[2] - moments[1] > 0.9
