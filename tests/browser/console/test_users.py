"""Users in the console: to add, invite, limit, act as and delete them."""

import pytest
from bambleweeny import Client
from bambleweeny.errors import NotFound, WrongLogin
from selenium.webdriver.common.keys import Keys

XSS = '<img src=x onerror="window.xss=1">\'`${1}'
PASSWORD = "a good one"


@pytest.fixture
def user(console):
    """A user with two keys; deleted in the end."""
    user = console.client.users.create("uli", PASSWORD, quota=10)
    with Client(console.server.url, username="uli", password=PASSWORD) as client:
        client.set("a", "1")
        client.set("b", "2")
    yield user
    for one in console.client.users.list():
        if one.id:
            console.client.users.delete(one.id)


def opened(console, address):
    console.open("account")
    console.find("#who-title")
    console.open(address)


def test_an_invited_user_sets_a_password_by_the_link(console, user):
    opened(console, "users")
    console.click("a.button", "New user")
    console.type("input[name=new-user]", "eva")
    console.click("button", "Add the user")
    link, line = console.find(".of-link").text, console.find(".of-line").text
    code = link.partition("=")[2].partition("&")[0]
    assert line == f"bambleweeny accept {code} --url {console.server.url}"
    console.click("button", "I have copied it")
    console.find("a.opens", "eva")
    assert code not in console.browser.page_source
    console.browser.get("about:blank")
    console.browser.get(link)
    assert code not in console.browser.current_url
    console.find("h1", "Welcome to Bambleweeny, eva")
    assert console.found("main", "'admin'") is None
    console.type("input[name=password]", PASSWORD + Keys.ENTER)
    console.find("#pages", "Log out (eva)")
    assert PASSWORD not in console.stored()
    assert code not in console.stored()
    with Client(console.server.url, username="eva", password=PASSWORD) as eva:
        assert eva.tokens.test()["user"] == "eva"
    console.log_in()


def test_a_user_with_a_password_and_limits(console, user):
    opened(console, "users/new")
    console.type("input[name=new-user]", "ann")
    console.click("input[value=password]")
    console.type("input[name=new-password]", PASSWORD)
    console.click("summary")
    console.type("input[name=max_bytes]", "64mb")
    console.type("input[name=rate]", "50/s")
    console.click("button", "Add the user")
    console.find("a.opens", "ann")
    ann = next(one for one in console.client.users.list() if one.username == "ann")
    assert (ann.max_bytes, ann.rate) == (64 << 20, "50/s")


def test_limits_are_changed_and_taken_away(console, user):
    opened(console, f"users/{user}")
    console.fill("input[name=quota]", "2")
    console.fill("input[name=max_value]", "1mb")
    console.click(".limits button.primary")
    console.until(lambda: console.client.users.get(user).max_value == 1 << 20)
    console.until(lambda: console.find("input[name=max_value]").get_attribute("value") == "1mb")
    console.find(".share", "2 of 2")
    console.fill("input[name=max_value]", Keys.BACKSPACE)
    console.click(".limits button.primary")
    console.until(lambda: console.client.users.get(user).max_value == 0)
    console.until(lambda: not console.find(".limits button.primary").is_enabled())
    assert console.client.users.get(user).quota == 2


def test_role_password_and_reset_code(console, user):
    opened(console, f"users/{user}")
    console.click("button", "Make an admin")
    console.click("dialog button.danger", "Make an admin")
    console.find("button", "Make a plain user")
    assert console.client.users.get(user).role == "admin"
    console.type(".new-password input[name=password]", "another one")
    console.click("button", "Set password")
    console.find(".message", "The password of uli is set")
    with Client(console.server.url, username="uli", password=PASSWORD) as old:
        with pytest.raises(WrongLogin):
            old.get("a")
    console.click("button", "Make a reset code")
    code = console.find(".of-code").text
    assert console.client.users.accept(code, "a third one")


def test_a_limit_that_is_typed_stays_when_the_role_changes_and_is_not_left_unasked(console, user):
    opened(console, f"users/{user}")
    console.fill("input[name=quota]", "7")
    console.click("button", "Make an admin")
    console.click("dialog button.danger", "Make an admin")
    console.find("button", "Make a plain user")
    assert console.find("input[name=quota]").get_attribute("value") == "7"
    console.click("button", "Make a reset code")
    console.find("dialog", "Leave without saving?")
    console.click("dialog button", "Cancel")
    console.gone("dialog")
    assert console.found(".of-code") is None
    console.click(".limits button.primary")
    console.until(lambda: console.client.users.get(user).quota == 7)


def test_the_list_shows_usage_of_the_rows_in_view(console, user):
    opened(console, "users")
    console.find("a.opens", "uli")
    console.click("label.check", "Show usage")
    console.find("td", "2, ")


def test_acting_shows_a_banner_and_the_data_of_the_user(console, user):
    opened(console, f"users/{user}")
    console.click("button", "Act as this user")
    console.find(".acting", "You act as uli")
    console.browser.refresh()
    console.find(".acting", "You act as uli")
    console.find("a.opens", "a")
    assert console.browser.current_url.endswith("#/keys")
    console.client.users.delete(user)
    console.click("button", "Stop acting")
    console.gone(".acting")
    console.complaints()


def test_a_user_is_deleted_after_its_name_is_typed(console, user):
    opened(console, f"users/{user}")
    console.find(".share", "2 of 10")
    console.click("button", "Delete this user")
    assert "2 keys" in console.find("dialog p").text
    assert not console.find("dialog button.danger").is_enabled()
    console.type("dialog input", "uli")
    console.click("dialog button.danger")
    console.find(".message", "uli is deleted")
    with pytest.raises(NotFound):
        console.client.users.get(user)


def test_traffic_is_a_chart_and_a_table(console, user):
    opened(console, "users/0")
    for _ in range(3):
        console.client.tokens.test()
    opened(console, "users/0")
    console.until(lambda: _has_traffic(console), "the counts of a worker")
    label = console.find("svg.traffic").get_attribute("aria-label")
    assert "requests in 35 days" in label
    assert console.run("return document.querySelectorAll('.hidden td').length") == 5


def _has_traffic(console):
    """Open the page again, since counts are stored every ten seconds."""
    opened(console, "users/0")
    console.find("#limits-title")
    console.until(lambda: console.found("h3", "Requests"))
    return console.found("svg.traffic")


def test_a_name_that_is_refused_is_only_text(console, user):
    opened(console, "users/new")
    console.type("input[name=new-user]", XSS)
    console.click("button", "Add the user")
    console.find(".problem", "User name is invalid.")
    assert console.run("return window.xss") is None
    assert "400" in console.complaints()[0]


@pytest.mark.parametrize("address", ["users", "users/new", "users/0"])
def test_it_fits_a_narrow_window(console, user, address):
    console.client.users.create("n" * 60, PASSWORD)
    opened(console, address)
    console.find("h1", "Users")
    console.find(".card h2, a.opens")
    assert console.is_as_wide_as(320)


def test_a_plain_user_has_no_page_of_admins(console, user):
    console.log_in("uli", PASSWORD)
    pages = console.find("#pages").text.split()
    assert "Keys" in pages
    assert not {"Users", "Server"} & set(pages)
    for address in ("users", "users/new", "users/0", "server"):
        opened(console, address)
        console.find("h1", "There is no such page.")
    opened(console, "audit")
    console.find("[role=row], tr", "login")
    paths = {url.removeprefix(console.server.url).split("?")[0] for url in console.addresses()}
    assert "/audit" in paths
    assert not [path for path in paths if path.startswith(("/users", "/config", "/info", "/save"))]
    assert console.found(".filters label", "User") is None
    console.log_in()


def test_a_code_is_not_left_unasked(console, user):
    opened(console, "users/new")
    console.type("input[name=new-user]", "ivy")
    console.click("button", "Add the user")
    console.find(".of-link")
    console.click("#pages a", "Keys")
    console.find("dialog", "It is not shown again. Leave?")
    console.press(Keys.ENTER)
    console.gone("dialog")
    assert console.found(".of-link")
    console.click("#pages a", "Keys")
    console.click("dialog button", "Leave")
    console.find("h1", "Keys")


def test_a_new_user_may_be_a_token_instead_or_nobody(console):
    opened(console, "users/new")
    console.click(".card a", "Give a colleague a prefix")
    console.find("h2", "Give a colleague a prefix")
    console.click(".token-form a", "Cancel")
    console.find("a.button", "New token")
    opened(console, "users/new")
    console.click(".card footer a", "Cancel")
    console.find("a.button", "New user")


def test_a_refused_limit_names_its_field(console, user):
    console.client.users.update(user, max_bytes="64kb")
    opened(console, "users")
    console.find("td", "Bytes of all data: 64kb")
    console.click("a.opens", "uli")
    console.fill("input[name=quota]", "-5")
    console.click("form.limits button")
    console.find(
        "form.limits .problem", "'Keys, lists, topics, routes and bins' must be a whole number"
    )
    console.fill("input[name=quota]", "10")
    assert all("400" in line for line in console.complaints())


def test_a_user_that_was_added_is_there_on_the_way_back(console, user):
    opened(console, "users/new")
    console.type("input[name=new-user]", "ida")
    console.click("button", "Add the user")
    console.click("button", "I have copied it")
    console.find("a.opens", "ida")
    console.browser.back()
    console.find("h2", "ida")
    assert console.found("input[name=new-user]") is None
