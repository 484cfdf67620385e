"""Markdown of the guide as HTML, and as the sections that a search finds."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FILE = re.compile(r"^([A-Za-z-]+)\.md(#.*)?$")
_CONTRACT = "../openapi.yaml"
_PICTURES = "site/"
_RUNS = ("sh", "python", "javascript")
"""The languages of commands and programs, which a reader copies."""


class Heading(NamedTuple):
    """A heading of the second level, as a page's own table of contents shows it."""

    anchor: str
    title: str


class Rendered(NamedTuple):
    """The HTML of a page's body and its headings."""

    html: str
    headings: list[Heading]


class Section(NamedTuple):
    """A heading and the text below it. The first section of a page has no anchor."""

    anchor: str
    title: str
    text: str


def render(text: str, prefix: str = "", picture_url: Callable[[str], str] = str) -> Rendered:
    """Render Markdown; links to other pages begin with `prefix`.

    `picture_url` returns the URL of a file of the site from its name.
    """
    parser = _parser()
    tokens = parser.parse(text)
    headings = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag != "h1":
            title = _plain(tokens[at + 1])
            token.attrSet("id", anchor_of(title))
            if token.tag == "h2":
                headings.append(Heading(anchor_of(title), title))
        if token.attrGet("style"):
            # NOTE: the page's policy allows no styles in it.
            token.attrs = {"class": "number"}
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", _link(str(child.attrGet("href")), prefix))
            elif child.type == "image":
                name = str(child.attrGet("src")).removeprefix(_PICTURES)
                child.attrSet("src", picture_url(name))
    return Rendered(parser.renderer.render(tokens, parser.options, {}), headings)


def sections_of(text: str) -> Iterator[Section]:
    """Split Markdown at its headings, for the search."""
    anchor = title = ""
    words: list[str] = []
    tokens = _parser().parse(text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            if words:
                yield Section(anchor, title, " ".join(words))
            title, words = _plain(tokens[at + 1]), []
            anchor = "" if token.tag == "h1" else anchor_of(title)
        elif token.type == "inline" and tokens[at - 1].type != "heading_open":
            words.append(_plain(token))
        elif token.type == "fence":
            words.append(" ".join(token.content.split()))
    if words:
        yield Section(anchor, title, " ".join(words))


def anchor_of(title: str) -> str:
    """Return a heading's anchor, by the rule that code hosts use for Markdown files."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@cache
def _parser() -> "MarkdownIt":
    # NOTE: only a reader of the guide pays for the import.
    from markdown_it import MarkdownIt  # noqa: PLC0415

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("table_open", lambda *_: '<div class="table" tabindex="0"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    parser.add_render_rule("heading_close", _heading_close)
    return parser


def _fence(renderer: object, tokens: Sequence["Token"], at: int, *_: object) -> str:
    token = tokens[at]
    language = (token.info.split() or ["text"])[0]
    kind = 'class="output"' if language == "output" else 'class="code"'
    if language in _RUNS:
        kind += " data-runs"
    return f'<div {kind}><pre tabindex="0"><code>{escape(token.content)}</code></pre></div>\n'


def _heading_close(renderer: object, tokens: Sequence["Token"], at: int, *_: object) -> str:
    anchor = tokens[at - 2].attrGet("id")
    if not anchor:
        return f"</{tokens[at].tag}>\n"
    link = f'<a class="anchor" href="#{anchor}" aria-label="Link to this section">#</a>'
    return f" {link}</{tokens[at].tag}>\n"


def _link(target: str, prefix: str) -> str:
    if target == _CONTRACT:
        return f"{prefix}api"
    file = _FILE.match(target)
    if file is None:
        return target
    return f"{prefix}{file[1]}{file[2] or ''}"


def _plain(token: "Token") -> str:
    return "".join(
        " " if child.type == "softbreak" else child.content for child in token.children or ()
    )
