"""The pages of the guide and their order, which is that of its README.md."""

import re
from functools import cache
from typing import NamedTuple

from bambleweeny.resources import resources

HOME = "README"
"""The file with the table of contents."""
_FOLDER = resources() / "guide"
_ENTRY = re.compile(
    r"^## (?P<section>.+)$|"
    r"^- \[(?P<title>.+)\]\((?P<name>[a-z-]+)\.md\): (?P<summary>.+)$",
    re.MULTILINE,
)


class Page(NamedTuple):
    """A page of the guide. `name` is its topic, the last part of its URL and its file."""

    name: str
    title: str
    summary: str
    section: str

    @property
    def text(self) -> str:
        """The page's Markdown."""
        return (_FOLDER / f"{self.name}.md").read_text("utf-8")


def home() -> Page:
    """Return the page with the table of contents."""
    return Page(HOME, "Guide", "What Bambleweeny does, page by page.", "")


@cache
def contents() -> dict[str, Page]:
    """Return all pages but the home page by their names, in order."""
    found: dict[str, Page] = {}
    section = ""
    for entry in _ENTRY.finditer(home().text):
        section = entry["section"] or section
        if entry["name"]:
            found[entry["name"]] = Page(entry["name"], entry["title"], entry["summary"], section)
    return found


def page_of(name: str) -> Page | None:
    """Return the page of a name, or None if there is no such page."""
    return contents().get(name)


def sections() -> dict[str, list[Page]]:
    """Return the pages by section, both in order."""
    grouped: dict[str, list[Page]] = {}
    for page in contents().values():
        grouped.setdefault(page.section, []).append(page)
    return grouped
