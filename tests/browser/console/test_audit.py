"""The audit trail in the console: filters, live entries, pause."""

import pytest
from bambleweeny import Client
from bambleweeny.errors import WrongLogin

XSS = '<img src=x onerror="window.xss=1">'


def refused(console, name):
    """Send a login that is refused."""
    with Client(console.server.url, username=name, password="wrong") as client:
        with pytest.raises(WrongLogin):
            client.get("a")


def shown(console):
    """Return the actions and users of the rows that are shown."""
    return console.run(
        "return [...document.querySelectorAll('.grid tbody .row')].map((row) => row.innerText)"
    )


def chosen(console):
    """Return what the filters show."""
    return console.run(
        "return [...document.querySelectorAll('.filters select')].map((select) => select.selectedOptions[0].text)"
    )


def opened(console, address="audit"):
    console.open("account")
    console.find("#who-title")
    console.open(address)
    console.find(".bar", "New entries appear at once.")


def test_new_entries_appear_while_the_page_is_shown(console):
    opened(console)
    console.client.users.create("uli", "a good one")
    console.until(lambda: "user.created" in shown(console)[0])
    assert "uli" in shown(console)[0]


def test_a_pause_shows_afterwards_what_has_happened(console):
    opened(console)
    console.click("button", "Pause")
    console.find(".bar", "Paused")
    before = len(shown(console))
    made = [console.client.tokens.add(f"t{number}", ["keys:read"]) for number in range(3)]
    assert len(shown(console)) == before
    console.click("button", "Resume")
    console.until(lambda: len(shown(console)) == before + len(made))
    assert [made[2].token.id in shown(console)[0], made[0].token.id in shown(console)[2]] == [1, 1]


def test_entries_are_filtered_by_action_user_and_text(console):
    refused(console, "nobody")
    opened(console, "audit?action=login")
    rows = shown(console)
    assert rows and all(row.startswith("login") for row in rows)
    console.fill(".filter", "nobody")
    console.until(lambda: len(shown(console)) == 1)
    assert "wrong_login" in shown(console)[0]
    user = console.client.users.create("eva", "a good one")
    opened(console, f"audit?userid={user}")
    console.until(lambda: len(shown(console)) >= 1)
    assert not any("login.refused" in row for row in shown(console))
    console.until(lambda: "eva" in chosen(console))


def test_an_entry_shows_all_its_fields(console):
    console.client.tokens.add("shown", ["keys:read"])
    opened(console, "audit?action=token")
    console.click("button.opens", "token.created")
    facts = console.find(".card .facts").text
    for word in ("Request", "Address", "127.0.0.1", "token.created", "shown"):
        assert word in facts


def test_what_a_stranger_sends_is_only_text(console):
    refused(console, XSS)
    opened(console, "audit?action=login.refused")
    console.find(".grid td", XSS)
    console.click("button.opens", "login.refused")
    console.find(".card .facts", XSS)
    assert console.run("return window.xss") is None


def test_a_long_trail_has_few_rows(console):
    for number in range(60):
        console.client.tokens.revoke(console.client.tokens.add(str(number), ["keys:read"]).token.id)
    opened(console, "audit?period=all")
    assert int(console.find(".grid table").get_attribute("aria-rowcount")) > 120
    assert len(shown(console)) < 60


def test_it_fits_a_narrow_window(console):
    user = console.client.users.create("u" * 64, "the password")
    opened(console)
    console.until(lambda: "u" * 64 in console.find(".filters").text)
    console.click("button.opens")
    console.find(".card .facts")
    assert console.is_as_wide_as(320)
    console.client.users.delete(user)


def test_a_narrow_table_shows_time_and_object(console):
    made = console.client.tokens.add("narrow", ["keys:read"]).token
    with console.sized(390):
        opened(console, "audit?action=token")
        cell = console.find(".grid .opens", "token.created").text
        assert made.id in cell and "admin" in cell and ":" in cell
        assert console.run("const g = document.querySelector('.grid'); return g.scrollWidth <= g.clientWidth")  # fmt: skip
