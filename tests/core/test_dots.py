"""`.` and `..` name nothing, wherever a name is given; data of 1.0 that have them stay usable."""

import hashlib
import io
import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.services import make_services
from bambleweeny.core.topics import Bounds
from bambleweeny.core.transfer.backup import back_up
from bambleweeny.core.transfer.restore import check_backup, restore
from bambleweeny.errors import InvalidName, NotFound
from bambleweeny.store import open_store

DOTS = [".", ".."]


@pytest.fixture
def sent(as_admin):
    """Sends a request as it is: a client of HTTP resolves the dots of a path."""
    place = urlsplit(as_admin.url)

    def send(method, path, body=b""):
        wire = HTTPConnection(place.hostname, place.port, timeout=10)
        wire.request(method, path, body, {"Authorization": as_admin.headers["Authorization"]})
        answer = wire.getresponse()
        read = answer.status, json.loads(answer.read() or b"NAME").get("code")
        wire.close()
        return read

    return send


PATHS = [
    ("GET", "/keys/NAME"), ("PUT", "/keys/NAME"), ("PATCH", "/keys/NAME?ttl=5"), ("DELETE", "/keys/NAME"),
    ("DELETE", "/keys/NAME?return=old"), ("GET", "/keys/NAME?touch=5"), ("GET", "/keys/NAME?wait=1"),
    ("GET", "/keys?names=a,NAME"), ("GET", "/keys?names=NAME&values=1"), ("POST", "/incr/NAME"),
    ("GET", "/incr/NAME?max=5"), ("GET", "/lists/NAME"), ("POST", "/lists/NAME"),
    ("POST", "/lists/NAME?split=lines"), ("DELETE", "/lists/NAME"), ("POST", "/lists/NAME/pop"),
    ("POST", "/lists/NAME/lease"), ("DELETE", "/lists/NAME/leases/1.1"), ("PATCH", "/lists/NAME/leases/1.1"),
    ("GET", "/lists/NAME/policy"), ("DELETE", "/lists/NAME/policy"), ("GET", "/lists/NAME/items"),
    ("DELETE", "/lists/NAME/items"), ("GET", "/lists/NAME/items/1"), ("DELETE", "/lists/NAME/items/1"),
    ("GET", "/lists/NAME/stats"), ("GET", "/topics/NAME"), ("POST", "/topics/NAME"), ("DELETE", "/topics/NAME"),
]  # fmt: skip
BODIES = [
    ("PUT", "/lists/NAME/policy", {}), ("POST", "/lists/NAME/ack", {}), ("POST", "/lists/NAME/move", {"to": "a"}),
    ("POST", "/lists/a/move", {"to": "NAME"}), ("PUT", "/lists/a/policy", {"dead_letter": "NAME"}),
    ("POST", "/routes", {"key": "NAME", "content_type": "a/b"}), ("POST", "/bins", {"list": "NAME"}),
    ("POST", "/users", {"username": "NAME", "password": "another"}),
    *[("POST", "/batch", [[verb, "NAME", *more]])
      for verb, *more in (["set", ""], ["get"], ["del"], ["incr"], ["push", ""], ["pop"], ["publish", ""])],
    ("POST", "/import", {"key": {"name": "NAME", "value": ""}}),
    ("POST", "/import", {"item": {"list": "NAME", "value": ""}}),
    ("POST", "/import", {"list": {"name": "NAME", "policy": {}}}),
    ("POST", "/import", {"list": {"name": "a", "policy": {"dead_letter": "NAME"}}}),
    ("POST", "/import", {"message": {"topic": "NAME", "value": ""}}),
    ("POST", "/import", {"route": {"key": "NAME", "content_type": "a/b"}}),
    ("POST", "/import", {"bin": {"list": "NAME"}}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("name", [*DOTS, "%2E", "%2E%2E", "%2e.", ".%2e"])
def test_a_path_that_names_dots_is_refused(sent, method, path, name):
    assert sent(method, path.replace("NAME", name)) == (400, "invalid_name")


@pytest.mark.parametrize("call", BODIES, ids=str)
@pytest.mark.parametrize("name", DOTS)
def test_a_body_that_names_dots_is_refused(sent, as_admin, call, name):
    method, path, body = call
    text = json.dumps(body).replace("NAME", name) if body else "{}"
    assert sent(method, path.replace("NAME", name), text.encode()) == (400, "invalid_name")
    assert as_admin.get("/export").content == b""


@pytest.mark.parametrize("name", DOTS)
def test_names_may_begin_with_dots_and_be_grouped_by_them(as_uli, name):
    for more in ("a", "..", "b.c"):
        as_uli.put(f"/keys/{name}{more}", data=b"x")
    assert as_uli.get(f"/keys?prefix={name}&count=1").json() == {"count": 3}
    assert "prefixes" in as_uli.get("/keys?delimiter=.").json()
    assert as_uli.get(f"/keys?after={name}").json()["keys"]
    assert as_uli.delete(f"/keys?prefix={name}&confirm=1").json()["deleted"] == 3


def with_dots(file):
    """Give a backup in which names of 1.0 stand in the place of `one` and `two`."""
    *lines, end = file.getvalue().splitlines(keepends=True)
    lines = [line.replace(b'"one"', b'"."').replace(b'"two"', b'".."') for line in lines]
    counts = json.loads(end)
    counts["end"]["sha256"] = hashlib.sha256(b"".join(lines)).hexdigest()
    return io.BytesIO(b"".join([*lines, json.dumps(counts).encode() + b"\n"]))


@pytest.fixture
def restored(services, store, engine_url):
    """A store into which a backup was restored that has such names everywhere."""
    open_instance(store)
    services.users.create("one", "secret")
    one = services.logins.log_in("one", "secret")
    services.users.create("two", "secret")
    for name in ("one", "two"):
        services.keys.set(one, name, b"value")
        services.lists.push(one, name, b"item")
        services.topics.publish(one, name, b"message")
        services.routes.create(one, name, "a/b")
        services.inboxes.bins.create(one, name)
    services.list_policies.set(one, "q", ListPolicy(dead_letter="two"))
    file = io.BytesIO()
    back_up(store, file)
    file = with_dots(file)
    check_backup(file)
    other = open_store(engine_url, prefix="other")
    restore(other, file)
    yield make_services(
        other, open_instance(other), passwords=Passwords(memory_kib=8, time_cost=1), token_lifetime=3000,
        max_list_items=10, max_list_bytes=1000, topic_bounds=Bounds(10, 60, 1000), max_waits=1, append_only_file=None,
    )  # fmt: skip
    other.close()


def test_data_of_before_are_restored_exported_and_deleted(restored):
    caller = restored.logins.log_in(".", "secret")
    assert restored.logins.log_in("..", "secret").id != caller.id
    exported = b"".join(restored.exports.of(caller))
    assert exported.count(b'".."') == exported.count(b'"."') + 1 == 6
    route, *_ = restored.routes.owned_by(caller)
    assert restored.routes.read(route.id)[0] == b"value"
    for name in DOTS:
        for noun in (restored.keys, restored.lists, restored.topics):
            noun.delete(caller, name)
            with pytest.raises(InvalidName):
                noun.delete(caller, name)
        with pytest.raises(InvalidName):
            restored.keys.set(caller, name, b"")
    with pytest.raises(NotFound):
        restored.routes.read(route.id)
    assert list(restored.keys.walk(caller)) == [[]]
    assert list(restored.topics.walk(caller)) == [[]]
    assert list(restored.lists.walk(caller)) == [["q"]]


def test_a_key_of_before_is_deleted_on_a_condition_and_by_its_prefix(restored):
    caller = restored.logins.log_in(".", "secret")
    assert restored.key_changes.take(caller, "..").value == b"value"
    with pytest.raises(InvalidName):
        restored.key_changes.take(caller, "..")
    assert restored.selections.delete_keys(caller, ".") == 1


def test_an_import_names_the_line_of_such_a_name(restored):
    caller = restored.logins.log_in(".", "secret")
    lines = b"".join(restored.exports.of(caller))
    with pytest.raises(InvalidName, match=r"Line 1: Key name is invalid\.") as caught:
        restored.imports.run(caller, io.BytesIO(lines), "merge")
    assert caught.value.index == 0
