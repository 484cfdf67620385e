"""Listings over HTTP: all names, or a selection as pages, counts or groups; keys with values.

A long answer is streamed, to save memory.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_json, answer_raw
from bambleweeny.api.requests.authentication import check_again
from bambleweeny.api.requests.concurrency import hold_room
from bambleweeny.api.requests.parameters import read_flag, read_up_to, refuse_beside
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.key_entry import KeyEntry
from bambleweeny.core.listing.name_range import NameRange
from bambleweeny.core.listing.selections import Noun, Selection
from bambleweeny.core.lists.found_items import ListStats
from bambleweeny.core.lists.items import Items
from bambleweeny.core.pacing import paced
from bambleweeny.core.services import Services
from bambleweeny.core.values import MOST_BYTES_AT_ONCE, etag_of, value_of
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import shown_owner

_FOR_ALL_NOUNS = ("prefix", "limit", "after", "count", "delimiter")
SELECTING: dict[Noun, tuple[str, ...]] = {
    "keys": (*_FOR_ALL_NOUNS, "values", "meta"),
    "lists": (*_FOR_ALL_NOUNS, "stats"),
    "topics": _FOR_ALL_NOUNS,
}
"""The query parameters that turn a listing into a selection."""
_NOT_WITH_TEXT = ("values", "meta", "stats")
_NOT_WITH_COUNT = ("limit", "after", "delimiter", *_NOT_WITH_TEXT)
_MAX_LIMIT = 1000
_MAX_BUFFERED = 64 << 10
_CHECK_SECONDS = 15.0

Page = tuple[list[dict[str, Any]], list[str]]
"""Rows of names, and the names of groups."""


def answer_listing(
    req: falcon.Request, resp: falcon.Response, noun: Noun, services: Services
) -> None:
    """Answer the names that the caller may see, or the selection that the request asks for.

    The first pages are read before the answer begins, so that an error in them still gets its
    HTTP status.
    """
    if (req.query_string and _given(req, noun)) or _wants_text(req):
        _answer_selection(req, resp, noun, services)
        return
    visible = services.selections.visible(req.context.caller, noun)
    pages: Iterator[Page] = ((_rows(names, owner), []) for owner, names in visible)
    answer_streamed(req, resp, services, "application/json", _render(noun, pages))


def answer_streamed(
    req: falcon.Request,
    resp: falcon.Response,
    services: Services,
    content_type: str,
    parts: Iterator[bytes],
) -> None:
    """Answer the parts of a body, as a stream if they are longer than 64 kB.

    A stream breaks off within 15 seconds if its token is no longer valid.
    """
    first, size = [], 0
    resp.content_type = content_type
    for part in parts:
        first.append(part)
        size += len(part)
        if size > _MAX_BUFFERED:
            rest = _while_valid(parts, lambda: check_again(req, services))
            resp.stream = chain([b"".join(first)], paced(rest))
            return
    # NOTE: a known length keeps the connection open; the end of a stream closes it.
    resp.data = b"".join(first)


def _while_valid(parts: Iterator[bytes], check: Callable[[], object]) -> Iterator[bytes]:
    due = time.monotonic() + _CHECK_SECONDS
    for part in parts:
        if time.monotonic() >= due:
            check()
            due = time.monotonic() + _CHECK_SECONDS
        yield part


def _answer_selection(
    req: falcon.Request, resp: falcon.Response, noun: Noun, services: Services
) -> None:
    """Answer the caller's names in a range, or their number with `?count=1`.

    Without a match the answer is empty. The whole is not atomic; each page is.
    """
    caller, selections = req.context.caller, services.selections
    name_range = NameRange(*(req.get_param(name) or "" for name in NameRange._fields))
    selection = selections.of(caller, noun, name_range, read_up_to(req, "limit", _MAX_LIMIT))
    has_values = noun == "keys" and read_flag(req, "values")
    has_meta = noun == "keys" and read_flag(req, "meta")
    if read_flag(req, "count"):
        refuse_beside(req, "'count'", _NOT_WITH_COUNT)
        _answer_count(req, resp, selections.count(caller, noun, name_range.prefix))
        return
    if _wants_text(req):
        refuse_beside(req, "'Accept: text/plain'", _NOT_WITH_TEXT)
        text = _text_pages(selection)
        answer_streamed(req, resp, services, "text/plain; charset=utf-8", text)
        return
    if has_values or has_meta:
        hold_room(req)
        pages = _row_pages(selection, caller.id, has_values=has_values, has_meta=has_meta)
    elif noun == "lists" and read_flag(req, "stats"):
        pages = _stats_pages(selection, caller.unchecked, services.items)
    else:
        pages = _name_pages(selection, caller.id)
    parts = _render(noun, pages, selection, has_groups=bool(name_range.delimiter))
    answer_streamed(req, resp, services, "application/json", parts)


def read_prefix_to_delete(req: falcon.Request) -> str:
    """Return the prefix of the keys to delete; InvalidRequest without it or `?confirm=1`."""
    prefix = req.get_param("prefix")
    if prefix is None:
        raise InvalidRequest(
            "The parameter 'prefix' is missing.", hint="An empty prefix deletes all of your keys."
        )
    if not read_flag(req, "confirm"):
        raise InvalidRequest(
            "The parameter 'confirm' is missing.",
            hint="With confirm=1 every key that begins with the prefix is deleted.",
        )
    return prefix


def _given(req: falcon.Request, noun: Noun) -> list[str]:
    return [name for name in SELECTING[noun] if req.has_param(name)]


def _wants_text(req: falcon.Request) -> bool:
    accept = req.get_header("Accept") or ""
    return "text/plain" in accept and "*/*" not in accept and "json" not in accept


def _answer_count(req: falcon.Request, resp: falcon.Response, count: int) -> None:
    if _wants_text(req):
        answer_raw(resp, b"%d\n" % count)
    else:
        answer_json(resp, {"count": count})


def _text_pages(selection: Selection) -> Iterator[bytes]:
    for page in selection.names():
        yield "".join(f"{name}\n" for name in page).encode()


def _rows(names: Iterable[str], owner: str) -> list[dict[str, Any]]:
    shown = shown_owner(owner)
    return [{"key": name, "owner": shown} for name in names]


def _name_pages(selection: Selection, owner: str) -> Iterator[Page]:
    for page in selection.names():
        names, groups = _parted(selection, page)
        yield _rows(names, owner), groups


def _row_pages(
    selection: Selection, owner: str, *, has_values: bool, has_meta: bool
) -> Iterator[Page]:
    """Yield one page for each row, since a value may be large."""
    owner = shown_owner(owner)
    for row in selection.rows(MOST_BYTES_AT_ONCE if has_values else None):
        if isinstance(row, str):
            yield [], [row]
            continue
        fields: dict[str, Any] = {"key": row.name, "owner": owner}
        if has_values:
            fields["value"] = value_of(row.entry.value)
        if has_meta:
            fields.update(_meta(row.entry))
        yield [fields], []


def _stats_pages(selection: Selection, caller: Caller, items: Items) -> Iterator[Page]:
    owner = shown_owner(caller.id)
    for page in selection.names():
        names, groups = _parted(selection, page)
        counted = items.stats_of_each(caller.unchecked, names)
        rows = [{"key": name, "owner": owner, **_row_of_list(stats)} for name, stats in counted]
        yield rows, groups


def _parted(selection: Selection, page: list[str]) -> tuple[list[str], list[str]]:
    groups = [entry for entry in page if selection.is_group(entry)]
    return [entry for entry in page if not selection.is_group(entry)] if groups else page, groups


def _row_of_list(stats: ListStats) -> dict[str, Any]:
    policy = stats.policy and msgspec.structs.asdict(stats.policy)
    return {**stats_fields(stats), **({"policy": policy} if policy else {})}


def stats_fields(stats: ListStats) -> dict[str, Any]:
    """Return the counts of a list as its row and its statistics show them."""
    fields: dict[str, Any] = {
        "ready": stats.ready,
        "leased": stats.leased,
        "delayed": stats.delayed,
        "dead": stats.dead,
        "bytes": stats.bytes,
        "in": stats.total_in,
        "out": stats.total_out,
    }
    if stats.age is not None:
        fields["oldest_age"] = None if stats.age < 0 else stats.age
    return {**fields, "paused": bool(stats.paused)}


def _meta(entry: KeyEntry) -> dict[str, Any]:
    return {
        "size": len(entry.value),
        "ttl": entry.seconds_left(),
        "type": entry.content_type or None,
        "etag": etag_of(entry.value),
    }


def _render(
    noun: Noun,
    pages: Iterable[Page],
    selection: Selection | None = None,
    *,
    has_groups: bool = False,
) -> Iterator[bytes]:
    comma, groups, fields = b"", [], dict[str, Any]()
    yield b'{"%s":[' % noun.encode()
    for rows, more in pages:
        groups += more
        if rows:
            yield comma + msgspec.json.encode(rows)[1:-1]
            comma = b","
    if has_groups:
        fields["prefixes"] = groups
    if selection is not None and selection.next is not None:
        fields["next"] = selection.next
    yield (b"]," + msgspec.json.encode(fields)[1:] if fields else b"]}") + b"\n"
