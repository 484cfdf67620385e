"""Long polls of an admin for another user, with ?userid=: they end with what the admin may do."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from api.access.named_tokens import made
from servers import Http, until

POLLS = {
    "pop": ("GET", "/lists/q?wait=20"),
    "pop many": ("GET", "/lists/q?max=5&wait=20"),
    "lease": ("POST", "/lists/q/lease?wait=20"),
    "items": ("GET", "/lists/q/items?wait=20"),
    "topic": ("GET", "/topics/t?since=0-0&wait=20"),
    "key": ("GET", "/keys/k?wait=20"),
    "verify": ("POST", "/routes/verify?id=@uli/r&wait=20"),
}
SCOPES = ("read", "write")


@pytest.fixture
def eva(services, as_uli, session_url):
    """A second admin, logged in; uli has a route with a journal."""
    services.users.create("eva", "secret", role="admin")
    as_uli.post("/routes", json={"name": "r", "journal": "calls", "rules": [{}]})
    with Http(session_url, services.tokens.issue(services.logins.log_in("eva", "secret"))) as http:
        http.id = services.users.all()[-1].id
        yield http


@pytest.fixture
def actor(eva, uli, session_url):
    """A client with a named token of the second admin."""
    act = f"act:{uli.id}"
    token = made(eva, [*SCOPES, act])
    with Http(session_url, token["token"]) as http:
        http.token_id, http.act = token["id"], act
        yield http


@pytest.fixture
def polling(services, uli):
    """A function that begins a poll for uli, and returns its future answer once it waits."""
    with ThreadPoolExecutor(1) as pool:

        def begin(http, method, path):
            answer = pool.submit(http.request, method, f"{path}&userid={uli.id}")
            until(lambda: services.metrics.counted().waits or answer.done())
            assert not answer.done(), answer.result().text
            return answer

        yield begin


def write_all(as_uli):
    """Write what each poll waits for."""
    assert as_uli.post("/lists/q", data=b"item").ok
    assert as_uli.post("/topics/t", data=b"message").ok
    assert as_uli.put("/keys/k", data=b"value").ok
    assert as_uli.get("/routes/@uli/r").ok


@pytest.mark.parametrize("poll", POLLS)
def test_an_admin_that_still_is_one_gets_what_it_waits_for(eva, as_uli, polling, poll):
    answer = polling(eva, *POLLS[poll])
    write_all(as_uli)
    assert answer.result(20).status_code == 200


@pytest.mark.parametrize("poll", POLLS)
def test_a_poll_ends_with_the_admins_role(eva, as_uli, as_admin, polling, poll):
    answer = polling(eva, *POLLS[poll])
    assert as_admin.put(f"/users/{eva.id}", json={"role": "user"}).ok
    write_all(as_uli)
    assert answer.result(20).status_code == 403
    assert as_uli.get("/lists/q").text == "item"


@pytest.mark.parametrize("poll", POLLS)
def test_a_poll_ends_with_its_named_token(eva, actor, as_uli, polling, poll):
    answer = polling(actor, *POLLS[poll])
    assert eva.delete(f"/tokens/{actor.token_id}").ok
    write_all(as_uli)
    assert answer.result(20).status_code == 401
    assert as_uli.get("/lists/q").text == "item"


@pytest.mark.parametrize("scopes", [SCOPES, ("keys:read", "act")])
def test_a_poll_ends_when_its_named_token_is_narrowed(eva, actor, as_uli, polling, scopes):
    scopes = [actor.act if scope == "act" else scope for scope in scopes]
    answer = polling(actor, *POLLS["pop"])
    assert eva.patch(f"/tokens/{actor.token_id}", json={"scopes": scopes}).ok
    write_all(as_uli)
    assert answer.result(20).status_code == 403
    assert as_uli.get("/lists/q").text == "item"


@pytest.mark.parametrize("end", ["logout", "password", "deleted"])
def test_a_poll_ends_with_its_session(eva, as_uli, as_admin, polling, end):
    answer = polling(eva, *POLLS["pop"])
    if end == "logout":
        assert eva.post("/auth/logout").ok
    elif end == "password":
        assert as_admin.put(f"/users/{eva.id}", json={"password": "another"}).ok
    else:
        assert as_admin.delete(f"/users/{eva.id}").ok
    write_all(as_uli)
    assert answer.result(20).status_code == 401
    assert as_uli.get("/lists/q").text == "item"


def test_a_poll_goes_on_when_another_session_ends(services, eva, as_uli, polling, session_url):
    answer = polling(eva, *POLLS["pop"])
    with Http(session_url, services.tokens.issue(services.logins.log_in("eva", "secret"))) as other:
        assert other.post("/auth/logout").ok
    write_all(as_uli)
    assert answer.result(20).text == "item"
