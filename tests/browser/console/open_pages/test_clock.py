"""Ages and countdowns of the console: they tick, and follow the clock of the server."""

from contextlib import contextmanager

import pytest
from browser.keys import clear

HOURS_2 = 7_200_000


@contextmanager
def clock_ahead(console, ms):
    """Set the clock of the browser meanwhile, as the pages see it."""
    script = f"{{ const real = Date.now; Date.now = () => real() + {ms}; }}"
    added = console.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})  # fmt: skip
    console.browser.get("about:blank")
    try:
        yield
    finally:
        console.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


@pytest.fixture
def jobs(console):
    """The name of a list with an item that is ready and one that is leased."""
    console.client.lists.push("ages", "first")
    console.client.lists.lease("ages", for_="1h")
    console.client.lists.push("ages", "second")
    yield "ages"
    console.client.lists.delete("ages")
    clear(console)


def test_the_age_of_an_item_ticks(console, jobs):
    console.open(f"lists/{jobs}")
    console.find(".grid td time", "seconds ago")
    shown = console.find(".grid td time").text
    console.until(lambda: console.find(".grid td time").text != shown)


@pytest.mark.parametrize("ms", [-HOURS_2, HOURS_2])
def test_a_wrong_clock_of_the_browser_changes_no_age(console, jobs, ms):
    with clock_ahead(console, ms):
        console.open(f"lists/{jobs}")
        console.until(lambda: console.find(".grid td time").text.split()[-2:] in (["now"], ["seconds", "ago"], ["second", "ago"]))  # fmt: skip
        console.click("a.opens", "second")
        console.find(".beside .facts time", "ago")
        assert "hour" not in console.find(".beside .facts").text
        console.open(f"lists/{jobs}?state=leased")
        console.find(".grid td time", "in 1 hour")
