"""The page of a key: what it shows, and that editing loses nothing."""

import base64
from itertools import count

import pytest
from browser.keys import assert_refused, clear, http_of, listed, press_alone
from selenium.webdriver.common.keys import Keys

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DRAFT = "textarea.draft"
COLORS = '{"color":"red","size":1.50,"big":1152921504606846977,"on":true}'
_numbers = count()


@pytest.fixture
def name(console):
    """Return the name of a key that no other test uses."""
    console.open("keys")
    console.find("h1", "Keys")
    clear(console)
    return f"app:key{next(_numbers)}"


def show(console, name, value=None, **how):
    if value is not None:
        console.client.set(name, value, **how)
    console.open(f"keys/{name}")
    console.find("h1", name)


def edit(console):
    console.find("button", "Edit")
    press_alone(console, "e")
    console.find(DRAFT)


def draft(console):
    return console.find(DRAFT).get_attribute("value")


def replace(console, old, new):
    """Change a part of the draft as typing would."""
    console.run(
        """
        const field = document.querySelector("textarea.draft");
        field.value = field.value.replace(arguments[0], arguments[1]);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        """,
        old,
        new,
    )


def save(console):
    console.type(DRAFT, Keys.CONTROL + "s")


def test_json_is_indented_and_its_numbers_type_and_ttl_survive_editing(console, name):
    show(console, name, COLORS, type="application/json", ttl="1h")
    console.find("pre.code", '"size": 1.50,\n  "big": 1152921504606846977')
    edit(console)
    replace(console, '"red"', '"green"')
    save(console)
    console.find(".message", "is saved")
    console.gone(DRAFT)
    assert console.client.get(name).decode() == COLORS.replace("red", "green")
    [row] = listed(console, name)
    assert row["type"] == "application/json"
    assert 3500 < row["ttl"] <= 3600


def test_a_value_without_a_type_gets_none_by_editing(console, name):
    show(console, name, "one\r\ntwo")
    edit(console)
    replace(console, "one", "öne")
    save(console)
    console.gone(DRAFT)
    assert console.client.get(name) == "öne\r\ntwo".encode()
    assert listed(console, name)[0]["type"] is None


def test_the_facts_of_a_key(console, name):
    show(console, name, COLORS, type="application/json", ttl="50s")
    facts = console.find(".facts").text
    etag = listed(console, name)[0]["etag"]
    assert not [
        line for line in ("63 bytes", "application/json", etag, "admin") if line not in facts
    ]
    seconds = console.find(".facts time").text
    console.until(lambda: console.find(".facts time").text != seconds)


def test_a_missing_key_is_made_from_its_page(console, name):
    show(console, name)
    console.find("main", f"There is no key {name}.")
    console.click("button", "Create it")
    assert console.find("dialog input").get_attribute("value") == name
    console.press(Keys.ESCAPE)
    console.client.set(name, "there")
    console.find("pre.code", "there")


def test_a_key_that_cannot_be_is_not_offered(console):
    console.open("keys/..")
    console.find(".problem", "A name cannot be . or .. alone.")
    assert not console.found("main button", "Create it")


def test_the_form_of_a_new_key_is_sent_by_keys_and_says_what_is_refused(console, name):
    console.client.users.update(0, max_value=4)
    console.open(f"keys/{name}")
    console.click("main button", "Create it")
    console.type("dialog textarea", "too long")
    console.chord("s")
    console.find(".message.error", "max_value")
    console.client.users.update(0, max_value=0)
    console.chord("s")
    console.gone("dialog")
    console.complaints()
    assert console.client.get(name) == b"too long"


def test_a_foreign_change_updates_the_view(console, name):
    show(console, name, "before")
    console.find("pre.code", "before")
    console.client.set(name, "after")
    console.find("pre.code", "after")
    console.client.delete(name)
    console.find("main", "There is no key")


def test_a_conflict_offers_a_merge_of_both(console, name):
    show(console, name, COLORS, type="application/json")
    edit(console)
    replace(console, '"red"', '"green"')
    console.client.set(name, COLORS.replace("true", "false"), type="application/json")
    console.find(".note", "Somebody else has changed this key")
    assert '"green"' in draft(console)
    assert '"on": true' in draft(console)
    save(console)
    console.find("dialog .added", '"on": false')
    console.find("dialog .added", '"color": "green"')
    assert_refused(console, 412)
    console.click("dialog button", "Merge both")
    console.find(".note", "both changes")
    save(console)
    console.gone(DRAFT)
    both = COLORS.replace("red", "green").replace("true", "false")
    assert console.client.get(name).decode() == both


def test_neighbouring_members_of_json_are_merged(console, name):
    show(console, name, '{"a":1.50,"b":2}', type="application/json")
    edit(console)
    replace(console, "1.50", "1.60")
    console.client.set(name, '{"a":1.50,"b":1152921504606846977}', type="application/json")
    save(console)
    lines = console.find("dialog .compared pre").get_attribute("textContent")
    assert "{-   " not in lines
    assert lines == '  {    "a": 1.50,-   "b": 2+   "b": 1152921504606846977  }'
    assert console.run("return document.activeElement.textContent") == "Merge both"
    assert_refused(console, 412)
    console.press(Keys.ENTER)
    console.find(".note", "both changes")
    save(console)
    console.gone(DRAFT)
    assert console.client.get(name) == b'{"a":1.60,"b":1152921504606846977}'


def conflicting(console, name):
    show(console, name, "red\n")
    edit(console)
    replace(console, "red", "green")
    console.client.set(name, "blue\n")
    save(console)
    console.find("dialog", "In 1 place both have changed the same")
    assert_refused(console, 412)


def test_a_conflict_lets_one_keep_ones_draft(console, name):
    conflicting(console, name)
    console.click("dialog button", "Keep mine")
    console.gone(DRAFT)
    assert console.client.get(name) == b"green\n"


def test_a_conflict_lets_one_take_the_other_value(console, name):
    conflicting(console, name)
    console.click("dialog button", "Take theirs")
    console.find("pre.code", "blue")
    assert console.client.get(name) == b"blue\n"


@pytest.mark.parametrize(("side", "color"), [("mine", "blue"), ("theirs", "green")])
def test_only_what_both_have_changed_is_left_to_choose(console, name, side, color):
    show(console, name, '{"color":"red","size":1,"tags":["a"]}', type="application/json")
    edit(console)
    replace(console, '"red"', '"blue"')
    replace(console, '"size": 1', '"size": 2')
    console.client.set(name, '{"color":"green","size":1,"tags":["a","b"]}', type="application/json")
    save(console)
    console.find("dialog", "In 1 place both have changed the same")
    assert_refused(console, 412)
    assert console.find("dialog fieldset").text == 'color\nYours: "blue"\nTheirs: "green"'
    if side == "theirs":
        console.press(Keys.ARROW_DOWN)
    console.click("dialog button", "Merge both")
    console.find(".note", "both changes")
    assert not console.found(".compared")
    save(console)
    console.gone(DRAFT)
    merged = f'{{"color":"{color}","size":2,"tags":["a","b"]}}'
    assert console.client.get(name).decode() == merged


def test_a_key_that_is_deleted_while_editing_is_saved_as_a_new_one(console, name):
    show(console, name, "old", type="text/plain")
    edit(console)
    replace(console, "old", "new")
    console.client.delete(name)
    console.find(".note", "was deleted or has expired")
    assert draft(console) == "new"
    console.click("button", "Save as a new key")
    console.gone(DRAFT)
    assert console.client.get(name) == b"new"
    assert listed(console, name)[0]["type"] == "text/plain"


def test_saving_a_key_that_is_deleted_asks_to_save_it_as_a_new_one(console, name):
    show(console, name, "old")
    edit(console)
    replace(console, "old", "new")
    console.client.delete(name)
    console.find(".note", "was deleted or has expired")
    console.chord("s")
    console.find("dialog h2", f"Save {name} as a new key?")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")
    assert not list(console.client.keys.list(prefix=name))
    save(console)
    console.click("dialog footer button", "Save as a new key")
    console.gone(DRAFT)
    assert console.client.get(name) == b"new"


def test_json_without_a_type_is_edited_as_it_is(console, name):
    show(console, name, "[1, 2]")
    assert console.find(".tab[aria-pressed=true]").text == "Text"
    edit(console)
    assert draft(console) == "[1, 2]"
    console.click(".tab", "JSON")
    console.click(".tab", "Text")
    replace(console, "2", "3")
    save(console)
    console.gone(DRAFT)
    assert console.client.get(name) == b"[1, 3]"


def test_invalid_json_is_located_and_saved_only_as_text(console, name):
    show(console, name, '{"a":1}', type="application/json")
    edit(console)
    replace(console, "1", "1,")
    console.find(".wrong", "Line 3, column 1")
    assert not console.find("button", "Save").is_enabled()
    save(console)
    console.find(DRAFT)
    assert console.client.get(name) == b'{"a":1}'
    console.click("button", "Save as text")
    console.gone(DRAFT)
    assert listed(console, name)[0]["type"] == "text/plain"


def test_leaving_a_draft_asks_first(console, name):
    show(console, name, "old")
    edit(console)
    replace(console, "old", "new")
    console.run("location.hash = '#/keys'")
    console.find("dialog", "Leave without saving?")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")
    assert draft(console) == "new"
    assert console.browser.current_url.endswith(name)
    assert console.run("return !dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    console.run("location.hash = '#/keys'")
    console.click("dialog button", "Leave")
    console.gone(DRAFT)
    console.find("h1", "Keys")
    assert console.client.get(name) == b"old"


def test_an_end_of_the_login_while_editing_keeps_the_draft(console, name):
    show(console, name, "old")
    edit(console)
    replace(console, "old", "new")
    token = console.run("return JSON.parse(sessionStorage['bambleweeny.session']).token")
    http_of(console).post("/auth/revoke", data={"token": token}).raise_for_status()
    save(console)
    console.find(".again input[name=password]")
    console.fill(".again input[name=username]", "admin")
    console.type(".again input[name=password]", "changeme" + Keys.ENTER)
    console.gone(DRAFT)
    assert console.client.get(name) == b"new"
    assert all(" 401 " in one for one in console.complaints())


def test_bytes_are_shown_and_edited_as_hex(console, name):
    show(console, name, bytes(range(256)) * 300)
    console.find("pre.code", "00000010  10 11 12")
    console.find("main", "Bytes 0 to 65,535 of 76,800")
    assert not console.found("button", "Edit")
    console.click("button", "Last")
    console.find("pre.code", "00010000  00 01 02")
    console.client.set(name, b"\0\xff")
    console.find("pre.code", "00 ff")
    edit(console)
    console.fill(DRAFT, "00 f")
    console.find(".wrong", "two hex digits")
    console.type(DRAFT, "e 0a")
    save(console)
    console.gone(DRAFT)
    assert console.client.get(name) == b"\0\xfe\n"


def test_a_long_value_is_read_in_parts_and_edited_without_a_loss(console, name):
    lines = "".join(f"line {number} é\n" for number in range(20_000))
    show(console, name, lines)
    console.find("main", "The first 64 kB of")
    console.click("button", "Show all")
    console.gone("main", "The first 64 kB of")
    edit(console)
    console.find("main", "from line 1, characters 1 to ")
    assert len(draft(console)) < 130_000
    console.click("button", "Next")
    replace(console, "line 7000 ", "LINE 7000 ")
    save(console)
    console.gone(DRAFT)
    assert console.client.get(name).decode() == lines.replace("line 7000 ", "LINE 7000 ")


def test_a_value_over_a_megabyte_is_shown_in_windows_only(console, name):
    for field in ("a", "b"):
        text = " ".join(f"{number:07}" for number in range(80_000))
        console.client.keys.patch(name, {field: text})
    show(console, name)
    console.find(".note", "windows of 64 kB")
    console.find("pre.code", "0000001")
    assert not console.found("button", "Edit")
    console.type("input.place", "1000000" + Keys.ENTER)
    start = 1_000_000 // 65536 * 65536
    console.find("pre.code", console.client.get(name)[start : start + 60].decode())


def test_an_image_is_shown(console, name):
    show(console, name, PIXEL, type="image/png")
    console.until(lambda: console.run("return document.querySelector('img.picture')?.naturalWidth"))


@pytest.mark.parametrize(
    ("value", "type_", "views"),
    [
        ("<script>parent.hacked = 1</script><img src=x onerror='parent.hacked = 1'>", "text/html", ["HTML"]),
        ('<svg xmlns="http://www.w3.org/2000/svg" onload="top.hacked = 1"><script>top.hacked = 1</script></svg>', "image/svg+xml", ["Image"]),
        ('{"a":"</script><script>hacked = 1</script>"}', "application/json", ["Text", "JSON"]),
        ("<img src=x onerror='hacked = 1'>", "text/plain", ["Hex", "Text"]),
    ],
)  # fmt: skip
def test_no_script_in_a_value_runs(console, name, value, type_, views):
    show(console, name, value, type=type_)
    for view in views:
        console.click("button.tab", view)
        console.until(
            lambda view=view: (
                console.found("button.tab[aria-pressed=true]", view)
                and console.found("pre.code, img.picture, iframe[sandbox='']")
            )
        )
    edit(console)
    assert console.run("return typeof window.hacked") == "undefined"
    assert console.run("return document.querySelectorAll('main script, main svg').length") == 0
    refusals = console.complaints()
    assert all("sandboxed" in one or "Content Security Policy" in one for one in refusals)


def test_the_ttl_is_set_and_removed(console, name):
    show(console, name, "v")
    console.click("button[aria-label='Change: TTL']")
    console.fill("dialog input", "5x")
    console.find("dialog .wrong")
    console.fill("dialog input", "2h")
    console.find("dialog pre", "ttl=2h")
    console.click("dialog button", "Set the TTL")
    console.find(".facts", "1 h 59 min")
    console.click("button[aria-label='Change: TTL']")
    console.click("dialog button", "Remove the TTL")
    console.find(".facts", "does not expire")
    assert listed(console, name)[0]["ttl"] is None


def test_the_type_is_changed_and_the_rest_stays(console, name):
    show(console, name, '{"a":1}', ttl="1h")
    console.click("button[aria-label='Change: Type']")
    console.fill("dialog input", "application/json")
    console.click("dialog button", "Set the type")
    console.find(".facts", "application/json")
    [row] = listed(console, name)
    assert row["ttl"] > 3500
    assert console.client.get(name) == b'{"a":1}'


def test_a_counter_is_counted(console, name):
    show(console, name, "41")
    console.click("button", "+1")
    console.find("pre.code", "42")
    console.type("input.step", "-10" + Keys.ENTER)
    console.find("pre.code", "32")
    assert console.client.get(name) == b"32"


def test_a_key_is_made_public_and_private(console, name):
    show(console, name, "shown", type="text/plain")
    console.click("button", "Make public")
    console.find("dialog", f"Anybody with the URL can read the value of {name}, now and after")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")
    assert http_of(console).get("/routes").json() == {"routes": []}
    console.click("button", "Make public")
    console.click("dialog button.primary", "Make public")
    url = console.find("a.mono", "/routes/").text
    console.find("button", "Add another URL")
    assert console.is_as_wide_as(320)
    answer = http_of(console).get(url.removeprefix(console.server.url))
    assert (answer.text, answer.headers["Content-Type"]) == ("shown", "text/plain")
    console.click("button", "Delete the URL")
    console.click("dialog button.danger")
    console.find("main", "Nobody without a token")
    assert http_of(console).get(url.removeprefix(console.server.url)).status_code == 404


def test_json_without_a_type_is_public_as_json(console, name):
    show(console, name, COLORS)
    console.click("button", "Make public")
    console.find("dialog", "It is sent as application/json.")
    console.click("dialog button.primary", "Make public")
    console.find(".card .soft", "application/json")
    url = console.find("a.mono", "/routes/").text.removeprefix(console.server.url)
    assert http_of(console).get(url).headers["Content-Type"] == "application/json"
    console.click("button", "Add another URL")
    console.find("dialog", f"Add another URL of {name}?")
    console.press(Keys.ESCAPE)
    console.gone("dialog")


def test_a_key_is_deleted(console, name):
    show(console, name, "v")
    console.click("button", "Delete")
    console.click("dialog button.danger", "Delete")
    console.find("h1", "Keys")
    assert listed(console, name) == []


def test_a_file_replaces_the_value_and_the_ttl_stays(console, name, tmp_path):
    show(console, name, "old", ttl="1h")
    file = tmp_path / "new.json"
    file.write_text('{"new":1}')
    console.find("button", "Replace by a file")
    console.browser.find_element("css selector", "input[type=file]").send_keys(str(file))
    console.click("dialog button.danger", "Replace by a file")
    console.find("pre.code", '"new": 1')
    [row] = listed(console, name)
    assert (row["type"], row["ttl"] > 3500) == ("application/json", True)


def test_the_page_fits_320_pixels(console, name):
    with console.sized(320, is_mobile=False):
        for value in (COLORS, "7", bytes(range(256)) * 300):
            show(console, name + "long" * 30, value)
            console.find("pre.code")
            assert console.fits(320)


def test_a_value_for_a_missing_key_stays_when_somebody_else_creates_it(console, name):
    show(console, name)
    console.click("button", "Create it")
    console.type("dialog textarea", "mine")
    console.client.set(name, "theirs")
    console.until(lambda: "theirs" in console.run("return document.body.textContent"))
    assert console.find("dialog textarea").get_attribute("value") == "mine"
    console.click("dialog button.primary", "Create")
    console.click("dialog .problem a", "Open it")
    console.find("dialog h2", "Close without saving?")
    console.press(Keys.ESCAPE)
    console.gone("dialog h2", "Close without saving?")
    assert console.find("dialog textarea").get_attribute("value") == "mine"
    console.click("dialog .problem a", "Open it")
    console.click("dialog button.danger", "Drop it")
    console.gone("dialog")
    assert console.client.get(name) == b"theirs"
    assert_refused(console, 412)


@pytest.mark.parametrize("size", [5, 300_000, 1_000_000])
def test_a_value_is_copied_as_a_whole(console, name, size):
    value = "[" + ",".join(["1.50"] * (size // 5)) + "]"
    show(console, name, value, type="application/json")
    console.run(
        "Object.defineProperty(navigator, 'clipboard', "
        "{configurable: true, value: {writeText: async (text) => { window.copied = text; }}})"
    )
    console.click("#content button", "Copy value")
    console.until(lambda: console.run("return window.copied") == value)
