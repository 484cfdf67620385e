"""Logging in and saying who one is."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from bambleweeny.errors import WrongLogin
from servers import Http

LOGIN = {"username": "admin", "password": "changeme"}
FORM = {"grant_type": "password", **LOGIN}


def test_a_token_is_given_as_json(http):
    answer = http.post("/auth/token", json=LOGIN)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert set(body) == {"token_type", "access_token", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3000)


@pytest.mark.parametrize("query", ["raw", "raw=", "raw=1"])
def test_a_token_is_given_as_bare_text(http, query):
    answer = http.post(f"/auth/token?{query}", json=LOGIN)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.count(".") == 2


def test_json_is_read_whatever_its_content_type(http):
    for content_type in ("application/x-www-form-urlencoded", "text/plain", ""):
        answer = http.post(
            "/auth/token",
            data='  {"username":"admin","password":"changeme"}',
            headers={"Content-Type": content_type},
        )
        assert answer.status_code == 200, content_type


def test_the_password_grant_of_oauth2(http):
    answer = http.post("/auth/token", data=FORM, headers={"Authorization": "Basic Og=="})
    assert answer.json()["token_type"] == "bearer"
    assert http.post("/auth/token?raw", data=FORM).text.count(".") == 2
    form = {"Content-Type": "Application/X-WWW-Form-URLencoded"}
    assert http.post(
        "/auth/token", headers=form, data="grant_type=password&username=admin&password=changeme"
    ).ok
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({**FORM, "password": "x"}, "invalid_grant"),
        ({**FORM, "grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"username": "admin"}, "unsupported_grant_type"),
    ],
)
def test_the_password_grant_has_the_errors_of_its_rfc(http, form, error):
    answer = http.post("/auth/token", data=form)
    assert answer.status_code == 400
    assert (answer.json()["error"], answer.json()["code"]) == (error, error)
    assert answer.json()["error_description"]


def test_a_wrong_login_is_401_in_json(http):
    answer = http.post("/auth/token", json={**LOGIN, "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_login")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_can_be_sent_in_three_ways(http, services, admin):
    token = services.tokens.issue(admin)
    for header in (f"Bearer {token}", f"Bearer:{token}", f"bearer {token}", f"Bearer: {token}"):
        answer = http.get("/keys", headers={"Authorization": header})
        assert answer.status_code == 200, header
        assert answer.headers["B9Y-AUTHENTICATED-USER"] == "admin"
    assert http.get(f"/keys?token={token}").status_code == 200


@pytest.mark.parametrize("path", ["/keys", "/keys/a", "/auth/test", "/users", "/info"])
def test_two_credentials_that_differ_are_400(http, services, admin, path):
    services.keys.set(admin, "a", b"value")
    one, other = services.tokens.issue(admin), services.tokens.issue(admin) + "x"
    basic = ["Basic eDp5", "Bearer", "Bearer wrong", f"Token {one}", one]
    for header in (f"Bearer {other}", f"Bearer:{other}", *basic):
        answer = http.get(f"{path}?token={one}", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), header
        assert "Authorization" in answer.json()["info"]
        assert answer.headers["Cache-Control"] == "private"
    for token in (other, "wrong"):
        answer = http.get(f"{path}?token={token}", headers={"Authorization": f"Bearer {one}"})
        assert answer.status_code == 400, token
    assert http.get(f"{path}?token={one}&token={other}").status_code == 400
    for header in (f"Bearer {one}", f"bearer:{one}"):
        assert http.get(f"{path}?token={one}", headers={"Authorization": header}).ok
        assert http.get(f"{path}?token=", headers={"Authorization": header}).ok


def test_a_write_with_two_credentials_changes_nothing(http, as_admin, services, admin):
    token = services.tokens.issue(admin)
    for header, query in (
        (f"Bearer {token}", "wrong"),
        ("Bearer wrong", token),
        ("Basic x", token),
    ):
        headers = {"Authorization": header}
        answer = http.put(f"/keys/a?token={query}", headers=headers, data=b"x")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert as_admin.get("/keys/a").status_code == 404


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("", "Get a token"), ("Bearer", "Get a token"), ("Bearer ", "Get a token"),
        ("Bearer x", "Get a token"), ("Basic eDp5", "Send 'Authorization: Bearer"),
        ("Token abc", "Send 'Authorization: Bearer"),
        ("Bearer b9y_0_k3x9q2_x", "The named token was revoked"),
    ],
)  # fmt: skip
def test_without_a_good_token_it_is_401_with_what_to_do(http, header, hint):
    answer = http.get("/keys", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert (answer.json()["info"], answer.json()["code"]) == ("Unauthorized.", "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["hint"].startswith(hint)
    assert "B9Y-AUTHENTICATED-USER" not in answer.headers


def test_a_token_that_was_ended_is_401_everywhere(as_uli, services):
    services.users.delete("1")
    for method, path in [("GET", "/keys"), ("GET", "/keys/a"), ("PUT", "/keys/a"), ("GET", "/lists/a"),
                         ("POST", "/lists/a"), ("GET", "/routes"), ("GET", "/users"), ("GET", "/incr/a"),
                         ("PUT", "/auth/password")]:  # fmt: skip
        body = b'{"current":"secret","password":"x"}'
        answer = as_uli.request(method, path, data=body)
        assert answer.status_code == 401, path
        assert "B9Y-AUTHENTICATED-USER" not in answer.headers


def test_everybody_can_ask_who_one_is(http, as_admin, as_uli, services, session_url):
    nobody = {"authenticated": "False", "admin": "False", "user": "", "id": ""}
    assert http.get("/auth/test").json() == {**nobody, "info": "There is no token."}
    answer = as_uli.get("/auth/test")
    assert answer.headers["B9Y-AUTHENTICATED-USER"] == "uli"
    body = answer.json()
    assert body.pop("info").startswith("Session expires in ")
    assert body == {"authenticated": "True", "admin": "False", "user": "uli", "id": "1"}
    assert as_admin.get("/auth/test").json()["admin"] == "True"
    services.users.change("1", password="another")
    assert as_uli.get("/auth/test").json()["authenticated"] == "False"
    with Http(session_url, "x") as stranger:
        assert stranger.get("/auth/test").json()["authenticated"] == "False"


def test_ones_own_password_can_be_changed(as_uli, http):
    wrong = as_uli.put("/auth/password", json={"current": "x", "password": "newest"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "forbidden")
    assert wrong.headers["B9Y-AUTHENTICATED-USER"] == "uli"
    assert as_uli.put("/auth/password", json={"current": "secret", "password": "newest"}).ok
    assert as_uli.get("/keys").status_code == 401
    assert http.post("/auth/token", json={"username": "uli", "password": "newest"}).ok


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("admin", '"admin"'),
        ("nobody", '"nobody"'),
        ('a" from 9.9.9.9 refused: x', r'"a\" from 9.9.9.9 refused: x"'),
        ("a\nb\u2028ä", r'"a\nb\u2028\u00e4"'),
        ("n" * 64, f'"{"n" * 64}"'),
        ("n" * 65, f'"{"n" * 64}..."'),
    ],
)
@pytest.mark.parametrize("kind", ["json", "data"])
def test_a_refused_login_is_logged_with_its_name_and_address(http, caplog, kind, name, shown):
    login = {"username": name, "password": "wrong"}
    if kind == "data":
        login["grant_type"] = "password"
    answer = http.post("/auth/token", **{kind: login}, headers={"X-Request-ID": "login-1"})
    assert answer.status_code in (400, 401)
    [record] = [one for one in caplog.records if one.name == "bambleweeny.api.access.sessions"]
    assert record.levelname == "WARNING"
    assert record.getMessage() == f"login of {shown} from 127.0.0.1 refused: wrong_login"
    assert (record.address, record.request_id, record.code) == (
        "127.0.0.1", "login-1", "wrong_login",
    )  # fmt: skip


def test_raw_is_read_as_flags_are(as_admin):
    login = {"username": "admin", "password": "changeme"}
    for query, is_raw in (
        ("?raw", True),
        ("?raw=", True),
        ("?raw=1", True),
        ("?raw=0", False),
        ("", False),
    ):
        answer = as_admin.post(f"/auth/token{query}", json=login)
        assert answer.status_code == 200
        assert answer.text.startswith("{") is not is_raw
    for query in ("?raw=no", "?raw=true"):
        answer = as_admin.post(f"/auth/token{query}", json=login)
        assert answer.status_code == 400
        assert answer.json()["info"] == "The parameter 'raw' takes 0 or 1."
    assert as_admin.get("/readyz?reads=0").status_code == 200
    assert as_admin.get("/readyz?reads=no").status_code == 400


def log_in_from(session_url, address, password="secret", name="uli", **form):
    """Log in over a connection from an address of this machine; return status, headers, body."""
    place = urlsplit(session_url)
    with closing(
        HTTPConnection(place.hostname, place.port, timeout=30, source_address=(address, 0))
    ) as connection:
        login = {"username": name, "password": password}
        body = urlencode({**form, **login}) if form else json.dumps(login)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        connection.request("POST", "/auth/token", body, {"Content-Type": kind})
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())


def test_200_wrong_logins_from_one_address_leave_anothers_login_untouched(session_url, uli):
    def guess(_):
        return log_in_from(session_url, "127.0.0.2", "wrong")[0]

    with ThreadPoolExecutor(8) as clients:
        guesses = clients.map(guess, range(200))
        good = [log_in_from(session_url, "127.0.0.1")[0] for _ in range(10)]
        statuses = Counter(guesses)
    assert good == [200] * 10
    assert set(statuses) <= {401, 429, 503}
    assert 10 <= statuses[401] < 30
    assert log_in_from(session_url, "127.0.0.2")[0] == 429


def test_past_100_failures_an_hour_a_name_gets_in_where_it_was_before(session_url, services, uli):
    assert log_in_from(session_url, "127.0.0.1")[0] == 200
    for number in range(10):
        for _ in range(10):
            with pytest.raises(WrongLogin):
                services.logins.log_in("uli", "wrong", f"10.0.0.{number}")
    status, headers, body = log_in_from(session_url, "127.0.0.2")
    assert (status, body["code"]) == (429, "too_many_logins")
    assert 20 <= int(headers["Retry-After"]) <= 36
    assert log_in_from(session_url, "127.0.0.2", name="admin", password="changeme")[0] == 200
    assert log_in_from(session_url, "127.0.0.1")[0] == 200


@pytest.mark.parametrize("name", ["uli", "nobody"])
@pytest.mark.parametrize("form", [{}, {"grant_type": "password"}])
def test_too_many_failed_logins_are_429(session_url, uli, caplog, name, form):
    for _ in range(10):
        assert log_in_from(session_url, "127.0.0.2", "wrong", name, **form)[0] in (400, 401)
    caplog.clear()
    status, headers, body = log_in_from(session_url, "127.0.0.2", "secret", name, **form)
    assert (status, body["code"]) == (429, "too_many_logins")
    seconds = int(headers["Retry-After"])
    assert 15 <= seconds <= 30
    assert body["hint"] == f"Only failed logins count. Try again in {seconds} s."
    assert body.get("error") == ("temporarily_unavailable" if form else None)
    assert headers["Cache-Control"] == "no-store"
    [record] = [one for one in caplog.records if one.name == "bambleweeny.api.access.sessions"]
    assert record.getMessage() == f'login of "{name}" from 127.0.0.2 refused: too_many_logins'


def test_a_wrong_current_password_counts_as_a_failed_login(as_uli, http):
    for _ in range(10):
        wrong = as_uli.put("/auth/password", json={"current": "x", "password": "another"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "forbidden")
    for call in (
        lambda: as_uli.put("/auth/password", json={"current": "secret", "password": "another"}),
        lambda: http.post("/auth/token", json={"username": "uli", "password": "secret"}),
    ):
        answer = call()
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_logins")
        assert int(answer.headers["Retry-After"]) <= 30
    assert as_uli.get("/keys").ok
