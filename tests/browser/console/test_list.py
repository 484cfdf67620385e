"""One list in the console: its items, what is done with them, its policy."""

import threading

import pytest
from bambleweeny.errors import NotFound
from selenium.webdriver.common.keys import Keys

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
def jobs(console):
    """The name of a list that is new in each test, with items in each state."""
    lists = console.client.lists
    if any(entry.name == "jobs" for entry in lists.list(prefix="jobs")):
        lists.delete("jobs")
    for number in range(4):
        lists.push("jobs", f"job {number}")
    lists.push("jobs", "late", delay="1h")
    [leased, failed] = lists.lease("jobs", max=2, for_="10m")
    assert leased.attempt == 1
    lists.change("jobs", bury=[{"lease": failed.lease, "reason": "no such cat"}])
    return "jobs"


def ids(console, list, state):
    return [item.id for item in console.client.lists.items(list, state=state)]


def counts(console, list):
    stats = console.client.lists.stats(list)
    return [stats[state] for state in ("ready", "leased", "delayed", "dead")]


def see(console, list, state):
    """Show the first item of a state."""
    [item, *_] = ids(console, list, state)
    console.open(f"lists/{list}?state={state}&item={item}")
    console.find(".beside .badge", state.title())
    return item


def test_looking_at_a_list_and_its_items_changes_no_count(console, jobs):
    before = console.client.lists.stats(jobs)
    console.open(f"lists/{jobs}")
    for state, body in (
        ("ready", "job 2"),
        ("leased", "job 0"),
        ("delayed", "late"),
        ("dead", "job 1"),
    ):
        console.click("a.tab", state.title())
        console.click("a.opens", body)
        console.find(".beside pre", body)
        console.find(".beside .badge", state.title())
    console.find(".beside dd", "no such cat")
    after = console.client.lists.stats(jobs)
    assert {**after, "oldest_age": 0} == {**before, "oldest_age": 0}


def test_a_foreign_push_shows_before_the_next_poll(console, jobs):
    console.open(f"lists/{jobs}")
    console.find("a.opens", "job 3")
    console.find(".state.live")
    console.run(
        "window.shown = new Promise(done => new MutationObserver(() => {"
        " if (document.body.textContent.includes('from afar')) done(performance.now()) })"
        ".observe(document.body, {subtree: true, childList: true, characterData: true}))"
    )
    begun = console.run("return performance.now()")
    console.client.push(jobs, "from afar")
    ended = console.browser.execute_async_script("window.shown.then(arguments[0])")
    assert ended - begun < 5000


def test_a_redriven_item_reaches_a_worker_that_waits(console, jobs):
    console.client.lists.purge(jobs, "ready")
    see(console, jobs, "dead")
    got = []
    worker = threading.Thread(target=lambda: got.extend(console.client.lists.lease(jobs, wait=20)))
    worker.start()
    console.click(".beside button", "Redrive")
    worker.join(20)
    assert [(item.value.text(), item.attempt) for item in got] == [("job 1", 1)]
    console.find(".message", "1 item is ready again; its attempts count from 0.")
    console.find(".beside p", "This item is ready again.")


def test_what_has_moved_is_a_link_away(console, jobs):
    see(console, jobs, "dead")
    console.click(".beside button", "Redrive")
    console.find(".beside p", "This item is ready again.")
    console.click(".beside p a", "To the ready items of jobs")
    console.find(".beside .badge", "Ready")
    console.find(".beside pre", "job 1")
    see(console, jobs, "delayed")
    console.click(".beside button", "Deliver now")
    console.find(".beside p", "This item is ready now.")
    console.client.lists.set_policy(jobs, dead_letter="graves")
    see(console, jobs, "ready")
    console.click(".beside button", "Bury")
    console.click("dialog footer button", "Bury")
    console.find(".beside p", "This item is in the dead-letter list now.")
    console.click(".beside p a", "To the ready items of graves")
    console.find("h1", "graves")
    console.find(".beside pre", "job 2")
    console.client.lists.delete("graves")


def test_an_open_item_that_is_redriven_with_all_others_is_not_gone(console, jobs):
    see(console, jobs, "dead")
    console.click("button", "Redrive all")
    console.find("dialog", "Redrive the dead item of jobs?")
    console.find("dialog", "It goes to the end of jobs, ready")
    console.click("dialog button.primary", "Redrive all")
    console.find(".beside p", "This item is ready again.")
    console.click(".beside p a")
    console.find("a.opens", "job 1")
    console.gone(".beside")


def test_selected_and_all_dead_items_are_redriven(console, jobs):
    for item in console.client.lists.items(jobs, limit=2):
        console.client.lists.bury(jobs, item.id)
    console.open(f"lists/{jobs}?state=dead")
    console.find("a.opens", "job 3")
    console.click("tr.row input[type=checkbox]")
    console.click(".actions button", "Redrive")
    console.until(lambda: counts(console, jobs) == [1, 1, 1, 2])
    console.gone("a.opens", "job 1")
    console.click("button", "Redrive all")
    console.find("dialog", "Redrive all 2 dead items of jobs?")
    console.click("dialog button.primary", "Redrive all")
    console.until(lambda: counts(console, jobs) == [3, 1, 1, 0])
    console.find("main p", "This list has no dead items.")


@pytest.mark.parametrize(
    ("button", "value", "wanted"),
    [
        ("Acknowledge", None, [2, 0, 1, 1]),
        ("Retry now", None, [3, 0, 1, 1]),
        ("Retry later", "1h", [2, 0, 2, 1]),
        ("Extend", "2h", [2, 1, 1, 1]),
        ("Bury", "bad cat", [2, 0, 1, 2]),
        ("Delete", None, [2, 0, 1, 1]),
    ],
)
def test_a_leased_item_can_be_handled_in_place_of_its_worker(console, jobs, button, value, wanted):
    item = see(console, jobs, "leased")
    console.click(".beside button", button)
    if value:
        console.fill("dialog input[name=value]", value)
        console.find("dialog .snippet pre", value)
    if value or button in ("Acknowledge", "Delete"):
        console.click("dialog footer button:last-child", button)
    console.gone("dialog")
    console.until(lambda: counts(console, jobs) == wanted)
    if button == "Extend":
        console.find(".message", "1 lease is extended.")
    if button == "Bury":
        found = console.client.lists.item(jobs, item)
        assert (found.state, found.reason) == ("dead", "bad cat")


def test_delayed_and_ready_items_are_delivered_buried_and_deleted(console, jobs):
    see(console, jobs, "delayed")
    console.click(".beside button", "Deliver now")
    console.until(lambda: counts(console, jobs) == [3, 1, 0, 1])
    see(console, jobs, "ready")
    console.click(".beside button", "Bury")
    console.fill("dialog input[name=value]", "not wanted")
    console.click("dialog footer button", "Bury")
    console.find(".beside .badge", "Dead")
    console.find(".beside dd", "not wanted")
    console.click(".beside button", "Delete")
    console.click("dialog footer button", "Delete")
    console.find(".beside p", "This item is gone")
    assert counts(console, jobs) == [2, 1, 0, 1]


def test_a_purge_names_its_count_and_wants_the_name(console, jobs):
    console.open(f"lists/{jobs}")
    console.click("button.danger", "Delete all ready")
    console.find("dialog", "Delete all 2 ready items of jobs?")
    console.find("dialog", "Items that become ready meanwhile are deleted too.")
    assert not console.find("dialog button.danger").is_enabled()
    console.type("dialog form input", "jobs" + Keys.ENTER)
    console.until(lambda: counts(console, jobs) == [0, 1, 1, 1])


def test_items_are_moved_to_another_list(console, jobs):
    console.open(f"lists/{jobs}")
    console.click("button", "Move to a list")
    console.type("dialog input[name=to]", "elsewhere")
    console.find("dialog", "The items go to the end of elsewhere, ready")
    console.find("dialog", "How many, oldest first (of 2)")
    console.fill("dialog input[name=max]", "1")
    console.click("dialog footer button", "Move")
    console.until(lambda: counts(console, jobs) == [1, 1, 1, 1])
    assert console.client.pop("elsewhere").text() == "job 2"


def test_lines_are_pushed_with_a_delay(console, jobs):
    console.open(f"lists/{jobs}")
    console.find("h1", jobs)
    console.press("n")
    console.type("dialog textarea", "one\ntwo\nthree")
    console.type("dialog input[name=delay]", "2h")
    console.click("dialog input[name=split]")
    console.find("dialog .snippet pre", "split=lines")
    console.click("dialog footer button", "Push")
    console.find(".message", "3 items are pushed.")
    assert counts(console, jobs) == [2, 1, 4, 1]


def test_a_policy_is_set_paused_and_deleted(console, jobs):
    console.open(f"lists/{jobs}")
    console.click("button", "Policy")
    console.fill("dialog input[name=lease]", "2m")
    console.fill("dialog input[name=max_attempts]", "5")
    console.fill("dialog input[name=dead_letter]", "graves")
    console.fill("dialog input[name=max_len]", "1000")
    console.run(
        "const s = document.querySelector('dialog select'); s.value = 'drop_oldest'; s.dispatchEvent(new Event('change'))"
    )
    console.click("dialog footer button", "Save policy")
    console.find(".rules", "graves")
    wanted = {
        "lease": 120,
        "max_attempts": 5,
        "dead_letter": "graves",
        "max_len": 1000,
        "overflow": "drop_oldest",
        "ttl": None,
        "paused": False,
    }
    assert console.client.lists.policy(jobs) == wanted
    console.click("button", "Pause")
    console.find(".note", "This list is paused")
    assert console.client.lists.policy(jobs) == {**wanted, "paused": True}
    assert console.client.pop(jobs) is None
    console.click("button", "Resume")
    console.gone(".note", "This list is paused")
    assert console.client.lists.policy(jobs) == wanted
    console.client.push("graves", "1")
    console.open("lists/graves")
    console.find(".note", "jobs")
    console.open(f"lists/{jobs}")
    console.click("button", "Policy")
    console.click("dialog button.danger", "Delete policy")
    console.click("dialog footer button.danger:nth-child(2)", "Delete policy")
    console.gone(".rules")


def test_bodies_are_shown_as_what_they_are_and_run_nothing(console, jobs):
    bodies = {
        "json": b'{"price":1.50,"id":1152921504606846977}',
        "script": SCRIPT.encode(),
        "image": PNG,
        "bytes": bytes(range(256)),
        "long": b"x" * 900_000,
    }
    for body in bodies.values():
        console.client.push("bodies", body)
    items = dict(zip(bodies, ids(console, "bodies", "ready"), strict=True))
    console.open(f"lists/bodies?item={items['json']}")
    console.find(".beside pre", '{\n  "price": 1.50,\n  "id": 1152921504606846977\n}')
    console.open(f"lists/bodies?item={items['script']}")
    console.find(".beside pre", SCRIPT)
    console.open(f"lists/bodies?item={items['image']}")
    console.until(
        lambda: console.run("return document.querySelector('.beside img')?.naturalWidth") == 1
    )
    console.open(f"lists/bodies?item={items['bytes']}")
    console.find(".beside pre", "000000f0  f0 f1 f2")
    console.open(f"lists/bodies?item={items['long']}")
    console.find(".beside p", "The first 64 kB of 878.9 kB.")
    console.click(".beside button", "Show more")
    console.gone(".beside p", "The first 64 kB")
    assert console.client.lists.stats("bodies")["out"] == 0


def test_a_list_that_is_missing_has_nothing_to_delete(console):
    console.open("lists/nosuch")
    console.find(".note", "There is no list of this name.")
    assert not console.found("button", "Delete")
    console.client.push("nosuch", "1")
    console.gone(".note")
    console.find("button", "Delete list")
    console.client.lists.delete("nosuch")


def test_a_list_is_deleted_after_its_name_is_typed(console, jobs):
    console.open(f"lists/{jobs}")
    console.click("button", "Delete list")
    console.find("dialog", "Its 5 items (24 B) in all states and its policy are deleted.")
    console.type("dialog form input", "jobs" + Keys.ENTER)
    console.find("h1", "Lists")
    assert console.client.lists.stats(jobs)["in"] == 0


def test_a_long_list_is_few_elements_and_scrolls_to_its_end(console):
    console.client.lists.push_lines("long", "\n".join(f"line {number}" for number in range(10_000)))
    console.open("lists/long?order=newest")
    console.find("a.opens", "line 9999")
    for _ in range(3):
        before = console.run("return document.querySelector('.grid').scrollHeight")
        console.run("document.querySelector('.grid').scrollTop = 1e9")
        console.until(
            lambda seen=before: (
                console.run("return document.querySelector('.grid').scrollHeight") > seen
            )
        )
    assert len(console.browser.find_elements("css selector", "tr.row")) < 100
    assert counts(console, "long")[0] == 10_000


def test_a_number_that_is_none_is_not_saved(console):
    console.client.lists.push("numbers", "1")
    console.open("lists/numbers")
    console.click("button", "Policy")
    console.type("dialog input[name=max_len]", "-1,5" + Keys.ENTER)
    assert console.find("dialog input[name=max_len]").get_attribute("value") == "-1,5"
    assert console.run("return document.querySelector('dialog input[name=max_len]').validity.patternMismatch")  # fmt: skip
    console.find("dialog")
    with pytest.raises(NotFound):
        console.client.lists.policy("numbers")
    console.client.lists.delete("numbers")


def test_the_reason_of_the_policy_is_in_words(console):
    lists = console.client.lists
    lists.push("tries", "1")
    lists.set_policy("tries", max_attempts=1)
    [leased] = lists.lease("tries")
    lists.change("tries", retry=[leased.lease])
    console.open("lists/tries?state=dead")
    console.find(".grid td", "failed as often as the policy allows")
    lists.delete("tries")
