"""The account in the console; the end of a session; where secrets are not."""

import re
from contextlib import contextmanager

import pytest
import requests
from bambleweeny import Client
from bambleweeny.errors import Unauthorized
from browser.consoles import Console
from selenium.webdriver.common.keys import Keys
from servers import Http, running

PASSWORD = "a good one"


@contextmanager
def another_server(console, *options):
    """Use the browser for another sandbox, with options."""
    with (
        running("sandbox", *options) as server,
        Client(server.url, username="admin", password="changeme") as client,
    ):
        other = Console(console.browser, server, client)
        yield other
        console.browser.get("about:blank")
    console.log_in()


def log_out_elsewhere(console):
    """End the session of the browser without its knowledge."""
    assert Http(console.server.url, console.token()).post("/auth/logout").status_code == 200


def log_in_again(console, password="changeme"):
    console.find(".again", "Your login has ended")
    console.type(".again input[name=password]", password + Keys.ENTER)
    console.gone(".again")
    assert all("401" in complaint for complaint in console.complaints())


def test_who_is_logged_in_and_until_when(console):
    console.open("account")
    facts = console.find(".facts").text
    assert "admin" in facts and "session" in facts and re.search(r"in (50|49) min", facts)
    console.find("h3", "Requests of 35 days")


def test_a_new_password_ends_other_sessions_and_keeps_this_one(console):
    console.client.users.create("uli", PASSWORD)
    other = console.server.token("uli", PASSWORD)
    console.log_in("uli", PASSWORD)
    console.open("account")
    console.type("input[name=current]", PASSWORD)
    console.type("input[name=next]", "a better one")
    console.type("input[name=again]", "another one")
    console.click("button", "Change the password")
    console.find(".problem", "These two differ.")
    console.fill("input[name=again]", "a better one")
    console.click("button", "Change the password")
    console.find(".message", "The password is changed")
    console.click("#pages a", "Keys")
    console.find("h1", "Keys")
    assert console.found("dialog") is None
    assert Http(console.server.url, other).get("/keys").status_code == 401
    assert Http(console.server.url, console.token()).get("/keys").status_code == 200
    assert console.found(".again") is None
    assert "a better one" not in console.stored() and PASSWORD not in console.stored()
    console.complaints()
    console.log_in()


def test_theme_language_and_shortcuts_are_kept(console):
    console.open("account")
    console.click("input[name=theme][value=dark]")
    assert console.run("return document.documentElement.dataset.theme") == "dark"
    console.type("select[name=language]", "Python")
    console.click("input[name=shortcuts]")
    console.open("tokens")
    console.find("a.button", "New token")
    console.press("n")
    console.browser.refresh()
    console.find("a.button", "New token")
    assert console.run("return document.documentElement.dataset.theme") == "dark"
    assert console.browser.current_url.endswith("#/tokens")
    console.open("account")
    console.click("input[name=shortcuts]")
    console.click("input[name=theme][value=system]")
    console.open("tokens")
    console.find("a.button", "New token")
    console.press("n")
    console.find("#new-title")


def test_a_token_that_no_header_can_have_is_not_accepted(console):
    console.open("account")
    console.run("sessionStorage.clear()")
    console.browser.refresh()
    console.click("button", "Use a token")
    console.type("input[name=token]", "b9y_\u200babc\u20ac" + Keys.ENTER)
    console.find(".problem", "The server does not accept this token.")
    console.log_in()


def test_logging_out_ends_the_session_on_the_server(console):
    token = console.token()
    console.open("account")
    console.click(".log-out")
    console.find("input[name=username]")
    console.until(lambda: Http(console.server.url, token).get("/keys").status_code == 401)
    assert token not in console.stored()
    console.log_in()


def test_the_next_user_of_a_tab_sees_no_call_and_no_error_of_the_one_before(console):
    console.client.users.create("ida", PASSWORD)
    console.client.keys.set("of:admin", "1")
    console.open("keys/of:admin")
    console.click("main button", "+1")
    # NOTE: an error of the logout has no place before the next login.
    console.run(
        "const sent = fetch; window.fetch = (url, ...rest) =>"
        " url.includes('logout') ? Promise.reject(new TypeError('unreachable')) : sent(url, ...rest)"
    )
    console.click("#pages a", "Account")
    console.click("header button", "Calls")
    console.find(".drawer .calls", "of:admin")
    console.click(".log-out")
    console.type("input[name=username]", "ida")
    console.type("input[name=password]", PASSWORD + Keys.ENTER)
    console.find("#pages", "Log out (ida)")
    console.click("header button", "Calls")
    console.find(".drawer", "appear as curl")
    assert console.found(".message") is None
    console.log_in()


def test_a_session_that_ends_amid_typing_keeps_the_draft(console):
    console.open("account")
    console.open("tokens/new?prefix=app:")
    console.fill(".token-form input", "kept")
    log_out_elsewhere(console)
    console.click(".token-form button.primary")
    log_in_again(console)
    console.find("#once-title", "kept")
    console.click("button", "I have copied it")


def test_the_login_form_is_above_a_modal_window(console):
    made = console.client.tokens.add("modal", ["keys:read"]).token
    console.open("account")
    console.open(f"tokens/{made.id}")
    console.click("button.danger", "Revoke")
    console.find("dialog.modal")
    log_out_elsewhere(console)
    console.run("document.dispatchEvent(new Event('visibilitychange'))")
    console.find("dialog.again")
    log_in_again(console)
    console.click("dialog.modal button.danger", "Revoke")
    console.find(".message", "The token modal is revoked")


def test_a_call_of_one_user_is_never_repeated_as_another(console):
    console.client.users.create("eva", PASSWORD)
    console.open("account")
    console.open("tokens/new?prefix=app:")
    log_out_elsewhere(console)
    console.click(".token-form button.primary")
    console.fill(".again input[name=username]", "eva")
    console.type(".again input[name=password]", PASSWORD + Keys.ENTER)
    console.find("#pages", "Log out (eva)")
    with Client(console.server.url, username="eva", password=PASSWORD) as eva:
        assert eva.tokens.list() == []
    console.complaints()
    console.log_in()


def test_a_session_that_ends_soon_asks_for_a_login(console):
    with another_server(console, "--token-expiry", "20s") as short:
        short.log_in()
        short.open("tokens/new?prefix=app:")
        short.fill(".token-form input", "kept")
        short.find(".again", "ends within 3 minutes")
        assert short.run("return document.activeElement.closest('.again')") is None
        first = short.token()
        short.type(".again input[name=password]", "changeme" + Keys.ENTER)
        short.until(lambda: short.token() != first)
        assert short.find(".token-form input").get_attribute("value") == "kept"
        short.complaints()


def test_no_url_and_no_log_has_the_token_and_no_storage_the_password(console):
    with another_server(console) as other:
        other.log_in()
        token = other.token()
        addresses = []
        for page in ("keys", "tokens", "users", "users/0", "audit", "account"):
            other.open(page)
            other.find("h1")
            addresses += [other.browser.current_url, *other.addresses()]
        assert len(addresses) > 20
        assert not [url for url in addresses if token in url or "changeme" in url]
        assert "changeme" not in other.stored()
    log = other.server.log
    assert "GET /tokens" in log
    assert token not in log and "changeme" not in log.replace("password changeme", "")


def test_a_named_token_shows_its_scopes_and_no_password_form(console):
    made = console.client.tokens.add("mine", ["keys:read:app:*"], ttl="1h")
    console.run("sessionStorage.clear()")
    console.browser.get(f"{console.server.url}/console?again")
    console.click("button", "Use a token")
    console.type("input[name=token]", made.text + Keys.ENTER)
    console.find("#pages")
    console.open("account")
    facts = console.find(".facts").text
    assert "keys:read:app:*" in facts and re.search(r"in (1 h|59 min)", facts)
    assert console.found("input[name=current]") is None
    console.click(".log-out")
    console.find("input[name=username]")
    assert requests.get(f"{console.server.url}/keys/app:x", headers={"Authorization": f"Bearer {made.text}"}, timeout=10).status_code == 404  # fmt: skip
    console.client.tokens.revoke(made.token.id)
    with Client(console.server.url, token=made.text) as gone, pytest.raises(Unauthorized):
        gone.get("app:x")
    console.log_in()


def test_it_fits_a_narrow_window(console):
    console.open("account")
    console.find("svg.traffic, h3")
    assert console.is_as_wide_as(320)
