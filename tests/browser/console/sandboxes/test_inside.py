"""The console with the token of a sandbox: it shows where it is, and only what works there."""

import pytest
from bambleweeny import Client
from browser.conftest import browsing
from browser.consoles import Console
from selenium.webdriver.common.keys import Keys
from servers import running

SEED = '{"key": {"name": "price", "value": "5"}}\n'


@pytest.fixture
def sandbox(console, create):
    """A sandbox whose token the tab has."""
    found = create(SEED, name="shop")
    console.browser.get(f"{console.server.url}/console")
    console.run("sessionStorage.clear()")
    console.browser.refresh()
    console.click("button", "Use a token")
    console.type("input[name=token]", found.token + Keys.ENTER)
    console.find(".acting", "You are in the sandbox shop")
    yield found
    console.log_in()


def test_only_pages_that_work_are_shown(console, sandbox):
    pages = console.find("#pages").text
    assert {"Keys", "Lists", "Routes", "Bins", "Account"} <= set(pages.split())
    assert "This sandbox" in pages and "Export and import" in pages
    assert not {"Tokens", "Users", "Audit", "Server", "Sandboxes"} & set(pages.split())
    for address in ("home", "keys", "lists", "topics", "inbox", "routes", "data", "account"):
        console.open(address)
        console.find("#content h1")
        console.gone("#content .loading")
        assert console.found("#content .problem") is None, address
    console.open("users")
    console.find("h1", "There is no such page")


def test_a_page_of_the_sandbox_shows_its_data_and_a_reset_at_once(console, sandbox):
    console.open("keys/price")
    console.find("#content", "5")
    sandbox.client().set("price", "777")
    console.find("#content .body-view, #content pre, #content .code", "777")
    console.click(".acting button", "Reset")
    console.click("dialog button.danger", "Reset")
    console.gone("#content pre, #content .code", "777")
    assert sandbox.client().get("price") == b"5"


def test_the_line_on_top_takes_a_snapshot(console, sandbox):
    console.open("home")
    console.click(".acting button", "Take a snapshot")
    console.type("dialog input[name=snapshot]", "paid" + Keys.ENTER)
    console.find(".message", "The snapshot paid is taken")
    console.open("sandboxes")
    console.find(".snapshots", "paid")
    assert console.found("#content a.button", "Duplicate") is None
    assert console.client.sandboxes.get(sandbox.id).snapshots == ("paid",)


def test_a_sandbox_that_is_deleted_elsewhere_does_not_count_down_any_more(console, sandbox):
    console.open("sandboxes")
    console.find("#content time", "in ")
    sandbox.delete()
    console.find(".acting", "The sandbox shop")
    console.find(".acting", "has ended")
    console.gone(".acting time, #content time")
    console.gone(".acting button")
    console.run("sessionStorage.clear()")
    console.browser.get(f"{console.server.url}/docs")
    assert all("401" in line for line in console.complaints())


def test_a_deleted_sandbox_leaves_the_login_page(console, sandbox):
    console.open("sandboxes")
    console.click("#content button.danger", "Delete")
    console.click("dialog button.danger", "Delete")
    console.find(".login-page")
    assert console.client.sandboxes.list() == []


def test_an_ended_sandbox_is_named_in_the_login_form(console, sandbox):
    console.open("keys")
    console.find("#content h1")
    sandbox.delete()
    console.browser.refresh()
    console.find(".again", "This sandbox has ended")
    assert console.find(".again").text.count("Log out") == 1
    assert any("401" in one for one in console.complaints())
    console.run("sessionStorage.clear()")
    console.browser.get(f"{console.server.url}/docs")
    console.complaints()


def test_it_opens_in_another_tab_and_the_own_login_stays(console):
    console.open("sandboxes/new")
    console.type("input[name=sandbox]", "beside" + Keys.ENTER)
    token, own = console.find(".token-text").text, console.token()
    browser, first = console.browser, console.browser.current_window_handle
    console.click("button", "Open this sandbox")
    [second] = console.until(lambda: set(browser.window_handles) - {first})
    assert console.token() == own
    browser.switch_to.window(second)
    try:
        console.find(".acting", "You are in the sandbox beside")
        assert console.token() == token
        assert token not in browser.current_url
        assert not any(token in one for one in console.addresses())
        assert console.run("return window.opener") is None
        console.open("sandboxes")
        console.find("#facts-title", "beside")
        assert console.complaints() == []
    finally:
        browser.close()
        browser.switch_to.window(first)
    assert console.token() == own
    console.click("button", "I have copied it")
    console.click("#content button.danger", "Delete")
    console.click("dialog button.danger", "Delete")
    console.find(".empty")


def test_an_admin_makes_one_for_a_user(console):
    ada = console.client.users.create("ada", "ada-secret-1")
    console.open(f"users/{ada}")
    console.click("button", "Act as this user")
    console.click("#pages a", "Sandboxes")
    console.click("button", "Run it here")
    console.find(".token-text")
    console.click("button", "I have copied it")
    console.find("#facts-title", "first")
    [found] = console.client.sandboxes.list(userid=ada)
    assert found.name == "first"
    assert console.client.sandboxes.list() == []
    console.open("home")
    console.find("#content h1", "Home")
    console.click(".acting button", "Stop acting")
    console.gone(".acting")
    console.client.users.delete(ada)


def test_too_many_are_refused_with_a_hint(tmp_path):
    with (
        running("sandbox", BAMBLEWEENY_LOG_LEVEL="warning", BAMBLEWEENY_MAX_SANDBOXES="1") as server,
        Client(server.url, username="admin", password="changeme") as client,
        browsing(tmp_path) as browser,
    ):  # fmt: skip
        console = Console(browser, server, client)
        console.log_in()
        client.sandboxes.create()
        console.open("sandboxes/new")
        console.click(".token-form button.primary")
        console.find(".problem", "as many sandboxes as allowed")
        console.find(".problem", "--max-sandboxes")
