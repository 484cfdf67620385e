"""The guide as a web site: each page as HTML, without JavaScript and for any prefix of paths."""

from collections.abc import Callable
from functools import cache
from html import escape
from string import Template

from bambleweeny import __version__
from bambleweeny.guide.markdown import Heading, render
from bambleweeny.guide.pages import Page, contents, home, sections
from bambleweeny.guide.search import Found
from bambleweeny.resources import resources

ASSETS = "<!-- style sheet and script -->"
"""The place of the style sheet, script and icon of a page; each answer has another nonce there."""
_FOLDER = resources() / "guide" / "site"
_NOTHING_FOUND = "Try other words, or look through the contents."
_BELOW_HOME = "docs/"
"""The prefix of links on the home page, /docs; the other pages are at /docs/NAME."""


def site_file(name: str) -> bytes:
    """Return a file of the site."""
    return (_FOLDER / name).read_bytes()


def home_html() -> str:
    """Return the page with the table of contents."""
    rendered = render(home().text, _BELOW_HOME)
    return _layout("Bambleweeny", home().summary, rendered.html, prefix=_BELOW_HOME, kind="home")


def page_html(page: Page, picture_url: Callable[[str], str]) -> str:
    """Return a page of the guide; `picture_url` returns the URL of a picture from its name."""
    rendered = render(page.text, picture_url=picture_url)
    return _layout(
        f"{page.title} - Bambleweeny",
        page.summary,
        rendered.html,
        current=page,
        around=_around(page),
        headings=_headings(rendered.headings),
    )


def results_html(query: str, results: list[Found]) -> str:
    """Return what a search has found."""
    shown = escape(query)
    if not query:
        body = "<h1>Search</h1><p>Type what you look for into the field above.</p>"
    elif not results:
        body = f"<h1>Nothing found for “{shown}”</h1><p>{_NOTHING_FOUND}</p>"
    else:
        body = (
            f'<h1>Results for “{shown}”</h1><ol class="found">{"".join(map(_result, results))}</ol>'
        )
    return _layout("Search - Bambleweeny", "Search the guide.", body, query=query, kind="results")


def message_html(title: str, sentence: str) -> str:
    """Return a page that says why there is no other."""
    body = f"<h1>{escape(title)}</h1><p>{escape(sentence)}</p>"
    return _layout(f"{title} - Bambleweeny", sentence, body, kind="message")


@cache
def logo() -> str:
    """Return the logo as an element of a page, in the colour of its text."""
    return site_file("logo.svg").decode()


def _layout(
    title: str,
    summary: str,
    body: str,
    *,
    prefix: str = "",
    current: Page | None = None,
    around: str = "",
    headings: str = "",
    query: str = "",
    kind: str = "page",
) -> str:
    return _template().substitute(
        title=escape(title),
        summary=escape(summary),
        body=body,
        prefix=prefix,
        root="" if prefix else "../",
        logo=logo(),
        assets=ASSETS,
        contents=_contents(prefix, current),
        around=around,
        headings=headings,
        query=escape(query),
        kind=kind,
        version=__version__,
    )


@cache
def _template() -> Template:
    return Template(site_file("page.html").decode())


@cache
def _contents(prefix: str, current: Page | None) -> str:
    parts = []
    for section, pages in sections().items():
        links = (
            f'<li><a href="{prefix}{page.name}"{_mark(page == current)}>'
            f"{escape(page.title)}</a></li>"
            for page in pages
        )
        parts.append(f"<h2>{escape(section)}</h2>\n<ul>{''.join(links)}</ul>")
    return "\n".join(parts)


def _mark(is_current: bool) -> str:
    return ' aria-current="page"' if is_current else ""


def _around(page: Page) -> str:
    pages = list(contents().values())
    at = pages.index(page)
    links = []
    if at > 0:
        links.append(_step("prev", "Previous", pages[at - 1]))
    if at + 1 < len(pages):
        links.append(_step("next", "Next", pages[at + 1]))
    return f'<nav class="around" aria-label="Pages before and after">{"".join(links)}</nav>'


def _step(rel: str, word: str, page: Page) -> str:
    label = f"<small>{word}</small> {escape(page.title)}"
    return f'<a class="{rel}" rel="{rel}" href="{page.name}">{label}</a>'


def _headings(headings: list[Heading]) -> str:
    if not headings:
        return ""
    links = (f'<li><a href="#{one.anchor}">{escape(one.title)}</a></li>' for one in headings)
    return (
        '<nav class="headings" aria-label="On this page"><h2>On this page</h2>'
        f"<ul>{''.join(links)}</ul></nav>"
    )


def _result(found: Found) -> str:
    target = f"{found.page.name}#{found.anchor}" if found.anchor else found.page.name
    return (
        f'<li><a href="{target}">{escape(found.title)}</a> '
        f"<small>{escape(found.page.title)}</small><p>{found.excerpt}</p></li>\n"
    )
