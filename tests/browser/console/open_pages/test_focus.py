"""Where the focus is after what had it has left the page."""

import pytest
from browser.keys import clear
from selenium.webdriver.common.keys import Keys


@pytest.fixture(autouse=True)
def data(console):
    """A key and a list, and nothing else."""
    clear(console)
    console.client.set("app", "blue")
    console.client.lists.push("focus", "first")
    yield
    console.client.lists.delete("focus")


def focused(console):
    """Return the id of the element with the focus, or its name."""
    return console.run("return document.activeElement.id || document.activeElement.localName")


def in_content(console):
    console.until(lambda: focused(console) == "content", "the focus is in the page")


def enter(console, css, text):
    """Press Enter on a link."""
    console.run("arguments[0].focus()", console.find(css, text))
    console.press(Keys.ENTER)


def test_a_key_that_is_opened_and_left_by_keyboard_has_the_focus(console):
    console.open("keys")
    enter(console, "a.opens", "app")
    console.find("h1", "app")
    in_content(console)
    enter(console, "#content button", "Copy")
    console.browser.back()
    console.find("h1", "Keys")
    in_content(console)


def test_a_deleted_key_leaves_the_focus_in_the_page(console):
    console.open("keys/app")
    enter(console, "#content button.danger", "Delete")
    enter(console, "dialog button.danger", "Delete")
    console.find("h1", "Keys")
    in_content(console)


def test_a_leased_item_leaves_the_focus_in_the_page(console):
    console.open("lists/focus")
    enter(console, "#content button", "Lease one")
    console.find(".beside .badge", "Leased")
    in_content(console)


def test_who_clicks_beside_everything_has_not_lost_the_focus(console):
    console.open("keys/app")
    console.run("arguments[0].focus()", console.find("#content button", "Copy"))
    console.run("document.activeElement.blur()")
    console.client.set("app", "red")
    console.find("#content pre, #content .code", "red")
    assert focused(console) == "body"
