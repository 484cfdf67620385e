"""Routes and bins through the client."""

import pytest
from bambleweeny import Client
from bambleweeny.client import Bin, Route
from bambleweeny.errors import InvalidRequest, NotFound


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
