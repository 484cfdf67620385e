"""What one owns, out and in again."""

import io
import json
import time

import pytest
from bambleweeny.core.lists.found_items import STATES
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.topics import BEGINNING
from bambleweeny.core.transfer.export_records import OwnKey, record_of
from bambleweeny.errors import (
    BambleweenyError,
    InvalidRequest,
    InvalidRoute,
    LeaseNotFound,
    ListFull,
    NotFound,
    QuotaExceeded,
    StoreFull,
    Unauthorized,
)
from queues import check


def lines(*records):
    return io.BytesIO(b"".join(json.dumps(record).encode() + b"\n" for record in records))


def key(name, value="x", **more):
    return {"key": {"name": name, "value": value, **more}}


def item(name, value, **more):
    return {"item": {"list": name, "value": value, **more}}


def policy(name, **rules):
    return {"list": {"name": name, "policy": rules}}


def message(topic, value, **more):
    return {"message": {"topic": topic, "value": value, **more}}


def messages(services, caller, topic):
    return services.topics.read(caller, topic, BEGINNING, 1000)[0]


def exported(services, caller):
    return b"".join(services.exports.of(caller))


def done(imported):
    """How many keys, items, routes and bins were written, and how many lines were skipped."""
    return imported.keys, imported.items, imported.routes, imported.bins, imported.skipped


@pytest.fixture
def full(services, uli, admin, raw):
    services.keys.set(uli, "text", "ü\n".encode())
    services.keys.set(uli, "bytes", b"\xff\x00")
    ends = int(time.time() * 1000) + 60_000
    services.keys.set(uli, "lasting", b"x")
    raw.set("b9y:{1}:meta:lasting", f"{ends} image/png")
    for body in (b"1", b"\xfe", b"3"):
        services.lists.push(uli, "q", body)
    services.lists.push(uli, "other", b"")
    services.routes.create(uli, "text", "text/html")
    services.inboxes.bins.create(uli, "q")
    services.keys.set(admin, "of-the-admin", b"")
    return ends


def owned(services, caller):
    """All that somebody owns; the items are taken."""
    held = {name: services.keys.get(caller, name) for page in services.keys.walk(caller) for name in page}  # fmt: skip
    items = {}
    for page in list(services.lists.walk(caller)):
        for name in page:
            items[name] = []
            while (body := services.lists.pop(caller, name)) is not None:
                items[name].append(body)
    routes = [(r.target, r.content_type) for r in services.routes.owned_by(caller)]
    return held, items, routes, [b.target for b in services.inboxes.bins.owned_by(caller)]


def test_an_export_has_all_of_ones_own_and_nothing_else(full, services, uli):
    assert [json.loads(line) for line in exported(services, uli).splitlines()] == [
        key("bytes", {"base64": "/wA="}),
        key("lasting", "x", ends=full, content_type="image/png"),
        key("text", "ü\n"),
        item("other", ""),
        item("q", "1"),
        item("q", {"base64": "/g=="}),
        item("q", "3"),
        {"route": {"key": "text", "content_type": "text/html"}},
        {"bin": {"list": "q"}},
    ]


def test_what_was_exported_comes_back_with_another_user(full, services, uli, admin, raw):
    services.users.create("ina", "secret")
    ina = services.logins.log_in("ina", "secret")
    imported = services.imports.run(ina, io.BytesIO(exported(services, uli)), "merge")
    assert done(imported) == (3, 4, 1, 1, 0)
    assert exported(services, ina) == exported(services, uli)
    assert 0 < raw.pttl("b9y:{2}:key:lasting") <= 60_000
    assert 0 < raw.pttl("b9y:{2}:meta:lasting") <= 60_000
    assert raw.zscore("b9y:{2}:expiring", "lasting") == full
    assert owned(services, ina) == owned(services, uli)


def test_many_keys_and_items_come_back(services, uli, admin):
    for number in range(450):
        services.keys.set(uli, f"k{number:03}", b"x" * 3000)
        services.lists.push(uli, f"q{number % 3}", b"%d" % number)
    services.keys.set(uli, "large", b"y" * 2_000_000)
    out = exported(services, uli)
    assert len(list(services.exports.of(uli))) > 10
    before = owned(services, uli)
    assert done(services.imports.run(uli, io.BytesIO(out), "replace")) == (451, 450, 0, 0, 0)
    assert owned(services, uli) == before


def test_merging_overwrites_keys_and_adds_items(full, services, uli, raw):
    given = lines(key("lasting", "new"), key("fresh"), item("q", "4"), item("new", "1"))
    imported = services.imports.run(uli, given, "merge")
    assert (done(imported), imported.begun) == ((2, 2, 0, 0, 0), "lists/new")
    held, items, routes, bins = owned(services, uli)
    assert (held["lasting"], held["fresh"], held["text"]) == (b"new", b"x", "ü\n".encode())
    assert (items["q"], items["new"]) == ([b"1", b"\xfe", b"3", b"4"], [b"1"])
    assert (len(routes), len(bins)) == (1, 1)
    assert not raw.exists("b9y:{1}:meta:lasting")
    assert raw.ttl("b9y:{1}:key:lasting") == -1
    assert raw.zcard("b9y:{1}:expiring") == 0


def test_skipping_leaves_what_is_there(full, services, uli):
    given = lines(
        key("text", "another"), key("fresh", "1"), key("fresh", "2"),
        item("q", "4"), item("new", "1"), item("q", "5"), item("new", "2"),
    )  # fmt: skip
    assert done(services.imports.run(uli, given, "skip")) == (1, 2, 0, 0, 4)
    held, items, _, _ = owned(services, uli)
    assert (held["text"], held["fresh"]) == ("ü\n".encode(), b"1")
    assert (items["q"], items["new"]) == ([b"1", b"\xfe", b"3"], [b"1", b"2"])


def test_skipping_goes_on_with_the_list_that_the_last_part_began(services, uli):
    first = services.imports.run(uli, lines(item("new", "1")), "skip")
    assert first.begun == "lists/new"
    second = services.imports.run(uli, lines(item("new", "2")), "skip", first.begun)
    assert (done(second), second.begun) == ((0, 1, 0, 0, 0), "lists/new")
    third = services.imports.run(uli, lines(item("new", "3")), "skip")
    assert (done(third), third.begun) == ((0, 0, 0, 0, 1), None)
    assert services.imports.run(uli, lines(item("q", "1"), key("a")), "skip").begun is None


def test_replacing_deletes_all_of_ones_own_first(full, services, uli, admin):
    services.topics.publish(uli, "t", b"1")
    given = lines(key("only", "x"), {"route": {"key": "only", "content_type": "text/plain"}})
    assert done(services.imports.run(uli, given, "replace")) == (1, 0, 1, 0, 0)
    assert owned(services, uli) == ({"only": b"x"}, {}, [("only", "text/plain")], [])
    assert list(services.topics.walk(uli)) == [[]]
    assert services.keys.get(admin, "of-the-admin") == b""


def test_routes_and_bins_that_are_there_are_not_made_again(full, services, uli):
    given = lines(
        {"route": {"key": "text", "content_type": "text/html"}},
        {"route": {"key": "text", "content_type": "text/plain"}},
        {"bin": {"list": "q"}},
        {"bin": {"list": "p"}},
        {"bin": {"list": "p"}},
    )
    assert done(services.imports.run(uli, given, "merge")) == (0, 0, 1, 1, 3)


def test_what_has_expired_is_left_out(services, uli, raw):
    services.keys.set(uli, "there", b"old")
    given = lines(key("gone", ends=1), key("there", "new", ends=1))
    assert done(services.imports.run(uli, given, "merge")) == (0, 0, 0, 0, 2)
    assert services.keys.get(uli, "there") == b"old"
    assert raw.zcard("b9y:{1}:keys") == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "It is not valid JSON"),
        (b"\xff", "It is not valid JSON"),
        (b'{"key":{"name":"\xff","value":""}}', "It is not valid JSON"),
        (b"[]", "Expected `object`, got `array`"),
        (b"{}", "It must have exactly one of"),
        (b'{"key":{"name":"a","value":"x"},"bin":{"list":"a"}}', "It must have exactly one of"),
        (b'{"user":{}}', "unknown field `user`"),
        (b'{"key":{"name":"a"}}', "missing required field `value`"),
        (b'{"key":{"name":"a","value":"x","ttl":5}}', "unknown field `ttl`"),
        (b'{"key":{"name":"a b","value":"x"}}', "Key name is invalid"),
        (b'{"key":{"name":"a","value":5}}', "Expected"),
        (b'{"key":{"name":"a","value":{"base64":"?"}}}', "Invalid base64"),
        (b'{"key":{"name":"a","value":"x","ends":-1}}', "`ends` is invalid"),
        (b'{"key":{"name":"a","value":"x","ends":9007199254740992}}', "`ends` is invalid"),
        (b'{"key":{"name":"a","value":"x","content_type":"html"}}', "`content_type` is invalid"),
        (b'{"item":{"list":"","value":"x"}}', "List name is invalid"),
        (b'{"item":{"list":"a","value":"x","state":"leased","at":1}}', "Invalid enum value"),
        (b'{"item":{"list":"a","value":"x","state":"dead"}}', "contradict each other"),
        (b'{"item":{"list":"a","value":"x","at":5}}', "contradict each other"),
        (b'{"item":{"list":"a","value":"x","state":"delayed","at":4398046511104}}', "contradict"),
        (b'{"item":{"list":"a","value":"x","expires":-1}}', "contradict each other"),
        (b'{"item":{"list":"a","value":"x","attempts":65536}}', "contradict each other"),
        (b'{"item":{"list":"a","value":"x","origin":"/"}}', "List name is invalid"),
        (
            b'{"item":{"list":"a","value":"x","reason":"' + b"\xc3\xbc" * 128 + b'"}}',
            "contradict each other",
        ),
        (b'{"item":{"list":"a","value":"x","reason":"\\ud800"}}', "It is not valid JSON"),
        (b'{"list":{"name":"a"}}', "missing required field `policy`"),
        (b'{"list":{"name":"/","policy":{}}}', "List name is invalid"),
        (b'{"list":{"name":"a","policy":{"lease":0}}}', "Expected `int` >= 1"),
        (b'{"list":{"name":"a","policy":{"dead_letter":"a"}}}', "must be another one"),
        (b'{"message":{"topic":"/","value":"x"}}', "Topic name is invalid"),
        (b'{"message":{"topic":"a","value":"x","id":"1"}}', "`id` is invalid"),
        (b'{"message":{"topic":"a","value":"x","type":"html"}}', "`type` is invalid"),
        (b'{"route":{"key":"a","content_type":""}}', "`content_type` is invalid"),
        (b'{"route":{"key":"/","content_type":"text/html"}}', "Key name is invalid"),
        (b'{"bin":{"list":"/"}}', "List name is invalid"),
    ],
)
def test_a_bad_line_is_named_and_nothing_changes(full, services, uli, line, reason):
    given = io.BytesIO(b'{"key":{"name":"a","value":"x"}}\n\n' + line)
    before = exported(services, uli)
    for mode in ("merge", "skip", "replace"):
        given.seek(0)
        with pytest.raises(InvalidRequest, match="Line 3: ") as caught:
            services.imports.run(uli, given, mode)
        assert reason in caught.value.info
        assert caught.value.index == 2
    assert exported(services, uli) == before


def test_lines_may_lack_what_has_a_default_and_blank_ones_are_none():
    assert record_of(b'{"key":{"name":"a","value":"x"}}') == OwnKey("a", "x", 0, "")


def test_blank_lines_and_no_lines_are_no_error(services, uli):
    assert done(services.imports.run(uli, io.BytesIO(b"\n  \n"), "merge")) == (0, 0, 0, 0, 0)
    assert done(services.imports.run(uli, io.BytesIO(b""), "skip")) == (0, 0, 0, 0, 0)


def test_the_quota_holds_for_whole_steps_and_says_what_is_done(services, uli):
    services.users.change("1", quota=150)
    given = lines(*(key(f"k{number:03}") for number in range(201)))
    with pytest.raises(QuotaExceeded) as caught:
        services.imports.run(uli, given, "merge")
    assert caught.value.hint.startswith("The lines before line 101 are imported. Delete keys")
    assert services.selections.count(uli, "keys") == 100
    given.seek(0)
    services.imports.run(uli, lines(*(key("new") for _ in range(90))), "merge")
    assert services.selections.count(uli, "keys") == 101


def test_policies_go_along_and_lose_no_items(services, uli):
    for number in range(5):
        services.lists.push(uli, "q", b"%d" % number)
    strict = ListPolicy(max_len=2, overflow="drop_oldest", dead_letter="dead", lease=7, paused=True)
    services.list_policies.set(uli, "q", strict)
    services.list_policies.set(uli, "empty", ListPolicy(ttl=60))
    out = exported(services, uli)
    assert json.loads(out.splitlines()[0]) == policy("empty", ttl=60)
    assert json.loads(out.splitlines()[-1])["list"]["name"] == "q"
    imported = services.imports.run(uli, io.BytesIO(out), "replace")
    assert (imported.policies, imported.items, imported.skipped) == (2, 5, 0)
    assert exported(services, uli) == out
    assert services.list_policies.get(uli, "q") == strict


def looked_at(services, caller, name, state):
    """The items of a list in a state: body, attempts, expiry, reason, origin, and their moment."""
    found = services.items.read_page(caller, name, state, 1000, "")[0]
    return [(i.body, i.attempts, i.expires, i.reason, i.origin, at) for _, i, at, _ in found]


@pytest.fixture
def states(services, uli):
    """A list with items in all states, in all of which one is tried once; gives the leased one."""
    for body in (b"dead", b"retried", b"back", b"leased"):
        services.lists.push(uli, "q", body, push_options(ttl=900))
    dead, retried, back, leased = services.leases.lease(uli, "q", 4, 60)
    for verb, one, seconds in (("bury", dead, None), ("retry", retried, 600), ("retry", back, 0)):
        services.leases.change(uli, "q", Change(verb, lease_of(one), seconds, "because"))
    services.lists.push(uli, "q", b"ready")
    services.lists.push(uli, "q", b"delayed", push_options(delay=600, ttl=60))
    return leased


def test_items_come_back_in_their_states(states, services, uli, raw):
    before = {state: looked_at(services, uli, "q", state) for state in STATES}
    out = exported(services, uli)
    assert services.imports.run(uli, io.BytesIO(out), "replace").items == 6
    check(raw)
    after = {state: looked_at(services, uli, "q", state) for state in STATES}
    assert [one[:2] for one in after["ready"]] == [(b"leased", 1), (b"back", 1), (b"ready", 0)]
    assert after["ready"][0][2] == states.expires
    assert after["ready"][1:] == before["ready"]
    assert after["leased"] == []
    assert {one[0] for one in after["delayed"]} == {b"retried", b"delayed"}
    assert after["delayed"] == before["delayed"]
    assert after["dead"] == before["dead"]
    assert after["dead"][0][:4] == (b"dead", 1, 0, "because")
    assert exported(services, uli) == out


def test_an_old_lease_does_not_fit_an_imported_item(states, services, uli):
    services.imports.run(uli, io.BytesIO(exported(services, uli)), "replace")
    services.leases.lease(uli, "q", 1, 60)
    with pytest.raises(LeaseNotFound):
        services.leases.change(uli, "q", Change("ack", lease_of(states)))


def test_what_is_due_is_ready_and_what_has_expired_is_left_out(services, uli, raw):
    now = int(time.time() * 1000)
    given = lines(
        item("q", "late", state="delayed", at=now + 60_000),
        item("q", "1", state="delayed", at=now - 5),
        item("q", "gone", expires=now - 5),
        item("q", "2", expires=now + 60_000),
        item("gone", "gone", state="delayed", at=now + 5, expires=1),
    )
    imported = services.imports.run(uli, given, "merge")
    assert (imported.items, imported.skipped, imported.begun) == (3, 2, "lists/gone")
    check(raw)
    assert [one[0] for one in looked_at(services, uli, "q", "ready")] == [b"1", b"2"]
    assert list(services.lists.walk(uli)) == [["q"]]


def test_many_items_that_are_due_at_one_moment_keep_their_order(services, uli, raw):
    at = int(time.time() * 1000) + 60_000
    given = [item("q", str(number), state="delayed", at=at) for number in range(600)]
    given.insert(0, item("q", "next", state="delayed", at=at + 1))
    assert services.imports.run(uli, lines(*given), "merge").items == 601
    check(raw)
    found = looked_at(services, uli, "q", "delayed")
    assert [(one[0], one[-1]) for one in found[:600]] == [(b"%d" % n, at) for n in range(600)]
    assert found[600][0] == b"next"


def test_the_policy_of_a_list_that_is_there_holds_for_imported_items(services, uli, raw):
    keeps = ListPolicy(max_len=2, overflow="drop_oldest", ttl=60)
    services.list_policies.set(uli, "q", keeps)
    services.lists.push(uli, "q", b"old")
    given = lines(item("q", "1", state="dead", at=5), item("q", "2"))
    assert services.imports.run(uli, given, "merge").items == 2
    check(raw)
    assert looked_at(services, uli, "q", "dead") == [(b"1", 0, 0, "", "", 5)]
    [left] = looked_at(services, uli, "q", "ready")
    assert left[0] == b"2"
    assert left[2] > time.time() * 1000
    services.list_policies.set(uli, "q", ListPolicy(max_len=2))
    with pytest.raises(ListFull):
        services.imports.run(uli, given, "merge")


def test_a_policy_that_is_there_is_overwritten_or_left(services, uli):
    services.list_policies.set(uli, "q", ListPolicy(lease=7))
    given = lines(policy("q", paused=True), policy("new", lease=1))
    imported = services.imports.run(uli, given, "skip")
    assert (imported.policies, imported.skipped, imported.begun) == (1, 1, "lists/new")
    assert services.list_policies.get(uli, "q") == ListPolicy(lease=7)
    assert services.imports.run(uli, given, "merge").policies == 2
    assert services.list_policies.get(uli, "q") == ListPolicy(paused=True)
    services.imports.run(uli, lines(key("a")), "replace")
    with pytest.raises(NotFound):
        services.list_policies.get(uli, "q")


def test_skipping_sets_the_policy_of_a_list_that_the_last_part_began(services, uli):
    begun = services.imports.run(uli, lines(item("q", "1")), "skip").begun
    services.imports.run(uli, lines(policy("q", lease=7)), "skip", begun)
    assert services.list_policies.get(uli, "q") == ListPolicy(lease=7)


def test_the_quota_counts_a_list_that_has_a_policy_alone(services, uli):
    services.users.change("1", quota=1)
    with pytest.raises(QuotaExceeded) as caught:
        services.imports.run(uli, lines(policy("p", lease=1), policy("q", lease=1)), "merge")
    assert "before line 2 " in caught.value.hint


def test_the_bound_of_a_list_holds(services, uli):
    given = lines(*(item("q", str(number)) for number in range(1050)))
    with pytest.raises(ListFull) as caught:
        services.imports.run(uli, given, "merge")
    assert "before line 1001 " in caught.value.hint


def test_a_full_store_takes_nothing(services, uli, raw):
    raw.zadd("b9y:{1}:expiring", {"gone": 1})
    raw.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreFull):
            services.imports.run(uli, lines(key("a")), "merge")
        with pytest.raises(StoreFull):
            services.imports.run(uli, lines(message("t", "1")), "merge")
        with pytest.raises(StoreFull):
            services.imports.run(uli, lines(item("q", "1", state="dead", at=1)), "merge")
    finally:
        raw.config_set("maxmemory", 256 << 20)
    assert not raw.exists("b9y:{1}:key:a", "b9y:{1}:topic:t", "b9y:{1}:list:q")


def test_imported_keys_are_told(services, uli, store):
    store.write(("HSET", "b9y:{1}:user", "watched", "9999999999999"))
    with store.pubsub.follow("b9y:{1}:events") as follower:
        assert follower.wait(20)
        follower.take()
        services.imports.run(uli, lines(key("a"), item("q", "1"), item("q", "2")), "merge")
        heard = []
        while len(heard) < 2:
            assert follower.wait(20)
            heard += follower.take()
    assert heard == [b"key.set a", b"list.push q"]


def test_both_end_with_the_token(services, uli):
    services.users.change("1", password="another")
    with pytest.raises(Unauthorized):
        exported(services, uli)
    for record in (key("a"), item("q", ""), message("t", ""), policy("q"), {"bin": {"list": "q"}}):
        with pytest.raises(Unauthorized):
            services.imports.run(uli, lines(record), "merge")
    with pytest.raises(Unauthorized):
        services.imports.run(uli, lines(), "replace")


@pytest.fixture
def told(services, uli):
    """Messages of two topics."""
    services.topics.publish(uli, "other", b"1")
    for body, kind in ((b"1", ""), (b"\xff", "image/png"), (b"3", "")):
        services.topics.publish(uli, "t", body, kind)
    return messages(services, uli, "t")


def test_messages_come_back_with_their_ids(told, services, uli, raw):
    out = exported(services, uli)
    assert [json.loads(line) for line in out.splitlines()][1:3] == [
        message("t", "1", id=told[0].id),
        message("t", {"base64": "/w=="}, id=told[1].id, type="image/png"),
    ]
    size = raw.hget("b9y:{1}:topic_bytes", "t")
    imported = services.imports.run(uli, io.BytesIO(out), "replace")
    assert (imported.messages, imported.begun) == (4, "topics/t")
    assert messages(services, uli, "t") == told
    assert exported(services, uli) == out
    assert raw.hget("b9y:{1}:topic_bytes", "t") == size


def test_messages_keep_their_ids_over_all_parts_of_an_import(told, services, uli):
    out = exported(services, uli).splitlines(keepends=True)
    services.imports.run(uli, io.BytesIO(b""), "replace")
    begun = None
    for line in out:
        begun = services.imports.run(uli, io.BytesIO(line), "skip", begun or "").begun
    assert messages(services, uli, "t") == told
    assert services.imports.run(uli, lines(message("t", "4")), "skip").skipped == 1


def test_a_topic_that_is_there_is_added_to_or_left(told, services, uli):
    given = lines(message("t", "4", id=told[2].id), message("t", "5", type="a/b"))
    assert services.imports.run(uli, given, "skip").skipped == 2
    assert messages(services, uli, "t") == told
    imported = services.imports.run(uli, given, "merge")
    assert (imported.messages, imported.begun) == (2, None)
    now = messages(services, uli, "t")
    assert now[:3] == told
    assert [(one.value, one.type) for one in now[3:]] == [(b"4", None), (b"5", "a/b")]


def test_a_message_gets_a_new_id_where_its_topic_is_there(told, services, uli):
    later = told[2].id.partition("-")[0] + "-999"
    services.imports.run(uli, lines(message("t", "4", id=later)), "merge")
    assert messages(services, uli, "t")[3].id != later


def test_ids_out_of_order_or_of_a_time_to_come_become_new_ones(services, uli):
    now = int(time.time() * 1000)
    ids = (f"{now - 5}-0", f"{now - 9}-0", f"{now + 90_000}-0", "")
    services.imports.run(uli, lines(*(message("t", "x", id=one) for one in ids)), "merge")
    milliseconds = [int(one.id.partition("-")[0]) for one in messages(services, uli, "t")]
    assert milliseconds[0] == now - 5
    assert all(now <= one < now + 60_000 for one in milliseconds[1:])


def test_the_bounds_of_a_topic_hold(services, uli):
    now = int(time.time() * 1000)
    old = [message("t", "old", id=f"{now - 4_000_000 + number}-0") for number in range(20)]
    new = [message("t", str(number), id=f"{now - 900 + number}-0") for number in range(250)]
    assert services.imports.run(uli, lines(*old, *new), "merge").messages == 270
    assert [one.value for one in messages(services, uli, "t")] == [b"%d" % n for n in range(150, 250)]  # fmt: skip


def test_the_quota_counts_new_topics(services, uli):
    services.users.change("1", quota=1)
    with pytest.raises(QuotaExceeded) as caught:
        services.imports.run(uli, lines(message("t", "1"), message("u", "1")), "merge")
    assert "before line 2 " in caught.value.hint
    assert list(services.topics.walk(uli)) == [["t"]]


def test_who_waits_for_a_message_is_told_of_an_import(services, uli, store):
    with store.pubsub.follow("b9y:{1}:published:t") as follower:
        assert follower.wait(20)
        follower.take()
        services.imports.run(uli, lines(message("t", "1")), "merge")
        assert follower.wait(20)


def test_documents_of_routes_are_exported_and_imported_by_their_names(services, uli, admin):
    mocks = services.mocks
    shop = b'{"name": "shop", "rules": [{"answers": [{"text": "1"}]}]}'
    made = mocks.documents.create(uli, shop)
    mocks.documents.create(uli, b'{"rules":[{}]}')
    out = exported(services, uli)
    found = [json.loads(line)["route"] for line in out.splitlines()]
    assert {"document": shop.decode()} in found
    assert done(services.imports.run(uli, io.BytesIO(out), "merge")) == (0, 0, 0, 0, 2)
    assert done(services.imports.run(admin, io.BytesIO(out), "merge")) == (0, 0, 2, 0, 0)
    [there] = [one for one, text in mocks.documents.all(admin) if text == shop]
    assert there.id != made.id
    mocks.documents.replace(admin, there.id, b'{"name":"shop","rules":[{}]}')
    assert done(services.imports.run(admin, io.BytesIO(out), "skip")) == (0, 0, 0, 0, 2)
    assert done(services.imports.run(admin, io.BytesIO(out), "merge")) == (0, 0, 1, 0, 1)
    assert mocks.documents.read(admin, there.id) == shop
    assert done(services.imports.run(uli, io.BytesIO(out), "replace")) == (0, 0, 2, 0, 0)
    assert mocks.names.parse(uli, "@uli/shop") != made.id
    with pytest.raises(InvalidRoute):
        services.imports.run(
            uli, lines({"route": {"document": '{"rules":[{"path":"x"}]}'}}), "merge"
        )


def test_documents_of_bins_are_exported_and_imported_by_their_names(services, uli, admin):
    bins = services.inboxes
    verify = {"scheme": "github", "secrets": ["the secret"]}
    fields = {"topic": "news", "name": "gh", "keep": "request", "verify": verify, "ends": "7d"}
    made = bins.documents.create(uli, json.dumps(fields).encode())
    bins.documents.create(uli, b'{"list":"q","paths":true}')
    bins.bins.create(uli, "q")
    out = exported(services, uli)
    found = [json.loads(line)["bin"] for line in out.splitlines()]
    [stored] = [text for text in (one.get("document", "") for one in found) if "gh" in text]
    assert "the secret" in stored and "ends_at" in stored
    assert {"list": "q"} in found
    assert done(services.imports.run(uli, io.BytesIO(out), "merge")) == (0, 0, 0, 0, 3)
    assert done(services.imports.run(admin, io.BytesIO(out), "merge")) == (0, 0, 0, 3, 0)

    def owned_by_admin():
        return dict(bins.documents.all(admin))

    [there] = [one for one, text in owned_by_admin().items() if text == stored.encode()]
    assert there.id != made.id
    bins.documents.replace(admin, there.id, b'{"list":"q","name":"gh"}')
    assert done(services.imports.run(admin, io.BytesIO(out), "skip")) == (0, 0, 0, 0, 3)
    assert done(services.imports.run(admin, io.BytesIO(out), "merge")) == (0, 0, 0, 1, 2)
    assert owned_by_admin()[there] == stored.encode()
    assert sorted(exported(services, admin).splitlines()) == sorted(out.splitlines())
    assert done(services.imports.run(uli, io.BytesIO(out), "replace")) == (0, 0, 0, 3, 0)
    assert bins.names.parse(uli, "@uli/gh") != made.id


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ('{"list":"q","keep":"x"}', "invalid_bin"),
        ("[]", "invalid_bin"),
        ("\ud800", "invalid_request"),
        ('{"list":"q","verify":{"scheme":"gitlab","secrets":["[secret]"]}}', "invalid_bin"),
        ('{"list":"q","paths":true}' + " " * (64 << 10), "document_too_large"),
    ],
)
def test_a_document_that_a_bin_cannot_have_is_no_line(services, uli, document, code):
    given = lines(key("a"), {"bin": {"document": document}})
    with pytest.raises(BambleweenyError) as caught:
        services.imports.run(uli, given, "merge")
    assert caught.value.code == code
    assert services.keys.present(uli, ["a"]) == []
    assert services.inboxes.bins.owned_by(uli) == []


@pytest.mark.parametrize("kind", ["routes", "bins"])
def test_the_document_that_a_line_replaces_may_come_again(services, uli, kind):
    documents = services.mocks.documents if kind == "routes" else services.inboxes.documents
    texts = [
        f'{{"name":"a","rules":[{{"name":"{one}"}}]}}'
        if kind == "routes"
        else f'{{"name":"a","list":"{one}"}}'
        for one in "ab"
    ]
    documents.create(uli, texts[0].encode())
    given = lines(*({kind[:-1]: {"document": texts[one]}} for one in (1, 0, 0)))
    assert services.imports.run(uli, given, "merge").skipped == 1
    [(_, stored)] = documents.all(uli)
    assert stored == texts[0].encode()


def largest(fill: bytes, **fields) -> bytes:
    """A bin's document of 64 kB, less what the time of its end takes, full of one sequence."""
    start = json.dumps({"list": "q", "keep": "request", **fields}).encode()[:-1]
    room = (64 << 10) - len(start) - len(b',"answer":{"text":""}}') - 40
    return start + b',"answer":{"text":"' + fill * (room // len(fill)) + b'"}}'


@pytest.mark.parametrize(
    "fill", [b"a", rb"\\", rb"\"", rb"\u0000", "€".encode(), rb"\ud83d\ude00", b"\x7f"]
)
def test_the_largest_document_of_a_bin_is_exported_and_imported(services, uli, admin, fill):
    services.inboxes.documents.create(uli, largest(fill, ends="7d", name="gh"))
    out = exported(services, uli)
    assert len(out) < 256 << 10
    assert done(services.imports.run(admin, io.BytesIO(out), "merge")) == (0, 0, 0, 1, 0)
    assert exported(services, admin) == out


def test_a_document_is_not_larger_with_its_end_and_its_secrets(services, uli):
    """What is stored is within the bound, so that an export of it is imported."""
    documents, bound = services.inboxes.documents, 64 << 10
    ends = b'{"list":"q","ends":"7d"}'
    with pytest.raises(BambleweenyError) as caught:
        documents.create(uli, ends + b" " * (bound - len(ends)) + b" ")
    assert caught.value.code == "document_too_large"
    filled = largest(b"a", ends="7d", verify={"scheme": "gitlab", "secrets": ["s" * 200]})
    made = documents.create(uli, filled)
    text = b"a" * (bound - len(documents.read(uli, made.id)) - 20)
    hidden = documents.read(uli, made.id).replace(b'"text":"', b'"text":"' + text)
    assert len(hidden) < bound
    with pytest.raises(BambleweenyError) as caught:
        documents.replace(uli, made.id, hidden)
    assert caught.value.code == "document_too_large"
