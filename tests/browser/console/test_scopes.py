"""What a named token sees of the console: the pages and buttons that its scopes allow."""

import pytest

BUTTONS = ("New", "Upload", "Edit", "Delete", "Import", "Replace", "Change", "Pause", "Push", "Publish", "Reset")  # fmt: skip


@pytest.fixture
def named(console):
    """Log in with a token that has these scopes; afterwards as the admin again."""
    client = console.client
    client.set("app:color", "blue")
    client.set("app:count", "7")
    client.set("other", "1")
    client.push("jobs", "1")
    client.topics.publish("news", "1")
    client.bins.set({"list": "hooks", "name": "gh"})
    client.routes.set({"key": "app:color", "name": "paint", "content_type": "text/plain"})

    def log_in(*scopes):
        made = client.tokens.add("colleague", scopes)
        console.run("sessionStorage.clear()")
        console.browser.get(f"{console.server.url}/console")
        console.click("button", "Use a token")
        console.type("input[name=token]", f"{made.text}\n")
        console.find("#pages")
        return made.token

    yield log_in
    console.log_in()


def buttons(console):
    """Return the buttons of the page that change something."""
    shown = console.browser.find_elements("css selector", "#content button")
    return [one.text for one in shown if one.text.startswith(BUTTONS)]


def test_a_token_for_a_prefix_begins_with_it(console, named):
    named("keys:read:app:*", "keys:read:other")
    console.open("keys/d:a")
    console.find("#content h1", "d:a")
    console.find("#content .note", "Your token may use only:")
    assert not console.found("#content .problem")
    assert "token colleague of admin" in console.find("#pages", "Log out").text
    console.open("keys")
    console.find("#content .opens", "app:color")
    assert console.run("return document.querySelector('#content .filter').value") == "app:"
    assert buttons(console) == []
    console.click("#content .note a", "other")
    console.find("#content h1", "other")
    console.gone("#content .loading")
    assert buttons(console) == []


def test_home_offers_what_the_token_may_do(console, named):
    named("keys:read:app:*")
    console.open("home")
    console.find("#content", "All data of admin")
    assert console.found(".card") is None
    links = console.browser.find_elements("css selector", ".figures a")
    assert [link.text for link in links] == ["Keys"]
    assert console.find("#content .note a").text == "app:*"
    assert "app:* (read)" in console.find("#content .note").text
    pages = [one.text for one in console.browser.find_elements("css selector", "#pages a")]
    assert pages == ["Home", "Keys", "Account", "Guide", "API reference"]


def test_a_token_that_reads_sees_no_button_that_changes(console, named):
    named("read")
    for address in ("keys", "keys/app:count", "lists", "lists/jobs", "topics", "topics/news", "routes", "routes/paint", "inbox", "inbox/gh", "data"):  # fmt: skip
        console.open(address)
        console.find("#content h1")
        console.gone("#content .loading")
        allowed = ["Pause view"] if address == "topics/news" else []
        assert [one for one in buttons(console) if one not in allowed] == [], address
        assert console.found("#content .problem") is None, address


def test_a_token_that_writes_sees_them_where_it_may(console, named):
    named("keys:read", "keys:write:app:*")
    console.open("keys/app:color")
    console.find("#content button", "Edit")
    console.open("keys/other")
    console.find("#content h1", "other")
    console.find("#content button", "Download")
    assert buttons(console) == []
    console.open("keys")
    console.find("#content button", "New key")
    assert console.found("#content button", "Delete all") is None
    console.open("keys?prefix=app:")
    console.find("#content button", "Delete all of app:")


def test_a_token_that_reads_the_server_may_not_save(console, named):
    named("server:read")
    console.open("server")
    console.find("#content .figures", "Ready")
    assert console.found("#content button", "Write all data") is None


def test_a_page_that_the_token_may_not_use_says_that(console, named):
    named("keys:read:app:*", "keys:write:app:*")
    console.open("keys")
    console.find("#content .note", "app:* (read and write)")
    for page in ("lists", "inbox", "users"):
        console.open(page)
        console.find("h1", "Your token may not use this page.")
    console.open("nothing")
    console.find("h1", "There is no such page.")
