"""The topics in the console: a feed that misses nothing, pause, filter, replay, publish."""

import re

import pytest
from bambleweeny import Client
from browser.consoles import Console
from selenium.webdriver.common.keys import Keys
from servers import kill_workers, start

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def news(console):
    """The name of a topic that is new in each test, with two messages."""
    console.open("keys")
    if any(entry.name == "news" for entry in console.client.topics.list(prefix="news")):
        console.client.topics.delete("news")
    console.client.topics.publish("news", "first")
    console.client.topics.publish("news", '{"build":1.50}', type="application/json")
    return "news"


def shown(console):
    """Return the messages of the feed in view, the newest first."""
    return [
        element.text
        for element in console.browser.find_elements("css selector", "a.opens, button.opens")
    ]


def test_topics_are_listed_and_a_new_one_shows(console, news):
    console.open("topics")
    console.find("a.opens", "news")
    console.find(".state.live")
    console.client.topics.publish("alerts", "fire")
    console.find("a.opens", "alerts")
    console.find("[role=status]", "2 topics")
    console.fill(".filter", "al" + Keys.ENTER)
    console.gone("a.opens", "news")
    console.click("a.opens", "alerts")
    console.find("h1", "alerts")
    console.find("button.opens", "fire")


def test_messages_come_newest_first_and_are_shown_whole(console, news):
    console.open("topics/news")
    console.until(lambda: shown(console) == ['{"build":1.50}', "first"])
    console.client.topics.publish("news", SCRIPT, type="text/html")
    console.client.topics.publish("news", bytes(range(256)))
    console.until(lambda: len(shown(console)) == 4)
    assert shown(console)[1] == SCRIPT
    console.click("button.opens", SCRIPT)
    console.find(".beside pre", SCRIPT)
    console.click("button.opens", "build")
    console.find(".beside pre", '{\n  "build": 1.50\n}')
    console.click("button.opens", "bytes 00 01")
    console.find(".beside pre", "000000f0  f0 f1 f2")


def test_focus_stays_on_its_message_when_others_arrive(console, news):
    console.open("topics/news")
    console.find("button.opens", "first")
    console.run("document.querySelectorAll('button.opens')[1].focus()")
    for number in range(60):
        console.client.topics.publish("news", f"another {number}")
    console.find(".shown", "62 messages here")
    assert console.run("return document.activeElement.textContent") == "first"
    console.press(Keys.UP)
    console.until(
        lambda: console.run("return document.activeElement.textContent") == '{"build":1.50}'
    )


def test_a_paused_feed_counts_what_waits(console, news):
    console.open("topics/news")
    console.find("button.opens", "first")
    console.click("button", "Pause view")
    console.find("button", "Resume view")
    for number in range(3):
        console.client.topics.publish("news", f"late {number}")
    console.find(".waiting", "Paused. 3 messages wait.")
    assert len(shown(console)) == 2
    console.click("button", "Resume view")
    console.until(lambda: shown(console)[:3] == ["late 2", "late 1", "late 0"])


def test_the_filter_finds_a_text_anywhere_in_a_message(console, news):
    console.client.topics.publish("news", "x" * 5000 + " Needle")
    console.open("topics/news")
    console.find(".shown", "3 messages here")
    console.type(".filter", "needle")
    console.find(".shown", "1 of 3 messages here")
    assert len(shown(console)) == 1


def test_a_feed_begins_where_the_user_says(console, news):
    for number in range(100):
        console.client.topics.publish("news", f"number {number}")
    [first, *_] = console.client.topics.read("news", since="all")
    console.open("topics/news")
    console.find(".shown", "50 messages here")
    console.run(
        "const s = document.querySelector('select[name=begin]'); s.value = 'all'; s.dispatchEvent(new Event('change'))"
    )
    console.find(".shown", "102 messages here")
    console.run(
        "const s = document.querySelector('select[name=begin]'); s.value = 'other'; s.dispatchEvent(new Event('change'))"
    )
    console.type("input[name=since]", first.id + Keys.ENTER)
    console.find(".shown", "101 messages here")
    console.fill("input[name=since]", "10m" + Keys.ENTER)
    console.find(".shown", "102 messages here")
    console.fill("input[name=since]", "yesterday" + Keys.ENTER)
    console.find(".problem", "since")
    assert any("400" in message for message in console.complaints())


def test_the_beginning_follows_the_address(console, news):
    console.open("topics/news")
    console.find(".shown", "2 messages here")
    console.type("select[name=begin]", "All")
    console.until(lambda: console.browser.current_url.endswith("?since=all"))
    console.browser.back()
    chosen = "return document.querySelector('select[name=begin]').value"
    console.until(lambda: console.run(chosen) == "last50")


def test_a_feed_that_is_refused_for_its_rate_is_read_again(console, news):
    console.open("topics")
    console.find("a.opens", "news")
    console.run(
        """
        const real = window.fetch;
        window.refused = 0;
        window.fetch = (asked, ...rest) =>
          /[/]topics[/]news[?]/.test(asked) && window.refused++ < 1
            ? Promise.resolve(new Response("{}", { status: 429 }))
            : real(asked, ...rest);
        """
    )
    console.open("topics/news")
    console.find("button.opens", "first")
    assert console.run("return window.refused") > 1
    assert console.found(".problem") is None


def test_a_message_is_published_by_keys_alone(console, news):
    console.open("topics/news")
    console.find("button.opens", "first")
    console.run("document.activeElement.blur()")
    console.press("n")
    console.find("dialog textarea")
    console.press('{"a":1}', Keys.TAB, Keys.TAB, "application/json")
    console.find("dialog .snippet pre", "application/json")
    console.press(Keys.ENTER)
    console.find("button.opens", '{"a":1}')
    [*_, last] = console.client.topics.read("news", since="all")
    assert (last.value.text(), last.type) == ('{"a":1}', "application/json")


def test_a_feed_keeps_a_thousand_messages_and_few_elements(console, news):
    console.open("topics/news")
    console.find("button.opens", "first")
    with console.client.batch() as batch:
        for number in range(990):
            batch.publish("news", f"number {number}")
    with console.client.batch() as batch:
        for number in range(990, 1500):
            batch.publish("news", f"number {number}")
    console.find("button.opens", "number 1499")
    console.find(".shown", "1,000 messages here")
    assert len(console.browser.find_elements("css selector", "tr.row")) < 100


def test_a_feed_misses_nothing_when_workers_are_killed(console, news):
    console.open("topics/news")
    console.find("button.opens", "first")
    console.find(".state.live")
    for round in range(3):
        kill_workers(console.server)
        publish(console, f"round {round}")
    console.find(".shown", "5 messages here")
    assert shown(console) == ["round 2", "round 1", "round 0", '{"build":1.50}', "first"]
    console.complaints()


def publish(console, text):
    """Publish a message once a worker takes it."""

    def published():
        try:
            return console.client.topics.publish("news", text)
        except Exception:
            return None

    console.until(published)


def test_a_feed_goes_on_after_a_restart_of_the_server(console, tmp_path):
    variables = {"BAMBLEWEENY_ADMIN_PASSWORD": "changeme", "BAMBLEWEENY_LOG_LEVEL": "warning"}
    server = start("serve", "--data-dir", str(tmp_path), **variables)
    try:
        with Client(server.url, username="admin", password="changeme") as client:
            other = Console(console.browser, server, client)
            other.log_in()
            client.topics.publish("news", "before")
            other.open("topics/news")
            other.find("button.opens", "before")
            server.stop()
            other.find(".state.offline")
            server = start(
                "serve",
                "--data-dir",
                str(tmp_path),
                listen=server.url.removeprefix("http://"),
                **variables,
            )
            for number in range(100):
                client.topics.publish("news", f"after {number}")
            other.find(".shown", "101 messages here")
            assert shown(other)[0] == "after 99"
            other.find(".state.live")
    finally:
        server.stop()
        console.log_in()
        console.complaints()


def test_a_hidden_tab_holds_no_stream_and_misses_nothing(console, news):
    console.open("topics/news")
    console.find("button.opens", "first")
    console.until(lambda: waits(console) >= 1)
    tab = console.browser.current_window_handle
    console.browser.switch_to.new_window("tab")
    console.until(lambda: waits(console) == 0)
    for number in range(3):
        console.client.topics.publish("news", f"unseen {number}")
    console.browser.close()
    console.browser.switch_to.window(tab)
    console.until(lambda: shown(console)[:3] == ["unseen 2", "unseen 1", "unseen 0"])
    console.find(".shown", "5 messages here")


def waits(console):
    """Return how many requests wait now, streams included."""
    return float(re.search(r"^bambleweeny_waits (\S+)$", console.client.metrics(), re.MULTILINE)[1])


def test_a_topic_that_is_missing_has_nothing_to_delete(console):
    console.open("topics/nosuch")
    console.find(".note", "There is no topic of this name.")
    assert not console.found("button", "Delete")
    console.client.topics.publish("nosuch", "1")
    console.gone(".note")
    console.find("button", "Delete")
    console.client.topics.delete("nosuch")


def test_a_topic_is_deleted_after_its_name_is_typed(console, news):
    console.open("topics/news")
    console.click("button", "Delete topic")
    console.type("dialog form input", "news" + Keys.ENTER)
    console.find("h1", "Topics")
    console.gone("a.opens", "news")
    assert list(console.client.topics.list(prefix="news")) == []
