"""Named tokens in the console: to make, change, rotate and revoke them."""

import pytest
from bambleweeny import Client
from bambleweeny.errors import InsufficientScope, Unauthorized
from selenium.webdriver.common.keys import Keys

XSS = '<img src=x onerror="window.xss=1">\'`${1}'


@pytest.fixture(autouse=True)
def no_token(console):
    console.client.tokens.revoke_all()


def text_of_new(console):
    """Return the text of the token that is shown once, and leave it."""
    text = console.find(".token-text").text
    console.click("button", "I have copied it")
    console.gone(".token-text")
    return text


def opened(console, token_id):
    console.open("tokens")
    console.open(f"tokens/{token_id}")
    console.find("#edit-title")


def test_a_colleague_gets_a_prefix(console):
    console.client.set("app:color", "blue")
    console.client.set("private", "secret")
    console.open("tokens")
    console.click("a.button", "Give a colleague a prefix")
    console.until(lambda: "app:" in console.run("return [...document.querySelectorAll('.asked option')].map(({value}) => value)"))  # fmt: skip
    console.find(".token-form .note", "Enter the prefix that the token may read.")
    console.type(".asked input", "app:")
    assert "read keys that begin with app:" in console.find(".token-form .note").text
    console.press(Keys.ENTER)
    text = text_of_new(console)
    console.find("a.opens", "colleague")
    assert text not in console.browser.page_source
    assert text not in console.stored()
    with Client(console.server.url, token=text) as colleague:
        assert colleague.get("app:color") == b"blue"
        with pytest.raises(InsufficientScope):
            colleague.get("private")
        with pytest.raises(InsufficientScope):
            colleague.set("app:color", "red")


def test_a_new_token_says_how_it_is_used(console):
    console.open("keys")
    console.open("tokens/new?prefix=app:")
    console.click(".token-form button.primary")
    shown = console.find(".once").text
    assert "$TOKEN" in shown
    assert f"bambleweeny login {console.server.url} --token -" in shown
    console.click("button", "I have copied it")


def test_scopes_are_picked(console):
    console.open("tokens")
    console.click("a.button", "New token")
    console.type(".token-form input", "ci")
    console.run(
        "const select = [...document.querySelectorAll('.token-form select')].at(-1);"
        "select.value = 'own'; select.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    console.type(".scope label:nth-of-type(1) select", "lists")
    console.type(".scope label:nth-of-type(2) select", "push")
    console.type(".scope label:nth-of-type(3) select", "the one")
    console.type(".scope .grow input", "jobs")
    console.find(".token-form .note", "push to the list jobs")
    console.find(".token-form .note", "?token=")
    console.click(".token-form button.primary")
    text_of_new(console)
    [token] = console.client.tokens.list()
    assert (token.name, list(token.scopes)) == ("ci", ["lists:push:jobs"])


def test_a_time_beyond_all_dates_leaves_the_form(console):
    console.open("tokens/new")
    console.type(".token-form input", "ci")
    console.run(
        "const select = document.querySelector('.token-form select');"
        "select.value = 'own'; select.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    console.type(".token-form input[aria-describedby=about-span]", "999999999d")
    console.fill(".token-form .asked input", "app:")
    console.click(".token-form button.primary")
    console.find(".token-form .problem", "ttl")
    assert console.find(".token-form input").get_attribute("value") == "ci"
    assert "400" in console.complaints()[0]


def test_only_what_has_changed_is_sent(console):
    made = console.client.tokens.add("ci", ["keys:read:app:*"], ttl="1d", rate="10/s").token
    opened(console, made.id)
    assert not console.find(".token-form button.primary").is_enabled()
    console.fill(".scope .grow input", "shop:")
    console.click(".token-form button.primary")
    console.find(".message", "The token is changed")
    [token] = console.client.tokens.list()
    assert list(token.scopes) == ["keys:read:shop:*"]
    assert (token.name, token.expires, token.rate) == ("ci", made.expires, "10/s")


def test_a_rotation_keeps_the_old_text_for_its_overlap(console):
    made = console.client.tokens.add("ci", ["keys:read"])
    opened(console, made.token.id)
    console.click("button", "Rotate")
    console.click("dialog button", "Rotate")
    text = text_of_new(console)
    for one in (made.text, text):
        with Client(console.server.url, token=one) as client:
            assert client.keys.list() is not None
    assert text != made.text


def test_tokens_are_revoked_one_by_one_and_together(console):
    texts = [console.client.tokens.add(name, ["keys:read"]).text for name in ("a", "b", "c")]
    opened(console, texts[0].split("_")[2])
    console.click("button.danger", "Revoke")
    console.click("dialog button.danger", "Revoke")
    console.find("a.opens", "b")
    console.gone("a.opens", "a")
    console.click("button.danger", "Revoke all")
    assert not console.find("dialog button.danger").is_enabled()
    console.type("dialog input", "revoke all")
    console.click("dialog button.danger")
    console.find(".empty")
    assert console.client.tokens.list() == []
    with Client(console.server.url, token=texts[2]) as client, pytest.raises(Unauthorized):
        client.get("a")


def test_a_changed_form_is_not_left_unasked_by_a_rotation_and_not_asked_for_after_its_end(console):
    made = console.client.tokens.add("ci", ["keys:read"]).token
    opened(console, made.id)
    console.fill(".token-form input", "edited")
    console.click("button", "Rotate")
    console.find("dialog", "Leave without saving?")
    console.click("dialog button", "Cancel")
    console.gone("dialog")
    assert console.find(".token-form input").get_attribute("value") == "edited"
    console.click("button.danger", "Revoke")
    console.click("dialog button.danger", "Revoke")
    console.find(".empty")
    assert console.found("dialog") is None
    assert console.client.tokens.list() == []


def test_the_list_rounds_the_time_that_is_left(console):
    console.client.tokens.add("week", ["keys:read"], ttl="7d")
    console.open("account")
    console.open("tokens")
    console.find("td", "in 7 days")
    assert "up to a minute late" in console.run(
        "return document.querySelector('thead').textContent"
    )


def test_the_name_of_a_token_is_only_text(console):
    made = console.client.tokens.add(XSS, ["keys:read"]).token
    opened(console, made.id)
    assert XSS in console.find("#facts-title").text
    console.open("tokens")
    console.find("a.opens", XSS)
    assert console.run("return window.xss") is None


@pytest.mark.parametrize("address", ["tokens", "tokens/new", "tokens/ID"])
def test_it_fits_a_narrow_window(console, address):
    made = console.client.tokens.add("n" * 64, ["keys:read:app:*", "lists:push:jobs"]).token
    console.open("tokens")
    console.open(address.replace("ID", made.id))
    console.find("h1", "Tokens")
    console.find(".token-form" if "/" in address else "a.opens")
    assert console.is_as_wide_as(320)


def test_a_named_token_sees_only_what_it_may(console):
    scopes = ["keys:read:app:*", "tokens:write"]
    own = console.client.tokens.add("own", scopes)
    console.client.tokens.add("everything", ["read", "write"])
    console.run("sessionStorage.clear()")
    console.browser.get(f"{console.server.url}/console?again")
    console.click("button", "Use a token")
    console.type("input[name=token]", own.text + Keys.ENTER)
    console.find("#pages")
    pages = console.find("#pages").text
    assert "Keys" in pages and "Tokens" in pages
    assert not {"Lists", "Routes", "Users", "Audit", "Server"} & set(pages.split())
    console.open("tokens")
    console.find("a.opens", "own")
    assert console.found("a.opens", "everything") is None
    console.open("tokens/new")
    console.find(".token-form")
    offered = console.run("return [...document.querySelectorAll('.token-form option')].map(({value}) => value)")  # fmt: skip
    assert "read" in offered
    assert not {"all", "write", "worker"} & set(offered)
    console.log_in()


def test_a_token_that_was_copied_is_there_on_the_way_back(console):
    console.open("tokens")
    console.open("tokens/new?prefix=app:")
    console.click(".token-form button.primary")
    console.click("button", "I have copied it")
    console.find("a.opens")
    console.browser.back()
    console.find("h2#facts-title", "colleague")
    assert console.found("h2#new-title") is None
