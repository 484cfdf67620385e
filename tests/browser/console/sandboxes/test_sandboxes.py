"""Sandboxes in the console: to make, reset, copy, extend and delete them."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from bambleweeny import Client
from bambleweeny.errors import NotFound, Unauthorized
from selenium.webdriver.common.keys import Keys
from tools import need

XSS = '<img src=x onerror="window.xss=1">\'`${1}'
SEED = '{"key": {"name": "price", "value": "5"}}\n{"key": {"name": "size", "value": "L"}}\n'


@pytest.fixture(autouse=True)
def no_sandbox(console):
    for sandbox in console.client.sandboxes.list():
        sandbox.delete()


def opened(console, sandbox):
    """Show the page of a sandbox."""
    console.open("sandboxes")
    console.open(f"sandboxes/{sandbox.id}")
    console.find("#facts-title", sandbox.name or sandbox.id)


def made(console, way, **fields):
    """Make a sandbox with the form, and return a client of it."""
    console.open("sandboxes")
    console.open("sandboxes/new")
    console.click(f"input[value={way}]")
    for css, keys in fields.items():
        console.fill(f"[name={css}]", keys)
    console.click(".token-form button.primary")
    token = console.find(".token-text").text
    console.click("button", "I have copied it")
    console.find("#facts-title")
    return Client(console.server.url, token=token)


def test_an_empty_page_makes_the_first_one_with_its_seed(console):
    console.open("sandboxes")
    assert "apart from yours" in console.find(".empty").text
    console.click("button", "Run it here")
    token = console.find(".token-text").text
    with Client(console.server.url, token=token) as inside:
        assert inside.get("price") == b"5"
        assert inside.pop("jobs") == b"resize"
    console.click("button", "I have copied it")
    console.find("#facts-title", "first")
    assert token not in console.browser.page_source
    assert token not in console.stored()


def test_the_keyboard_makes_one_with_typed_lines(console):
    console.open("sandboxes")
    console.find(".empty")
    console.press("n")
    console.find(".token-form")
    console.press("ci", Keys.TAB, Keys.TAB, Keys.ARROW_DOWN)
    console.type(".token-form textarea", SEED)
    console.chord("s")
    with Client(console.server.url, token=console.find(".token-text").text) as inside:
        assert inside.get("size") == b"L"
    [sandbox] = console.client.sandboxes.list()
    assert (sandbox.name, sandbox.names) == ("ci", 2)
    console.click("button", "I have copied it")


def test_a_refused_seed_names_its_line_and_stays(console):
    console.open("sandboxes/new")
    console.click("input[value=lines]")
    console.type(".token-form textarea", SEED + "nonsense")
    console.click(".token-form button.primary")
    assert "3" in console.find(".problem").text
    assert console.find(".token-form textarea").get_property("value") == SEED + "nonsense"
    assert console.client.sandboxes.list() == []
    assert "400" in console.complaints()[0]


def test_one_begins_with_what_the_user_has_now(console):
    console.client.set("app:color", "blue")
    with made(console, "mine", sandbox="copy of mine") as inside:
        assert inside.get("app:color") == b"blue"
        inside.set("app:color", "red")
        assert console.client.get("app:color") == b"blue"


def test_the_shell_makes_the_same_of_what_the_user_has(console, monkeypatch):
    need("bash", "curl")
    console.client.set("app:color", "blue")
    console.open("sandboxes/new")
    console.click("input[value=mine]")
    line = console.find(".token-form pre.wrapped").text
    monkeypatch.setenv("TOKEN", console.token())
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True, timeout=60)
    with Client(console.server.url, token=json.loads(done.stdout)["token"]) as inside:
        assert inside.get("app:color") == b"blue"


def test_a_snapshot_is_copied(console, create):
    first = create(SEED, name="first")
    first.snapshot("paid")
    first.client().delete("price")
    opened(console, first)
    console.click("[aria-label='Duplicate the snapshot paid']")
    console.find(".token-form select[name=from]")
    console.click(".token-form button.primary")
    with Client(console.server.url, token=console.find(".token-text").text) as inside:
        assert inside.get("price") == b"5"


def test_a_token_that_is_left_is_not_shown_any_more(console):
    console.open("sandboxes")
    console.open("sandboxes/new")
    console.click(".token-form button.primary")
    console.find(".token-text")
    console.click("#pages a", "Sandboxes")
    console.find("dialog", "It is not shown again. Leave?")
    console.click("dialog button", "Leave")
    console.find("a.opens")
    assert console.found(".token-text") is None


def test_a_token_that_was_copied_is_followed_by_the_list_on_the_way_back(console):
    console.open("lists")
    console.open("sandboxes")
    console.open("sandboxes/new")
    console.find(".token-form a.button", "Cancel")
    console.click(".token-form button.primary")
    console.click(".once button", "I have copied it")
    console.find("#facts-title")
    console.browser.back()
    console.find("a.opens")
    assert console.found(".token-form") is None


def test_the_time_is_typed(console):
    console.open("sandboxes/new")
    console.type("select[name=span]", "another")
    console.type("input[name=own-span]", "90m" + Keys.ENTER)
    console.find(".token-text")
    [sandbox] = console.client.sandboxes.list()
    assert sandbox.ends - sandbox.made == timedelta(minutes=90)


def test_what_is_shown_once_works_in_pytest(console, tmp_path):
    console.open("sandboxes")
    console.click("button", "Run it here")
    console.find(".once")
    asked, exported, fixture = (
        one.text for one in console.browser.find_elements("css selector", ".once pre.wrapped")
    )
    token = console.find(".once .token-text").text
    assert token not in asked + exported
    (tmp_path / "conftest.py").write_text(fixture, "utf-8")
    (tmp_path / "test_it.py").write_text(
        "import pytest\n@pytest.mark.parametrize('time', (1, 2))\n"
        "def test_it(b9y, time):\n    assert b9y.incr('price') == 6\n",
        "utf-8",
    )
    tests = f"{sys.executable} -m pytest -q -p no:cacheprovider {tmp_path} --rootdir {tmp_path}"
    done = subprocess.run(
        ["bash", "-c", f"{asked}\n{exported}\n{tests}"], input=f"{token}\n", capture_output=True, text=True, check=False, timeout=120
    )  # fmt: skip
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_a_reset_asks_and_brings_the_seed_or_a_snapshot_back(console, create):
    sandbox = create(SEED)
    inside = sandbox.client()
    opened(console, sandbox)
    inside.set("price", "7")
    console.click("button", "Take a snapshot")
    console.type("dialog input", "paid" + Keys.ENTER)
    console.find(".snapshots", "paid")
    inside.set("price", "9")
    console.click("button", "Reset to the seed")
    console.click("dialog button", "Cancel")
    assert inside.get("price") == b"9"
    console.click("button", "Reset to the seed")
    console.click("dialog button.danger", "Reset")
    console.find(".message", "those of the seed")
    assert inside.get("price") == b"5"
    console.click("[aria-label='Reset to the snapshot paid']")
    console.click("dialog button.danger", "Reset")
    console.find(".message", "those of the snapshot paid")
    assert inside.get("price") == b"7"


def test_a_snapshot_is_replaced_knowingly_and_deleted(console, create):
    sandbox = create(SEED)
    sandbox.snapshot("paid")
    sandbox.client().delete("price")
    opened(console, sandbox)
    console.click("button", "Take a snapshot")
    console.type("dialog input", "paid")
    console.find("dialog .note", "it is replaced")
    console.click("dialog button.danger")
    console.find(".message", "The snapshot paid is taken")
    sandbox.reset(to="paid")
    with pytest.raises(NotFound):
        sandbox.client().get("price")
    console.click("[aria-label='Delete the snapshot paid']")
    console.click("dialog button.danger", "Delete")
    console.gone(".snapshots")
    assert console.client.sandboxes.get(sandbox.id).snapshots == ()


def test_a_sixth_snapshot_is_refused_in_the_dialog(console, create):
    sandbox = create()
    for number in range(5):
        sandbox.snapshot(f"s{number}")
    opened(console, sandbox)
    console.click("button", "Take a snapshot")
    console.type("dialog input", "s5" + Keys.ENTER)
    console.find("dialog .problem", "5 snapshots already")
    assert "409" in console.complaints()[0]


def test_its_end_is_changed(console, create):
    sandbox = create(ttl="5m")
    opened(console, sandbox)
    console.find("time", "in 4 min")
    console.type("select[name=span]", "8 hours")
    console.click("button", "Change when it ends")
    console.find("time", "in 7 h")


def test_it_is_deleted_after_a_question(console, create):
    sandbox = create(name="old")
    opened(console, sandbox)
    console.click("button.danger", "Delete")
    console.click("dialog button.danger", "Delete")
    console.find(".empty")
    assert console.client.sandboxes.list() == []
    with pytest.raises(Unauthorized):
        sandbox.client().get("a")


def test_what_others_do_appears(console, create):
    console.open("sandboxes")
    console.find(".empty")
    sandbox = create(name="from a program")
    console.find("a.opens", sandbox.id)
    console.find("a.opens", "from a program")
    console.click("a.opens", sandbox.id)
    console.find("#facts-title")
    sandbox.snapshot("theirs")
    console.find(".snapshots", "theirs")
    sandbox.delete()
    console.find(".note", "There is no such sandbox")
    assert "404" in console.complaints()[0]


def test_its_name_is_only_text(console, create):
    sandbox = create(name=XSS)
    console.open("sandboxes")
    console.find("a.opens", XSS)
    opened(console, sandbox)
    assert console.run("return window.xss") is None


@pytest.mark.parametrize("address", ["sandboxes", "sandboxes/new", "sandboxes/ID"])
def test_it_fits_a_narrow_window(console, create, address):
    sandbox = create(name="n" * 64)
    sandbox.snapshot("s" * 64)
    console.open(address.replace("ID", sandbox.id))
    console.find(".token-form" if "new" in address else ".snapshots" if "ID" in address else "a.opens")  # fmt: skip
    assert console.is_as_wide_as(320)
