"""Selections of keys, lists and topics over HTTP."""

import hashlib

import pytest

TEXT = {"Accept": "text/plain"}


@pytest.fixture
def full(as_uli, as_admin):
    for name in ("a", "app:1", "app:2:x", "app:2:y", "b"):
        as_uli.put(f"/keys/{name}", data=name)
        as_uli.post(f"/lists/{name}", data=b"")
        as_uli.post(f"/topics/{name}", data=b"")
    as_admin.put("/keys/of-the-admin", data=b"")
    return as_uli


def rows(*names, owner="1"):
    return [{"key": name, "owner": owner} for name in names]


@pytest.mark.parametrize("noun", ["keys", "lists", "topics"])
def test_a_selection_has_what_is_asked_for(full, noun):
    def asked(query):
        return full.get(f"/{noun}?{query}").json()

    assert asked("prefix=app:") == {noun: rows("app:1", "app:2:x", "app:2:y")}
    assert asked("limit=2") == {noun: rows("a", "app:1"), "next": "app:1"}
    assert asked("limit=2&after=app:1") == {noun: rows("app:2:x", "app:2:y"), "next": "app:2:y"}
    assert asked("limit=2&after=app:2:y") == {noun: rows("b")}
    assert asked("delimiter=:") == {noun: rows("a", "b"), "prefixes": ["app:"]}
    assert asked("prefix=app:&delimiter=:") == {noun: rows("app:1"), "prefixes": ["app:2:"]}
    assert asked("delimiter=:&limit=2") == {noun: rows("a"), "prefixes": ["app:"], "next": "app:"}
    assert asked("delimiter=:&limit=2&after=app:") == {noun: rows("b"), "prefixes": []}
    assert asked("count=1") == {"count": 5}
    assert asked("count=1&prefix=app:2") == {"count": 2}
    assert asked("prefix=none") == {noun: []}


@pytest.mark.parametrize("noun", ["keys", "lists", "topics"])
def test_names_alone_are_lines_of_text(full, noun):
    answer = full.get(f"/{noun}", headers=TEXT)
    assert answer.text == "a\napp:1\napp:2:x\napp:2:y\nb\n"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert full.get(f"/{noun}?delimiter=:&limit=2", headers=TEXT).text == "a\napp:\n"
    assert full.get(f"/{noun}?count=1&prefix=b", headers=TEXT).text == "1\n"
    for accept in ("*/*", "application/json", "application/json, text/plain, */*", "text/html"):
        answer = full.get(f"/{noun}", headers={"Accept": accept})
        assert answer.json() == {noun: rows("a", "app:1", "app:2:x", "app:2:y", "b")}


def test_values_and_what_else_is_known_come_along(full, raw):
    full.put("/keys/app:3", data=b"\xff")
    etag = f'"{hashlib.sha1(b"app:1").hexdigest()}"'
    known = {"size": 5, "ttl": None, "type": None, "etag": etag}
    first = {"key": "app:1", "owner": "1"}
    for query, row in [
        ("values=1", first | {"value": "app:1"}),
        ("meta=1", first | known),
        ("values=1&meta=1", first | {"value": "app:1"} | known),
        ("values=0&meta=0", first),
    ]:
        assert full.get(f"/keys?prefix=app:&limit=1&{query}").json() == {
            "keys": [row],
            "next": "app:1",
        }
    last = full.get("/keys?prefix=app:3&values=1").json()["keys"]
    assert last == [{"key": "app:3", "owner": "1", "value": {"base64": "/w=="}}]


def test_values_without_names_are_those_of_all_keys_of_ones_own(full, as_admin):
    values = {row["key"]: row["value"] for row in full.get("/keys?values=1").json()["keys"]}
    assert values == {name: name for name in ("a", "app:1", "app:2:x", "app:2:y", "b")}
    assert [row["key"] for row in as_admin.get("/keys?values=1").json()["keys"]] == ["of-the-admin"]


def test_values_of_over_16_mb_end_early(as_uli):
    for number in range(20):
        as_uli.put(f"/keys/k{number:02}", data=b"x" * (1 << 20))
    first = as_uli.get("/keys?values=1").json()
    assert [row["key"] for row in first["keys"]] == [f"k{number:02}" for number in range(16)]
    assert first["next"] == "k15"
    rest = as_uli.get("/keys?values=1&after=k15").json()
    assert [row["key"] for row in rest["keys"]] == ["k16", "k17", "k18", "k19"]
    assert "next" not in rest


def test_the_admin_selects_its_own_or_those_of_a_user(full, as_admin):
    assert as_admin.get("/keys?prefix=").json() == {"keys": rows("of-the-admin", owner="0")}
    assert as_admin.get("/keys", headers=TEXT).text == "of-the-admin\n"
    assert as_admin.get("/keys?prefix=b&userid=1").json() == {"keys": rows("b")}
    assert as_admin.get("/keys?count=1&userid=1").json() == {"count": 5}
    assert len(as_admin.get("/keys").json()["keys"]) == 6


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=1e2", "limit"),
        ("limit=", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=000000001000", "limit"),
        ("limit=000000001" + 5000 * "0", "limit"),
        ("prefix=a/b", "prefix"),
        ("after=%FF", "after"),
        ("delimiter=/", "delimiter"),
        ("count=yes", "count"),
        ("count=1&limit=x", "limit"),
    ],
)
def test_a_bad_parameter_is_named(full, query, parameter):
    for noun in ("keys", "lists", "topics"):
        answer = full.get(f"/{noun}?{query}", headers=TEXT)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert f"'{parameter}'" in answer.json()["info"]


@pytest.mark.parametrize("query", ["prefix=a", "limit=1", "after=a", "count=1", "delimiter=:"])
def test_names_stand_alone(full, query):
    answer = full.get(f"/keys?names=a&values=1&{query}")
    assert answer.status_code == 400
    assert f"'{query.partition('=')[0]}'" in answer.json()["info"]


def test_a_long_selection_is_streamed(as_uli, raw):
    names = [f"k{number:05}" for number in range(20_000)]
    raw.zadd("b9y:{1}:keys", dict.fromkeys(names, 0))
    answer = as_uli.get("/keys?prefix=k")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert [row["key"] for row in answer.json()["keys"]] == names
    assert as_uli.get("/keys", headers=TEXT).text.split() == names
    page = as_uli.get("/keys?limit=1000")
    assert "Content-Length" in page.headers
    assert page.json()["next"] == "k00999"


def test_keys_are_deleted_by_prefix_once_that_is_confirmed(full, as_admin):
    for query, parameter in [
        ("", "prefix"),
        ("?confirm=1", "prefix"),
        ("?prefix=app:", "confirm"),
        ("?prefix=app:&confirm=0", "confirm"),
        ("?prefix=app:&confirm=yes", "confirm"),
        ("?prefix=*&confirm=1", "prefix"),
    ]:
        refused = full.delete(f"/keys{query}")
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
        assert f"'{parameter}'" in refused.json()["info"]
    assert full.get("/keys?count=1").json() == {"count": 5}
    assert full.delete("/keys?prefix=app:&confirm=1").json() == {"info": "ok", "deleted": 3}
    assert as_admin.delete("/keys?prefix=b&confirm=1&userid=1").json()["deleted"] == 1
    assert full.delete("/keys?prefix=&confirm=1").json() == {"info": "ok", "deleted": 1}
    assert as_admin.get("/keys?count=1").json() == {"count": 1}
    assert full.get("/lists?count=1").json() == {"count": 5}
