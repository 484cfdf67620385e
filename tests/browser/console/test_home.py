"""The first page: five things to make, by the keyboard alone, and what happens now."""

import json
import subprocess

import requests
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

CARDS = {"key": "/keys/hello", "queue": "/lists/jobs", "webhook": "/bins", "mock": "/routes", "topic": "/topics/news"}  # fmt: skip
MOST_STOPS = 120


def tab_to(console, css):
    """Press Tab until an element has the focus."""
    for _ in range(MOST_STOPS):
        console.press(Keys.TAB)
        if console.run("return document.activeElement.matches(arguments[0])", css):
            return
    raise AssertionError(f"Tab does not reach {css}")


def test_five_cards_by_keyboard_alone(console):
    console.open("home")
    console.browser.refresh()
    for name in CARDS:
        card = f"[aria-labelledby=card-{name}]"
        console.find(card)
        assert console.found(f"{card} .badge") is None
        tab_to(console, f"{card} .snippet .primary")
        console.press(Keys.ENTER)
        console.find(f"{card} .badge", "Done")
        if name in ("webhook", "mock"):
            tab_to(console, f"{card} [role=status] button:last-of-type")
            console.press(Keys.ENTER)
            console.find(card, "The server answered 200")
    client = console.client
    assert client.get("hello").text() == "world"
    assert [item.value.json() for item in client.lists.items("jobs")] == [{"resize": "photo-1.jpg"}]
    assert client.lists.stats("hooks")["ready"] == 1
    assert requests.get(f"{client.routes.list()[0].url}/users/8", timeout=10).json() == {
        "id": 8,
        "name": "Ada",
    }
    assert [message.value.text() for message in client.topics.read("news", since="all")] == [
        "hello"
    ]
    tab_to(console, "[aria-labelledby=card-topic] p a")
    console.press(Keys.ENTER)
    console.until(lambda: console.browser.current_url.endswith("#/topics/news"))


def test_a_card_that_is_done_can_be_run_again(console):
    console.open("home")
    for name in CARDS:
        card = f"[aria-labelledby=card-{name}]"
        console.click(f"{card} summary")
        console.click(f"{card} .snippet .primary", "Run it again")
        console.find(f"{card} [role=status] p")
        if name in ("webhook", "mock"):
            console.find(".message", "hello exists already.")
    assert console.found(".message.error") is None
    assert any("409" in line for line in console.complaints())


def test_steps_that_are_done_are_folded_below_the_events(console):
    console.open("home")
    console.find("#content h2", "What happens now")
    assert [h.text for h in console.browser.find_elements("css selector", "#content h2")] == [
        "What happens now",
        "First steps",
    ]
    assert console.found(".card .snippet") is None
    for name in ("webhook", "mock"):
        card = f"[aria-labelledby=card-{name}]"
        console.click(f"{card} summary")
        console.click(f"{card} [role=status] button", "Send a test request")
        console.find(card, "The server answered 200")
    console.find("#content .opens", "hello")
    console.click("[aria-labelledby=card-mock] p a")
    console.find("#content h1", "hello")


def test_a_double_click_sends_one_test_request(console):
    before = console.client.lists.stats("hooks")["in"]
    console.open("home")
    card = "[aria-labelledby=card-webhook]"
    console.click(f"{card} summary")
    button = console.find(f"{card} [role=status] button", "Send a test request")
    ActionChains(console.browser).double_click(button).perform()
    console.find(card, "The server answered 200")
    console.open("lists/hooks")
    console.find(".figures")
    assert console.client.lists.stats("hooks")["in"] == before + 1


def test_a_line_sets_the_token_of_the_snippets(console):
    console.open("home")
    line = console.find("#content code", "export TOKEN=").text.replace("YOUR_PASSWORD", "changeme")
    snippet = f'{line}; curl -s "{console.server.url}/auth/test" -H "Authorization: Bearer $TOKEN"'
    done = subprocess.run(["bash", "-c", snippet], capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    assert json.loads(done.stdout)["user"] == "admin"


def test_a_card_opens_the_page_of_all_if_its_own_thing_is_not_there(console):
    console.client.delete("hello")
    console.client.set("other", "1")
    console.open("home")
    console.browser.refresh()
    console.click("[aria-labelledby=card-key] summary")
    console.until(
        lambda: (
            console.find("[aria-labelledby=card-key] p a").get_attribute("href").endswith("#/keys")
        )
    )


def test_a_card_is_done_when_another_client_makes_it(console):
    with requests.Session() as http:
        http.headers["Authorization"] = f"Bearer {console.client.tokens.create()}"
        assert http.post(f"{console.server.url}/import?mode=replace", data=b"", timeout=10).ok
    console.open("home")
    console.browser.refresh()
    console.find(".top .state", "Live")
    console.find(".card")
    assert console.found(".badge") is None
    for name, make in {
        "key": lambda client: client.set("theirs", "1"),
        "queue": lambda client: client.push("theirs", "1"),
        "webhook": lambda client: client.bins.create("theirs"),
        "mock": lambda client: client.routes.create("theirs"),
        "topic": lambda client: client.topics.publish("theirs", "1"),
    }.items():
        make(console.client)
        console.find(f"[aria-labelledby=card-{name}] .badge", "Done")


def test_events_of_all_kinds_lead_to_their_page(console):
    console.open("home")
    console.find(".top .state", "Live")
    console.client.push("orders", "1")
    console.find("#content tr", "item added")
    console.client.pop("orders")
    console.find("#content tr", "item popped")
    console.click("#content .opens", "orders")
    console.until(lambda: console.browser.current_url.endswith("#/lists/orders"))
