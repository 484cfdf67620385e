"""The lists in the console: their counts, live, and a new one."""

import pytest
from selenium.webdriver.common.keys import Keys

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def row_of(console, name):
    """Return the texts of the cells of a list's row."""
    for row in console.browser.find_elements("css selector", "tr.row"):
        cells = row.text.split()
        if cells and cells[0] == name:
            return cells[1:]
    return None


def test_the_counts_of_all_lists_are_shown_and_follow_others(console):
    for number in range(3):
        console.client.push("jobs", f"job {number}")
    console.client.lists.push("jobs", "late", delay=3600)
    console.client.lists.set_policy("reports", paused=True)
    console.open("lists")
    console.until(lambda: row_of(console, "jobs") == ["3", "0", "1", "0", "19", "B"])
    assert row_of(console, "reports") == ["0", "0", "0", "0", "0", "B", "Paused"]
    [leased] = console.client.lists.lease("jobs")
    console.until(lambda: row_of(console, "jobs")[:3] == ["2", "1", "1"])
    console.client.lists.change("jobs", bury=[leased.lease])
    console.until(lambda: row_of(console, "jobs")[:4] == ["2", "0", "1", "1"])
    console.find("[role=status]", "2 lists")


def test_each_count_leads_to_its_items(console):
    [item] = [console.client.lists.push("counted", "1") for _ in range(1)]
    console.client.lists.bury("counted", item)
    console.open("lists?prefix=counted")
    console.click("a.cell[aria-label='1 dead item of counted']")
    console.find("a.tab[aria-current=true]", "Dead")
    console.find("a.opens", "1")
    console.client.lists.delete("counted")


def test_a_prefix_selects_lists(console):
    console.client.push("mail:in", "1")
    console.client.push("mail:out", "1")
    console.open("lists")
    console.find("a.opens", "mail:out")
    console.fill(".filter", "mail:i" + Keys.ENTER)
    console.gone("a.opens", "mail:out")
    assert console.browser.current_url.endswith("#/lists?prefix=mail%3Ai")
    console.find("[role=status]", "1 list")


def test_the_page_of_no_lists_shows_a_call_that_makes_one(console):
    for entry in list(console.client.lists.list()):
        console.client.lists.delete(entry.name)
    console.open("lists")
    console.click(".empty button", "Run it here")
    console.until(lambda: row_of(console, "jobs") == ["1", "0", "0", "0", "14", "B"])
    assert console.client.pop("jobs").text() == "resize cat.png"


def test_a_list_is_made_by_keys_alone(console):
    console.open("lists")
    console.find("h1", "Lists")
    console.run("document.activeElement.blur()")
    console.press("n")
    console.find("dialog input[name=name]")
    console.find("dialog pre", "/lists/NAME")
    console.press("made", Keys.TAB, SCRIPT, Keys.TAB, Keys.TAB, Keys.TAB, "1h", Keys.ENTER)
    console.find("h1", "made")
    console.find("a.opens", SCRIPT)
    [item] = console.client.lists.items("made")
    assert item.value.text() == SCRIPT
    assert item.expires is not None


def test_many_lists_are_few_elements(console):
    with console.client.batch() as batch:
        for number in range(900):
            batch.push(f"many:{number:04}", "1")
    console.open("lists?prefix=many:")
    console.find("[role=status]", "900 lists")
    console.until(lambda: scrolled_to(console, "many:0899"))
    assert len(console.browser.find_elements("css selector", "tr.row")) < 100


def scrolled_to(console, name):
    console.run("document.querySelector('.grid').scrollTop = 1e6")
    return console.found("a.opens", name)


def test_no_page_of_lists_scrolls_sideways_at_320_px(console):
    console.client.push("narrow", SCRIPT + "x" * 400)
    [item] = console.client.lists.items("narrow")
    with console.sized(320):
        for address in (
            "lists",
            "lists/narrow",
            f"lists/narrow?item={item.id}",
            "topics",
            "topics/narrow",
        ):
            console.open(address)
            console.find("h1")
            console.gone(".loading")
            assert console.fits(320), address


def test_the_oldest_item_is_leased_and_shown_beside_the_calls_of_a_worker(console):
    for number in range(2):
        console.client.push("leasing", f"job {number}")
    console.open("lists/leasing?state=leased")
    console.find(".empty pre", "/lists/leasing/lease")
    console.find(".empty pre", "/lists/leasing/leases/LEASE")
    console.click("a.tab", "Ready")
    console.click("button", "Lease one")
    console.find("a.tab[aria-current=true]", "Leased")
    console.find(".beside pre", "job 0")
    console.click(".beside button", "Acknowledge")
    console.click("dialog button.danger, dialog button.primary", "Acknowledge")
    console.until(lambda: console.client.lists.stats("leasing")["out"] == 1)
    console.client.lists.delete("leasing")


def test_the_age_of_the_oldest_item_counts_on(console):
    console.client.push("aging", "1")
    console.open("lists/aging")
    begun = console.find(".figures .age").text
    console.until(lambda: console.found(".figures .age").text not in {begun, "0 s"})
    console.client.lists.delete("aging")


@pytest.mark.parametrize("address", ["lists/a%2Fb", "lists/..", "topics/%2E%2E", "topics/%3Cb%3E"])
def test_a_word_that_is_no_name_is_not_asked_for(console, address):
    console.open("home")
    console.find("h1", "Home")
    console.run("performance.clearResourceTimings()")
    console.open(address)
    console.find("#content .problem", "A name")
    assert console.found("#content button") is None
    noun = address.split("/")[0]
    assert not [url for url in console.addresses() if f"/{noun}/" in url and "/a/" not in url]


@pytest.mark.parametrize("address", ["users/..", "sandboxes/.."])
def test_no_other_url_is_called_for_an_id_of_dots(console, address):
    console.open(address)
    console.find("#content .problem, #content .note", ".")
    assert console.found("#content h2") is None
    console.complaints()


def test_a_word_that_begins_no_name_is_explained(console):
    for page in ("keys", "lists", "topics"):
        console.open(page)
        console.fill(".filter", "a b")
        console.find("#content .wrong", "A name has only")
        assert console.found("#content button", "Try again") is None
        console.open(f"{page}?prefix=a%20b")
        console.find("#content .problem", "A name has only")
        console.click("#content a", "Show all names")
        console.find("#content .filter")


def test_a_narrow_window_shows_delayed_items_and_pauses(console):
    console.client.lists.push("narrow", "late", delay=3600)
    console.client.lists.set_policy("narrow", paused=True)
    with console.sized(390):
        console.open("lists?prefix=narrow")
        console.find("a.opens", "1 delayed, paused")
        assert console.fits(390)
    console.client.lists.delete("narrow")
