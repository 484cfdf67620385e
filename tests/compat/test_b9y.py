"""The original's client from PyPI, unmodified: every method of b9y 0.0.22."""

import inspect
import json

import pytest
import requests
from b9y import B9y
from servers import running


@pytest.fixture(scope="module")
def url():
    with running("sandbox") as server:
        yield server.url


@pytest.fixture
def b9y(url):
    return B9y(url, "admin", "changeme")


USED = set()


@pytest.fixture(autouse=True)
def note_what_is_used(monkeypatch):
    for name, method in inspect.getmembers(B9y, inspect.isfunction):

        def noted(*args, _name=name, _method=method, **kwargs):
            USED.add(_name)
            return _method(*args, **kwargs)

        monkeypatch.setattr(B9y, name, noted)


def test_a_wrong_login_raises(url):
    with pytest.raises(ValueError, match="Unable to login"):
        B9y(url, "admin", "wrong")


def test_the_instance(b9y, url):
    home = requests.get(url, timeout=10).json()
    assert b9y.info() == (home["instance"], home["release"])
    assert b9y.get_token().count(".") == 2
    assert json.loads(b9y.save()) == {"info": "ok"}


def test_keys_and_counters(b9y):
    assert b9y.set("foo", "bar") is True
    assert b9y.get("foo") == "bar"
    assert b9y.set("foo", "wörld €".encode()) is True
    assert b9y.get("foo") == "wörld €"
    assert b9y.get("none") is None
    assert [b9y.incr("n"), b9y.incr("n")] == ["1", "2"]
    assert b9y.incr("foo") is None
    assert b9y.keys() == ["foo", "n"]
    assert b9y.keys("^f") == ["foo"]
    assert b9y.delete("foo") is True
    with pytest.raises(ValueError, match=r"\(404\)"):
        b9y.delete("foo")
    with pytest.raises(ValueError, match=r"\(400\)"):
        b9y.set("a b", "x")


def test_lists(b9y):
    assert b9y.push("q", "one") is True
    assert b9y.push("q", "two") is True
    assert [b9y.pop("q"), b9y.pop("q"), b9y.pop("q")] == ["one", "two", None]


def test_routes_and_bins(b9y, url):
    b9y.set("api", '{"message": "!@[message]"}')
    b9y.set("message", "cool stuff!")
    path = b9y.create_route("api", "application/json;charset=utf-8")
    answer = requests.get(url + path, timeout=10)
    assert answer.json() == {"message": "cool stuff!"}
    assert answer.headers["B9Y-ROUTES"] == "parsed"
    made = b9y.create_bin("hooks")
    assert requests.post(url + made, data="hello", timeout=10).text == "OK"
    assert b9y.pop("hooks") == "hello"


def test_users(b9y, url):
    user_id = b9y.create_user("uli", "secret")
    assert b9y.list_users()["users"][-1] == {
        "id": str(user_id),
        "username": "uli",
        "quota": "0",
        "role": "user",
    }
    with pytest.raises(ValueError, match=r"\(400\)"):
        b9y.create_user("uli", "secret")
    uli = B9y(url, "uli", "secret")
    uli.set("mine", "x")
    assert uli.keys() == ["mine"]
    assert f"mine (OWNER:{user_id})" in b9y.keys()  # noqa: SIM118  b9y is no dict
    assert uli.list_users() is None
    assert uli.save() is None
    with pytest.raises(ValueError, match=r"\(403\)"):
        uli.set_admin_password("x")


def test_the_admins_password(b9y, url):
    assert b9y.set_admin_password("another") is True
    assert b9y.keys() is None
    assert B9y(url, "admin", "another").set_admin_password("changeme") is True


def test_every_method_was_used():
    assert {name for name, _ in inspect.getmembers(B9y, inspect.isfunction)} == USED
