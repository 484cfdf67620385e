"""On what terms a key changes, and what it should be like afterwards."""

from typing import Literal, NamedTuple

from bambleweeny.core.values import etag_of
from bambleweeny.names import parse_tags


class Terms(NamedTuple):
    """What the value must be and must not be: `*`, or digests with blanks between, or nothing."""

    if_match: str = ""
    if_none_match: str = ""

    def hold_for(self, value: bytes | None) -> bool:
        """Tell whether a key, None for one that is not there, is as they say."""
        if self.if_match and not is_among(value, self.if_match):
            return False
        return not (self.if_none_match and is_among(value, self.if_none_match))


ANY = Terms()
"""Whatever the key is."""


class Wish(NamedTuple):
    """For how many seconds a key lasts, and its content type; nothing is neither."""

    ttl: int | Literal["keep", ""] = ""
    content_type: str = ""


PLAIN = Wish()


class Bounds(NamedTuple):
    """What a counter may reach, and for how many seconds a new one lasts."""

    most: int | None = None
    least: int | None = None
    ttl: int | Literal[""] = ""

    def packed(self, by: int) -> tuple[str, ...]:
        """Give a step and the bounds that hold before it, as the script takes them."""
        most = "" if self.most is None else str(self.most - by)
        least = "" if self.least is None else str(self.least - by)
        return str(by), most, least, str(self.ttl)

    def hold_for(self, number: int) -> bool:
        """Tell whether a counter may have this number."""
        return not (
            (self.most is not None and number > self.most)
            or (self.least is not None and number < self.least)
        )


UNBOUNDED = Bounds()


def bounds_of(most: int | None, least: int | None, ttl: int | Literal[""]) -> Bounds:
    """Return the bounds of a counter; ValueError where no number is within them."""
    if most is not None and least is not None and least > most:
        raise ValueError(f"no number is at least {least} (min) and at most {most} (max)")
    return Bounds(most, least, ttl)


def is_among(value: bytes | None, tags: str) -> bool:
    """Tell whether a value is one of those that tags stand for."""
    return value is not None and (tags == "*" or etag_of(value)[1:-1] in tags)


def exactly(value: bytes) -> Terms:
    """Give the terms that hold where the value is just this."""
    return Terms(parse_tags(etag_of(value)))
