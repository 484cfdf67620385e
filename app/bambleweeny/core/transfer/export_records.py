"""The lines of an export: the data of one user, without the user.

Each line is a JSON object with one member: `key`, `item`, `list`, `message`, `route` or `bin`.
"""

from typing import Literal, NamedTuple

import msgspec

from bambleweeny.core.bins.bin_documents import completed_document
from bambleweeny.core.bins.secrets import has_hidden
from bambleweeny.core.json_members import refuse_doubled
from bambleweeny.core.keys.keys import check_key_name
from bambleweeny.core.listing.selections import Row
from bambleweeny.core.lists.codec import StoredItem
from bambleweeny.core.lists.found_items import FoundItem
from bambleweeny.core.lists.lists import check_list_name
from bambleweeny.core.lists.policies import ListPolicy, check_list_policy
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.texts import BE_UTF8, hint_at_json, is_utf16
from bambleweeny.core.topics import check_topic_name, is_message_id
from bambleweeny.core.transfer.backup_format import Bin, Item, List, Message, Route
from bambleweeny.core.transfer.line_forms import hint_at_lines, plain_line
from bambleweeny.core.transfer.restored_lists import is_possible_item
from bambleweeny.core.values import Base64, bytes_of, value_of
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_media_type, is_part_of_name

_LATEST = 1 << 53
_LATEST_AT = 1 << 42
"""In ms. The ids of delayed items are microseconds, which scripts count exactly up to 2^53."""
_ITEM_RULE = (
    "A delayed or dead item has an 'at', a ready one has none; times are milliseconds since 1970, "
    "'attempts' is at most 65535, and a 'reason' has up to 255 bytes."
)


class _Strict(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, frozen=True):
    pass


class OwnKey(_Strict, frozen=True, rename={"expires": "ends"}):
    """A key. `expires` is in ms since 1970; 0 means that the key does not expire."""

    name: str
    value: str | Base64
    expires: int = 0
    content_type: str = ""

    def check(self) -> None:
        """Raise InvalidRequest unless the key is valid."""
        check_key_name(self.name)
        if not 0 <= self.expires < _LATEST:
            raise InvalidRequest("`ends` is invalid.")
        if self.content_type and not is_media_type(self.content_type):
            raise InvalidRequest("`content_type` is invalid.")


class OwnItem(_Strict, frozen=True):
    """An item of a list, after the older ones.

    `at` is when a delay elapses or when an item died, `expires` when its TTL expires, both in
    ms since 1970.
    """

    list: str
    value: str | Base64
    state: Literal["ready", "delayed", "dead"] = "ready"
    at: int = 0
    attempts: int = 0
    expires: int = 0
    reason: str = ""
    origin: str = ""

    def check(self) -> None:
        """Raise InvalidRequest unless the item is valid."""
        check_list_name(self.list)
        if self.origin and not is_part_of_name(self.origin):
            check_list_name(self.origin)
        more = (self.state, self.at, self.attempts, 0, self.expires, self.reason, self.origin)
        if self.at >= _LATEST_AT or not is_possible_item(Item("", self.list, 0, "", *more)):
            raise InvalidRequest("The fields of the item contradict each other.", hint=_ITEM_RULE)

    def found(self) -> FoundItem:
        """Return the item as it is in a list, without an id and a time of arrival."""
        body, more = bytes_of(self.value), (self.expires, self.reason, self.origin)
        return FoundItem(self.state, StoredItem(0, body, self.attempts, 0, *more), self.at)


class OwnList(_Strict, frozen=True):
    """The policy of a list; it follows the list's items."""

    name: str
    policy: ListPolicy

    def check(self) -> None:
        """Raise InvalidRequest unless the list and its policy are valid."""
        check_list_policy(self.name, self.policy)


class OwnMessage(_Strict, frozen=True):
    """A message of a topic, after the older ones. `type` is its content type."""

    topic: str
    value: str | Base64
    id: str = ""
    type: str | None = None

    def check(self) -> None:
        """Raise InvalidRequest unless the message is valid."""
        check_topic_name(self.topic)
        if self.id and not is_message_id(self.id):
            raise InvalidRequest("`id` is invalid.")
        if self.type is not None and not is_media_type(self.type):
            raise InvalidRequest("`type` is invalid.")


class OwnRoute(_Strict, frozen=True):
    """A route, identified by the key that it shows, or by its document."""

    key: str = ""
    content_type: str = ""
    document: str = ""

    def check(self) -> None:
        """Raise InvalidRequest unless the route is valid."""
        if self.document:
            load(self.document.encode(errors="replace"))
            return
        check_key_name(self.key)
        if not is_media_type(self.content_type):
            raise InvalidRequest("`content_type` is invalid.")


class OwnBin(_Strict, frozen=True):
    """A bin, identified by the list to which it adds, or by its document."""

    list: str = ""
    document: str = ""

    def check(self) -> None:
        """Raise InvalidRequest unless the bin is valid.

        A document that keeps secrets is valid only with them; see `KeptSecrets`.
        """
        if self.document:
            document = self.document.encode(errors="replace")
            if not has_hidden(document):
                completed_document(document, None)
            return
        check_list_name(self.list)


OwnRecord = OwnKey | OwnItem | OwnList | OwnMessage | OwnRoute | OwnBin


class Line(_Strict, frozen=True):
    """A line: exactly one field is set."""

    key: OwnKey | None = None
    item: OwnItem | None = None
    list: OwnList | None = None
    message: OwnMessage | None = None
    route: OwnRoute | None = None
    bin: OwnBin | None = None


class Numbered(NamedTuple):
    """A record and the number of its line, counted from 1."""

    number: int
    record: OwnRecord


_KINDS = Line.__struct_fields__
_LISTED = ", ".join(f"`{kind}`" for kind in _KINDS[:-1]) + f" and `{_KINDS[-1]}`"
_decode = msgspec.json.Decoder(Line).decode
_encode = msgspec.json.Encoder().encode


def line_of(record: Row | List | Item | Message | Route | Bin) -> bytes:
    """Return the line of a record."""
    match record:
        case Row():
            entry = record.entry
            value = value_of(entry.value)
            line = Line(key=OwnKey(record.name, value, entry.expires or 0, entry.content_type))
        case Item():
            line = Line(item=_item_of(record))
        case List():
            line = Line(list=OwnList(record.name, record.policy or ListPolicy()))
        case Message():
            line = Line(message=OwnMessage(record.topic, record.value, record.id, record.type))
        case Route():
            line = Line(route=_route_of(record))
        case Bin():
            line = Line(bin=_bin_of(record))
    return _encode(line) + b"\n"


def _route_of(route: Route) -> OwnRoute:
    if route.document:
        return OwnRoute(document=route.document)
    return OwnRoute(route.key, route.content_type)


def _bin_of(one: Bin) -> OwnBin:
    return OwnBin(document=one.document) if one.document else OwnBin(one.list)


def _item_of(item: Item) -> OwnItem:
    """Return an item for an export. A leased item becomes ready, since its lease stays here."""
    more = (item.attempts, item.expires, item.reason, item.origin)
    if item.state == "leased":
        return OwnItem(item.list, item.value, "ready", 0, *more)
    return OwnItem(item.list, item.value, item.state, item.at, *more)


def record_of(line: bytes) -> OwnRecord:
    """Parse a line; InvalidRequest says what is wrong with it.

    A document may be an object in place of its text, and a value `{"json": ...}`.
    """
    try:
        read = _decode(plain_line(line))
        # NOTE: a line that an export wrote is encoded to the same bytes, which is a faster check.
        if _encode(read) != line.rstrip():
            refuse_doubled(line)
    except msgspec.ValidationError as ex:
        raise InvalidRequest(f"{ex}.") from ex
    except (msgspec.DecodeError, UnicodeDecodeError) as ex:
        hint = BE_UTF8 if is_utf16(line) else hint_at_lines(line) or hint_at_json(line, ex)
        raise InvalidRequest("It is not valid JSON.", hint=hint) from ex
    parts: list[OwnRecord | None] = [getattr(read, kind) for kind in _KINDS]
    said = [part for part in parts if part is not None]
    if len(said) != 1:
        raise InvalidRequest(f"It must have exactly one of {_LISTED}.")
    said[0].check()
    return said[0]
