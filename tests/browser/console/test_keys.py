"""The page of keys: what it shows, live changes, making and deleting keys."""

import pytest
from browser.keys import (
    assert_refused,
    clear,
    fill,
    focus_row,
    focused,
    http_of,
    listed,
    press_alone,
)
from selenium.webdriver.common.keys import Keys

COUNT = "main .bar > span[role=status]"


@pytest.fixture(autouse=True)
def empty(console):
    """Begin without keys, on the page of keys as a tree."""
    clear(console)
    console.open("keys/none")
    console.open("keys")
    console.find("h1", "Keys")
    console.click("button.tab", "Tree")
    console.find(".empty")


def names(console):
    return [element.text for element in console.browser.find_elements("css selector", "a.opens")]


def test_an_empty_page_shows_the_call_that_fills_it(console):
    console.find(".empty pre", "app:color")
    console.click(".empty button", "Run it here")
    console.find("button.opens", "app:")
    assert console.client.get("app:color") == b"blue"


def test_keys_are_a_tree_that_opens_by_keyboard(console):
    fill(console, {"app:color": "blue", "app:db:host": "db1", "hits": "1"})
    console.find(COUNT, "3 keys")
    console.find("td", "2 keys")
    focus_row(console, "▸app:")
    console.press(Keys.ARROW_RIGHT)
    console.find("a.opens", "color")
    console.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    console.find("a.opens", "host")
    console.press(Keys.ARROW_LEFT)
    console.gone("a.opens", "host")


def test_the_flat_list_has_size_type_and_ttl(console):
    console.client.set("app:color", '{"a":1}', ttl="10m", type="application/json")
    console.click("button.tab", "Flat")
    row = console.find("tr.row", "app:color")
    console.until(lambda: "7 B" in row.text and "application/json" in row.text)
    assert "10 min" in row.text or "9 min" in row.text


def test_the_prefix_filters_while_a_user_types(console):
    fill(console, {"app:color": "blue", "hits": "1"})
    console.find(COUNT, "2 keys")
    console.type(".filter", "app:c")
    console.find(COUNT, "1 key")
    console.until(lambda: names(console) == ["app:color"])
    assert console.browser.current_url.endswith("#/keys?prefix=app%3Ac")
    assert console.find(".filter").get_attribute("value") == "app:c"
    console.type(".filter", "x")
    console.find("main", "No key begins with app:cx.")


def test_many_keys_are_few_elements_and_never_a_bare_listing(console):
    fill(console, {f"n:{number:05}": "v" for number in range(2500)})
    console.run("performance.clearResourceTimings()")
    console.click("button.tab", "Flat")
    console.find(COUNT, "2,500 keys")
    for at in (200, 400, 600):
        console.until(lambda at=at: has_row(console, at - 1) or scroll(console))
    assert len(console.browser.find_elements("css selector", "tbody tr")) < 60
    script = "return performance.getEntriesByType('resource').map(({ name }) => name)"
    listings = [url for url in console.run(script) if "/keys" in url and "count=1" not in url]
    assert listings
    assert all("limit=200" in url for url in listings)


def has_row(console, index):
    return console.found(f'tr[aria-rowindex="{index + 2}"]')


def scroll(console):
    console.run("const g = document.querySelector('.grid'); g.scrollTop = g.scrollHeight")


def test_a_foreign_key_appears_without_moving_focus_or_rows(console):
    fill(console, {f"n:{number:03}": "v" for number in range(150)})
    console.click("button.tab", "Flat")
    console.find("a.opens", "n:000")
    console.run("document.querySelector('.grid').scrollTop = 2000")
    console.find("a.opens", "n:055")
    focus_row(console, "n:055")
    before = focused(console)
    console.client.set("n:000:new", "v")
    console.client.set("n:056:new", "v")
    console.find("a.opens", "n:056:new")
    assert focused(console) == before
    console.press(Keys.ARROW_DOWN)
    console.until(lambda: focused(console)[0] == "n:056")


def test_a_key_appears_where_all_others_were_deleted(console):
    names = [f"n:{number:03}" for number in range(400)]
    fill(console, dict.fromkeys(names, "v"))
    console.click("button.tab", "Flat")
    console.until(lambda: has_row(console, 399) or scroll(console))
    console.run("document.querySelector('.grid').scrollTop = 195 * 40")
    console.find("a.opens", "n:199")
    console.find("a.opens", "n:200")
    console.run(
        """
        const sent = window.fetch;
        let free;
        const wait = new Promise((done) => (free = done));
        window.free = () => ((window.fetch = sent), free());
        window.fetch = async (url, how) => {
          if (/[?&]after=/.test(url)) (window.held = true), await wait;
          return sent(url, how);
        };
        """
    )
    deletions = [["del", name] for name in names[:201]]
    http_of(console).post("/batch", json=deletions).raise_for_status()
    console.until(lambda: console.run("return window.held"))
    console.gone("a.opens", "n:199")
    console.run("window.free()")
    console.client.set("n:100", "v")

    def is_shown():
        console.run("document.querySelector('.grid').scrollTop = 0")
        return console.found("a.opens", "n:100")

    console.until(is_shown)


def test_a_key_that_is_deleted_elsewhere_disappears(console):
    fill(console, {"one": "1", "two": "2"})
    console.find("a.opens", "two")
    console.client.delete("two")
    console.gone("a.opens", "two")
    console.find(COUNT, "1 key")


def test_a_new_key_is_made_with_type_and_ttl(console):
    press_alone(console, "n")
    console.type("dialog input", "app:new")
    fields = console.browser.find_elements("css selector", "dialog form input")
    fields[1].send_keys("application/json")
    fields[2].send_keys("1h")
    console.type("dialog textarea", '{"x": 1.50')
    console.find("dialog .wrong", "Line 1, column 11")
    assert not console.find("dialog button.primary", "Create").is_enabled()
    console.type("dialog textarea", "}")
    console.find("dialog pre", "If-None-Match: *")
    console.click("dialog button.primary", "Create")
    console.find("h1", "app:new")
    [row] = listed(console, "app:new")
    assert (row["type"], row["size"]) == ("application/json", 11)
    assert 3500 < row["ttl"] <= 3600


def test_a_new_key_has_no_type_unless_one_is_given(console):
    console.click("button", "New key")
    console.type("dialog input", "plain")
    console.type("dialog textarea", "ä")
    console.click("dialog button.primary", "Create")
    console.find("h1", "plain")
    [row] = listed(console, "plain")
    assert (row["type"], row["size"]) == (None, 2)


def test_a_new_key_never_overwrites(console):
    fill(console, {"app:color": "blue"})
    console.click("button", "New key")
    console.type("dialog input", "app:color")
    console.click("dialog button.primary", "Create")
    console.find("dialog .problem", "app:color exists already")
    assert console.client.get("app:color") == b"blue"
    assert_refused(console, 412)


def close_typed(console):
    """Close a form in which something is typed: it asks first."""
    console.press(Keys.ESCAPE)
    console.click("dialog button.danger")
    console.gone("dialog")


def test_a_form_stays_as_it_is_while_others_change_keys(console):
    for name in ("app:color", "hits"):
        console.click("button", "New key")
        console.type("dialog input", "be")
        console.run("window.dialog = document.querySelector('dialog')")
        console.run(
            "window.moves = []; new MutationObserver((seen) => moves.push(...seen.flatMap((one) =>"
            " [...one.removedNodes, ...one.addedNodes].filter((node) => node.contains(dialog)))))"
            ".observe(document.body, { childList: true, subtree: true })"
        )
        console.client.set(name, "blue")
        console.until(lambda: console.run("return document.body.textContent.includes('1 key')"))
        console.find("tr.row")
        assert console.run("return moves.length") == 0
        assert console.run("return dialog.matches(':modal')")
        console.press("fore")
        assert console.find("dialog input").get_attribute("value") == "before"
        close_typed(console)
        console.client.delete(name)
        console.find(".empty")


def test_a_new_key_without_a_name_shows_no_key_that_exists(console):
    console.click("button", "New key")
    console.find("dialog pre", "/keys/NAME")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")


def test_the_buttons_of_a_long_dialog_stay_in_view(console):
    with console.sized(1000, 500, is_mobile=False):
        console.click("button", "New key")
        bottom = "return document.querySelector('dialog .primary').getBoundingClientRect().bottom"
        console.find("dialog .primary")
        assert console.run(bottom) < 500
        console.press(Keys.ESCAPE)
        console.gone("dialog")


def test_the_arrow_key_leads_from_the_filter_to_the_first_row(console):
    fill(console, {"app:color": "blue", "hits": "1", "zeta": "1"})
    console.click("button.tab", "Flat")
    console.find("a.opens", "zeta")
    press_alone(console, "/")
    console.press(Keys.ARROW_DOWN)
    assert focused(console)[0] == "app:color"
    console.press(Keys.ARROW_DOWN)
    assert focused(console)[0] == "hits"
    press_alone(console, "/")
    console.press("z", Keys.ARROW_DOWN)
    console.until(lambda: focused(console)[0] == "zeta")
    assert names(console) == ["zeta"]


def test_who_comes_back_from_a_key_sees_the_same_rows(console):
    fill(console, {f"n:{number:03}": "v" for number in range(500)})
    console.click("button.opens", "n:")
    console.find("a.opens", "000")
    for at in (200, 400):
        console.until(lambda at=at: has_row(console, at) or scroll(console))
    console.run("document.querySelector('.grid').scrollTop = 12345")
    console.click("a.opens", "310")
    console.find("h1", "n:310")
    console.browser.back()
    console.find("a.opens", "310")
    console.until(lambda: console.run("return document.querySelector('.grid').scrollTop") == 12345)


def test_a_name_that_no_key_may_have_is_refused_as_text(console):
    console.click("button", "New key")
    console.type("dialog input", "<img src=x onerror=alert(1)>")
    console.find("dialog .wrong", "not '<'")
    console.click("dialog button.primary", "Create")
    console.find("dialog[open]")
    close_typed(console)


def test_selected_keys_are_deleted_after_their_count_is_typed(console):
    fill(console, {f"n{number}": "v" for number in range(4)})
    console.find("a.opens", "n3")
    console.click("input[aria-label='Select n1']")
    focus_row(console, "n2")
    console.press("x")
    console.find("main", "2 keys selected")
    console.click("button", "Delete the selected keys")
    console.find("dialog", "n1, n2")
    assert not console.find("dialog button.danger").is_enabled()
    console.type("dialog input", "2" + Keys.ENTER)
    console.find(".message", "2 keys are deleted.")
    assert sorted(row["key"] for row in listed(console)) == ["n0", "n3"]
    console.gone("a.opens", "n1")


def test_a_prefix_is_deleted_after_it_is_typed(console):
    fill(console, {**{f"app:{number}": "v" for number in range(1200)}, "other": "v"})
    console.type(".filter", "app:")
    console.find(COUNT, "1,200 keys")
    console.click("button", "Delete all of app:")
    console.find("dialog", "Delete all 1,200 keys that begin with app:?")
    console.type("dialog input", "app:" + Keys.ENTER)
    console.find(".message", "1,200 keys are deleted.")
    assert [row["key"] for row in listed(console)] == ["other"]


def test_all_keys_are_deleted_only_with_other_words(console):
    fill(console, {"a": "1", "b": "2"})
    console.click("button", "Delete all keys")
    console.find("dialog", "Delete all 2 keys?")
    console.type("dialog input", "all keys" + Keys.ENTER)
    console.find(".empty")


def test_dropped_files_become_keys(console):
    fill(console, {"here.txt": "old"})
    console.run(
        """
        const data = new DataTransfer();
        data.items.add(new File(["new"], "here.txt", { type: "text/plain" }));
        data.items.add(new File([new Uint8Array([0, 255])], "my file.bin"));
        dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        """
    )
    console.find("dialog", "Upload 2 files")
    console.click("dialog button.primary", "Upload")
    console.find("dialog", "exists already")
    assert console.client.get("my-file.bin") == b"\0\xff"
    assert console.client.get("here.txt") == b"old"
    assert_refused(console, 412)
    console.click("dialog label.check input")
    console.click("dialog button.primary", "Upload")
    console.gone("dialog")
    assert console.client.get("here.txt") == b"new"


def test_the_page_fits_320_pixels(console):
    fill(console, {"app:" + "long" * 40: "v", "hits": "1"})
    console.click("button.tab", "Flat")
    with console.sized(320, is_mobile=False):
        console.find("a.opens", "hits")
        assert console.fits(320)
