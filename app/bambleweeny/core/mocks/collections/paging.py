"""Which part of a list a query asks for, and the links to the other parts."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_plus

from bambleweeny.core.mocks.calls import Call

_PAGE = 10


class Page(NamedTuple):
    """A part of a list: `number` is 0 if no page was asked for, `pages` is the last one."""

    start: int
    stop: int
    number: int = 0
    pages: int = 0
    is_enveloped: bool = False

    @property
    def links(self) -> dict[str, int]:
        """The pages to link to, by their relation; none if one page is all."""
        if self.pages <= 1:
            return {}
        found = {"first": 1, "prev": self.number - 1, "next": self.number + 1, "last": self.pages}
        return {name: number for name, number in found.items() if 1 <= number <= self.pages}


def page_of(query: Mapping[str, list[str]], total: int) -> Page:
    """Read `_page` with `_limit`, `_per_page`, `_start` with `_end` or `_limit`.

    `_start` and `_end` count as those of a slice: below 0 from the end. `_per_page` is of
    json-server 1, which answers an object with the page in it; of any other page the answer
    is an array, as in json-server 0.17. What is no number is left out.
    """
    number, limit = _number(query, "_page"), _number(query, "_limit")
    per_page = _number(query, "_per_page")
    if "_page" in query or per_page:
        size = max(1, per_page or limit or _PAGE)
        pages = max(1, -(-total // size))
        current = max(1, number or 1)
        current = min(current, pages) if per_page else current
        start = (current - 1) * size
        return Page(start, start + size, current, pages, is_enveloped=per_page is not None)
    start, end = _number(query, "_start") or 0, _number(query, "_end")
    first, stop, _ = slice(start, end).indices(total)
    if end is None and limit is not None:
        stop = min(total, first + max(0, limit))
    return Page(first, max(first, stop))


def link_header(call: Call, here: str, page: Page) -> str:
    """Return the header Link of a page; `here` is the URL of the list without a query.

    The fields of the query keep their order and their spelling, except the page, `<` and `>`.
    """
    fields = [field for field in _in_brackets(call.query).split("&") if field]
    if not any(map(_is_page, fields)):
        fields.append("_page=")
    found = []
    for name, number in page.links.items():
        query = "&".join(_with_page(field, number) for field in fields)
        found.append(f'<{_in_brackets(here)}?{query}>; rel="{name}"')
    return ", ".join(found)


def _in_brackets(text: str) -> str:
    """Encode what would end the URL in its angle brackets."""
    return text.replace("<", "%3C").replace(">", "%3E")


def _with_page(field: str, number: int) -> str:
    return f"_page={number}" if _is_page(field) else field


def _is_page(field: str) -> bool:
    return unquote_plus(field.partition("=")[0]) == "_page"


def _number(query: Mapping[str, list[str]], name: str) -> int | None:
    text = query.get(name, [""])[0].strip()
    digits = text.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 15
    return int(text) if is_number else None
