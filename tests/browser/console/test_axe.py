"""Every page of the console against axe-core's rules of WCAG 2.2 AA, in three settings."""

from pathlib import Path

import pytest
from browser.filled import fill
from npm import npm_tools

TESTS = Path(__file__).parent.parent.parent
SETTINGS = {"light": (1280, "light"), "dark": (1280, "dark"), "narrow": (320, "light")}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECK = """
const [rules, done] = arguments;
axe.run(document, { runOnly: rules, resultTypes: ["violations"] }).then(({ violations }) =>
  done(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary.split("\\n").slice(1, 3)}`).join(" | ")}`)));
"""


@pytest.fixture(scope="module")
def axe():
    return (npm_tools(TESTS / "axe").parent / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def addresses(console):
    return fill(console.client)


def violations(console, axe):
    """Return what axe finds on the page that is shown."""
    console.run(axe)
    return console.browser.execute_async_script(CHECK, RULES)


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_page_has_a_violation(console, axe, addresses, setting):
    width, theme = SETTINGS[setting]
    found = {}
    with console.sized(width, 900, is_mobile=False):
        for address in addresses:
            console.open(address)
            console.run(f"document.documentElement.dataset.theme = '{theme}'")
            console.find("#content h1")
            console.gone("#content .loading")
            found[address] = violations(console, axe)
            if not console.fits(width):
                found[address].append("scrolls to the side")
    assert {address: broken for address, broken in found.items() if broken} == {}


def test_the_login_and_what_lies_over_a_page(console, axe):
    console.open("home")
    console.find("#content h1")
    found = {}
    for button, opened in {".go": "dialog", ".top [aria-expanded]:not(.menu)": ".drawer"}.items():
        console.click(button)
        console.find(opened)
        found[opened] = violations(console, axe)
        console.click(f"{opened} [aria-label=Close]")
    console.run("sessionStorage.clear()")
    console.browser.refresh()
    console.find(".login-page h1")
    found["login"] = violations(console, axe)
    console.log_in()
    assert {place: broken for place, broken in found.items() if broken} == {}
