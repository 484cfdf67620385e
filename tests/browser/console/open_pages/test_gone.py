"""What a page shows of a thing that is deleted elsewhere while it is open, and of one that does not exist."""

import json
from contextlib import suppress

import pytest
from bambleweeny.errors import NotFound

TITLE = "return document.title"


@pytest.fixture
def route(console):
    url = console.client.routes.set(
        {"name": "leaving", "rules": [{"name": "first", "answers": [{}]}]}
    ).url
    yield url
    with suppress(NotFound):
        console.client.routes.delete("leaving")


def missed(console):
    """Return what the browser has logged, without the 404 of what is gone."""
    return [line for line in console.complaints() if "404" not in line]


def test_a_bin_that_is_deleted_elsewhere_is_no_longer_offered(console):
    console.client.bins.set({"name": "leaving", "list": "hooks", "keep": "request"})
    console.open("inbox/leaving")
    console.find(".empty")
    console.click("#content button", "Edit")
    console.fill("dialog input[name=rate]", "7/s")
    console.client.bins.delete("leaving")
    console.click("dialog button.primary", "Save")
    console.find("dialog .problem", "was deleted elsewhere. Nothing is saved.")
    console.click("dialog button", "Cancel")
    console.find("#content .note", "deleted elsewhere")
    assert "list hooks" in console.find("#content .note").text
    console.gone("#content button", "Delete bin")
    console.gone(".tabs a", "Test request")
    assert missed(console) == []


@pytest.mark.usefixtures("route")
def test_a_route_that_is_deleted_elsewhere_keeps_its_draft_and_is_created_again(console):
    console.open("routes/leaving")
    draft = json.dumps({"name": "leaving", "rules": [{"name": "mine", "answers": [{}]}]})
    console.fill(".halves .editor textarea", draft)
    console.client.routes.delete("leaving")
    console.chord("s")
    console.find("#content .note", "deleted elsewhere")
    console.gone("#content .problem")
    assert console.run("return document.querySelector('.editor textarea').value") == draft
    console.click("#content .note button", "Create it again")
    console.find(".message", "created")
    console.gone("#content .note", "deleted elsewhere")
    assert console.client.routes.get("leaving")["rules"][0]["name"] == "mine"
    assert missed(console) == []


def test_a_user_who_is_deleted_elsewhere_is_named_as_gone(console):
    user = console.client.users.create("leaver", "leaver-secret-1")
    console.open(f"users/{user}")
    console.find("h2", "leaver")
    console.until(lambda: console.run(TITLE).startswith("leaver"))
    console.client.users.delete(user)
    console.find("#content", "There is no such user")
    console.gone("#content button", "Act as")
    console.open("users")
    console.until(lambda: console.run(TITLE).startswith("Users"))
    assert missed(console) == []


def test_limits_that_change_elsewhere_are_shown_beside_a_draft(console):
    user = console.client.users.create("limited", "limited-secret-1")
    console.open(f"users/{user}")
    console.fill("input[name=rate]", "7/s")
    console.client.users.update(user, quota=55)
    console.until(lambda: console.find("input[name=quota]").get_attribute("value") == "55")
    assert console.find("input[name=rate]").get_attribute("value") == "7/s"
    console.click("form.limits button")
    console.find(".message", "Saved")
    console.open("users")
    console.find("#content .grid", "limited")
    console.client.users.delete(user)


def test_a_topic_that_is_deleted_elsewhere_is_named_as_gone(console):
    console.client.topics.publish("leaving", "hello")
    console.open("topics/leaving")
    console.find(".grid tbody .row", "hello")
    console.find("#content button", "Delete topic")
    console.client.topics.delete("leaving")
    console.find("#content .note", "was deleted")
    console.gone("#content button", "Delete topic")
    console.client.topics.publish("leaving", "again")
    console.gone("#content .note", "was deleted")
    console.client.topics.delete("leaving")


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("nowhere", "There is no such page"),
        ("inbox/nothing", "nothing"),
        ("routes/nothing", "nothing"),
        ("keys/a b", "a b"),
        ("users/99", "User 99"),
        ("users/abc", "User abc"),
    ],
)
def test_what_does_not_exist_is_in_the_title_of_the_window(console, address, title):
    console.open("lists")
    console.until(lambda: console.run(TITLE).startswith("Lists"))
    console.open(address)
    console.until(lambda: console.run(TITLE).startswith(title), console.run(TITLE))
    console.gone("#content button", "Try again")
    assert missed(console) == []
