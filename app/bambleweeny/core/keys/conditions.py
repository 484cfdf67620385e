"""Preconditions of a write, options of a write, and bounds of a counter."""

from typing import Literal, NamedTuple

from bambleweeny.core.values import etag_of
from bambleweeny.names import parse_tags


class Precondition(NamedTuple):
    """Conditions on a key's value: `*` or digests with blanks between; empty means no condition."""

    if_match: str = ""
    if_none_match: str = ""

    def hold_for(self, value: bytes | None) -> bool:
        """Return whether the conditions hold for a value; None is a key that does not exist."""
        if self.if_match and not is_among(value, self.if_match):
            return False
        return not (self.if_none_match and is_among(value, self.if_none_match))


ANY = Precondition()
"""No condition."""


Ttl = int | None
"""A TTL in seconds; None: the key does not expire."""


class WriteOptions(NamedTuple):
    """The TTL of a written key, or "keep" for that of the key as it is, and its content type."""

    ttl: Ttl | Literal["keep"] = None
    content_type: str = ""

    def packed(self) -> tuple[str, str]:
        """Return the arguments of the script: the TTL, or an empty text, and the content type."""
        return "" if self.ttl is None else str(self.ttl), self.content_type


PLAIN = WriteOptions()


class Bounds(NamedTuple):
    """The bounds of a counter, and the TTL in seconds of a new one."""

    most: int | None = None
    least: int | None = None
    ttl: Ttl = None

    def packed(self, by: int) -> tuple[str, ...]:
        """Return the arguments of the script: the step, and bounds on the value before the step."""
        most = "" if self.most is None else str(self.most - by)
        least = "" if self.least is None else str(self.least - by)
        return str(by), most, least, "" if self.ttl is None else str(self.ttl)

    def hold_for(self, number: int) -> bool:
        """Return whether a number is within the bounds."""
        return not (
            (self.most is not None and number > self.most)
            or (self.least is not None and number < self.least)
        )


UNBOUNDED = Bounds()


def bounds_of(most: int | None, least: int | None, ttl: Ttl) -> Bounds:
    """Return the bounds of a counter; raise ValueError if no number is within them."""
    if most is not None and least is not None and least > most:
        raise ValueError(f"no number is at least {least} (min) and at most {most} (max)")
    return Bounds(most, least, ttl)


def is_among(value: bytes | None, tags: str) -> bool:
    """Return whether a value has one of some entity tags."""
    return value is not None and (tags == "*" or etag_of(value)[1:-1] in tags)


def exactly(value: bytes) -> Precondition:
    """Return the condition that a key has exactly this value."""
    return Precondition(parse_tags(etag_of(value)))
