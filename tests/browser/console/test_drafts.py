"""Drafts of the console: nothing that is typed is dropped unasked."""

import pytest
from selenium.webdriver.common.keys import Keys

NAME = "draft"
EDITOR = ".halves .editor textarea"


@pytest.fixture(autouse=True)
def no_draft(console):
    """Leave no draft and no dialog of the test before."""
    yield
    while console.found("dialog[open]"):
        console.press(Keys.ESCAPE)
        if console.found("dialog[open] footer button.danger", "Drop it"):
            console.click("dialog[open] footer button.danger", "Drop it")
    console.run("location.hash = '#/home'")
    console.until(lambda: console.found("dialog[open]") or console.found("h1", "Home"))
    if console.found("dialog[open]"):
        console.click("dialog[open] footer button.danger", "Leave")
    console.find("h1", "Home")


@pytest.fixture
def user(console):
    """Return the id of another user."""
    made = console.client.users.create("other", "the password")
    yield made
    console.client.users.delete(made)


@pytest.fixture
def edited_route(console):
    """Show a route with a draft."""
    console.client.routes.set({"name": NAME, "rules": [{"path": "/a"}]})
    console.open(f"routes/{NAME}")
    console.find(EDITOR).send_keys(" ")
    console.find(".badge", "not saved")
    yield
    console.client.routes.delete(NAME)


def is_asked(console):
    """Return whether something asks before it leaves; the answer is to stay."""
    console.find("dialog h2", "Leave without saving?")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")
    return True


def unloads(console):
    return console.run("return dispatchEvent(new Event('beforeunload', { cancelable: true }))")


def test_a_draft_of_a_route_is_not_left_unasked(console, edited_route):
    assert not unloads(console)
    for act in (
        lambda: console.click("#pages a", "Keys"),
        lambda: console.click("#pages button", "Log out"),
        lambda: console.click("a.up"),
    ):
        act()
        assert is_asked(console)
        assert console.find(EDITOR).get_attribute("value").endswith(" ")
    console.click(".halves button", "Discard")
    assert unloads(console)
    console.click("#pages a", "Keys")
    console.find("h1", "Keys")


def test_acting_for_another_user_asks_before_a_draft_is_dropped(console, user):
    console.open(f"users/{user}")
    console.fill("input[name=quota]", "7")
    console.click("button", "Act as")
    assert is_asked(console)
    assert console.find("input[name=quota]").get_attribute("value") == "7"
    console.type("input[name=quota]", Keys.BACKSPACE)
    console.type("input[name=quota]", "100")
    console.click("button", "Act as")
    console.click("dialog button.danger", "Leave")
    console.find(".acting")
    console.find("h1", "Keys")
    console.client.set(NAME, "1")
    console.open("tokens/new")
    console.type(".token-form input", "x")
    console.click(".acting button", "Stop acting")
    assert is_asked(console)
    assert console.found(".acting")
    console.fill(".token-form input", Keys.DELETE)
    console.click(".acting button", "Stop acting")
    console.gone(".acting")
    console.gone("dialog")


@pytest.mark.parametrize(
    ("address", "button", "field"),
    [
        ("keys", "New key", "textarea"),
        ("lists/jobs", "Push", "textarea"),
        ("lists/jobs", "Policy", "input[name=lease]"),
        ("topics", "New topic", "textarea"),
        ("inbox", "New bin", "input[name=name]"),
        ("routes", "New route", ".editor textarea"),
    ],
)
def test_escape_drops_no_filled_form(console, address, button, field):
    console.open(address)
    console.click("main button", button)
    console.find(f"dialog {field}")
    console.press(Keys.ESCAPE)
    console.gone("dialog")
    console.click("main button", button)
    console.type(f"dialog {field}", "1m")
    assert not unloads(console)
    for close in (
        lambda: console.press(Keys.ESCAPE),
        lambda: console.press(Keys.ESCAPE),
        lambda: console.click("dialog header button"),
    ):
        close()
        console.find("dialog h2", "Close without saving?")
        console.press(Keys.ESCAPE)
        console.gone("dialog h2", "Close without saving?")
        assert "1m" in console.find(f"dialog {field}").get_attribute("value")
    console.press(Keys.ESCAPE)
    console.click("dialog button.danger", "Drop it")
    console.gone("dialog")
    assert unloads(console)


def test_a_form_that_is_sent_or_taken_back_asks_nothing(console):
    console.open("users/new")
    console.type("input[name=new-user]", "made")
    assert not unloads(console)
    console.click("main button.primary", "Add the user")
    console.find("main .once")
    console.gone("dialog")
    console.client.users.delete(
        next(one.id for one in console.client.users.list() if one.username == "made")
    )
    console.open("inbox")
    console.click("main button", "New bin")
    console.fill("dialog input[name=name]", NAME)
    console.click("dialog button.primary")
    console.find(".url code")
    console.gone("dialog")
    console.client.bins.delete(NAME)
