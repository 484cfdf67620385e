"""Routes and bins through the client."""

import pytest
from bambleweeny import Client
from bambleweeny.client import Bin, Route
from bambleweeny.errors import InvalidRequest, NoRule, NotAsCalled, NotFound, RouteNameTaken


@pytest.fixture
def anybody(session_url, services):
    with Client(session_url) as client:
        yield client


def test_a_route_is_read_by_anybody(client, anybody, http):
    client.set("page", "<b>!@[who]</b>")
    client.set("who", "uli")
    route = client.routes.create("page", "text/html")
    assert route == Route(
        route.id, f"/routes/{route.id}", f"{http.url}/routes/{route.id}", "page", "text/html"
    )
    value = anybody.routes.read(route.id)
    assert (value.text(), value.content_type) == ("<b>uli</b>", "text/html")
    assert http.get(route.path).content == value
    assert client.routes.list() == [route]
    client.routes.delete(route.id)
    for call in (client.routes.read, client.routes.delete):
        with pytest.raises(NotFound):
            call(route.id)


def test_a_route_is_plain_text_unless_it_is_said(client):
    assert client.routes.create("a").content_type == "text/plain"
    with pytest.raises(InvalidRequest):
        client.routes.create("a", "nonsense")


def test_a_bin_is_filled_by_anybody(client, anybody, http):
    made = client.bins.create("hooks")
    assert made == Bin(made.id, f"/bins/{made.id}", f"{http.url}/bins/{made.id}", "hooks")
    anybody.bins.post(made.id, b"\xff")
    anybody.bins.post(made.id, json={"a": 1})
    assert client.pop("hooks") == b"\xff"
    assert client.pop("hooks").json() == {"a": 1}
    assert client.bins.list() == [made]
    client.bins.delete(made.id)
    with pytest.raises(NotFound):
        anybody.bins.post(made.id, "x")


def test_the_admin_publishes_for_another_user(client, ulis, uli):
    id = int(uli.id)
    route = client.routes.create("a", userid=id)
    hook = client.bins.create("l", userid=id)
    assert ulis.routes.list() == client.routes.list(userid=id) == [route]
    assert ulis.bins.list() == client.bins.list(userid=id) == [hook]
    assert client.routes.list() == client.bins.list() == []
    client.routes.delete(route.id, userid=id)
    client.bins.delete(hook.id, userid=id)
    assert ulis.routes.list() == ulis.bins.list() == []


SHOP = {"name": "shop", "journal": "shop-calls", "rules": [{"path": "/ping", "answers": [{"text": "pong"}]}]}  # fmt: skip


def test_a_document_is_set_again_by_its_name(client, http):
    made = client.routes.set(SHOP)
    assert (made.name, made.rules, made.journal) == ("shop", 1, "shop-calls")
    assert client.routes.list() == [made]
    assert (made.named_path, made.url) == ("/routes/@admin/shop", f"{http.url}/routes/@admin/shop")
    assert made.path == f"/routes/{made.id}"
    assert client.routes.get("@admin/shop") == client.routes.get(made.id) == SHOP
    assert client.routes.get("shop") == SHOP
    assert client.routes.set({**SHOP, "key": "home"}).id == made.id
    assert client.routes.set(SHOP, made.id).id == made.id
    assert http.get("/routes/@admin/shop/ping").text == "pong"
    other = client.routes.create("foo")
    with pytest.raises(RouteNameTaken):
        client.routes.set(SHOP, other.id)
    client.routes.delete("@admin/shop")
    assert client.routes.list() == [other]


def test_calls_are_verified_and_forgotten(client, anybody):
    made = client.routes.set(SHOP)
    assert client.routes.verify(made.id, {"count": 0}) == 0
    anybody._connection.call("GET", f"{made.path}/ping", is_public=True)
    assert client.routes.verify("@admin/shop", {"path": "/ping", "status": 200, "count": 1}) == 1
    with pytest.raises(NotAsCalled) as ex:
        client.routes.verify(made.id, {"path": "/ping", "method": "POST"})
    assert ex.value.details["matching"] == 0
    assert client.routes.verify("shop", {"count": 1}, wait="1s") == 1
    for wait in ("soon", 1.5):
        with pytest.raises(ValueError, match="is not a duration; write 30"):
            client.routes.verify(made.id, wait=wait)
    [near] = ex.value.details["nearest"]
    assert (near["failed"], near["call"]["path"]) == (["method"], "/ping")
    client.routes.reset(made.id)
    assert client.routes.verify(made.id, {"count": 0}) == 0
    with pytest.raises(NoRule):
        anybody.routes.read("@admin/shop")


def test_a_name_alone_is_a_route_of_the_user(client, ulis, uli):
    ulis.routes.set(SHOP)
    for call in (
        client.routes.get,
        client.routes.verify,
        client.routes.reset,
        client.routes.delete,
    ):
        with pytest.raises(NotFound, match="You have no route 'shop'") as missing:
            call("shop")
        assert "@USER/NAME" in missing.value.hint
        with pytest.raises(InvalidRequest):
            call("a b")
    assert client.routes.get("shop", userid=int(uli.id)) == SHOP
    [listed] = client.routes.list(userid=int(uli.id))
    assert (listed.named_path, listed) == ("/routes/@uli/shop", *ulis.routes.list())
    ulis.routes.set({**SHOP, "journal": "other"}, "shop")
    assert ulis.routes.verify("shop", {"count": 0}) == 0
    ulis.routes.reset("shop")
    ulis.routes.delete("shop")
    assert ulis.routes.list() == []
