"""The options of an operation of a batch: an object as its last element."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from bambleweeny.core.keys.conditions import Bounds, Precondition, Ttl, WriteOptions, bounds_of
from bambleweeny.core.lists.lists import push_options
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_media_type, parse_duration, parse_tags, parse_ttl

Step = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

_Ttl = str | Annotated[int, msgspec.Meta(ge=1)] | UnsetType


class NoOptions(msgspec.Struct, forbid_unknown_fields=True):
    """An empty set of options, for operations that have none yet."""


class _Conditional(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    if_match: str | UnsetType = UNSET
    if_none_match: str | UnsetType = UNSET

    def precondition(self) -> Precondition:
        """Return the condition on the key's value."""
        return Precondition(
            _tags("if_match", self.if_match), _tags("if_none_match", self.if_none_match)
        )


class SetOptions(_Conditional):
    """TTL, content type and conditions of a written key."""

    ttl: _Ttl = UNSET
    keepttl: bool = False
    type: str = ""

    def __post_init__(self) -> None:
        """Check all options; ValueError says what is wrong."""
        self.write_options(), self.precondition()

    def write_options(self) -> WriteOptions:
        """Return the TTL and the content type of the key."""
        if self.type and not is_media_type(self.type):
            raise ValueError("type is not a media type such as text/plain")
        if not self.keepttl:
            return WriteOptions(_seconds(self.ttl), self.type)
        if self.ttl is not UNSET:
            raise ValueError("ttl and keepttl exclude each other")
        return WriteOptions("keep", self.type)


class DelOptions(_Conditional):
    """Conditions of a deletion."""

    def __post_init__(self) -> None:
        """Check all options; ValueError says what is wrong."""
        self.precondition()


class IncrOptions(msgspec.Struct, forbid_unknown_fields=True):
    """Bounds of a counter, and the TTL of a new one."""

    ttl: _Ttl = UNSET
    max: Step | UnsetType = UNSET
    min: Step | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Check all options; ValueError says what is wrong."""
        self.bounds()

    def bounds(self) -> Bounds:
        """Return the bounds."""
        most = None if self.max is UNSET else self.max
        least = None if self.min is UNSET else self.min
        return bounds_of(most, least, _seconds(self.ttl))


class PushOptions(msgspec.Struct, forbid_unknown_fields=True):
    """Delay and TTL of an item, and the end of the list to which it is added."""

    delay: str | int = 0
    ttl: str | int | None = None
    front: bool = False

    def __post_init__(self) -> None:
        """Check all options; ValueError says what is wrong."""
        self.packed()

    def packed(self) -> bytes:
        """Return the argument of the script."""
        ttl = None if self.ttl is None else parse_duration(str(self.ttl))
        try:
            options = push_options(delay=parse_duration(str(self.delay)), ttl=ttl, front=self.front)
        except InvalidRequest as ex:
            raise ValueError(str(ex)) from ex
        return options.packed()


def _tags(name: str, text: str | UnsetType) -> str:
    if text is UNSET:
        return ""
    try:
        return parse_tags(text)
    except ValueError as ex:
        raise ValueError(f"{name}: {ex}") from ex


def _seconds(ttl: _Ttl) -> Ttl:
    return None if ttl is UNSET else parse_ttl(str(ttl))
