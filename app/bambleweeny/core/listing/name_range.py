"""Which names of an index are meant: by a prefix, from a place on, in groups."""

from typing import NamedTuple

from bambleweeny.errors import InvalidRequest
from bambleweeny.names import NAME_RULE, is_part_of_name

# NOTE: names are ASCII, so that this stands behind every one that begins the same.
_BEHIND_ALL = b"\xff"


class Span(NamedTuple):
    """Names that begin with `prefix` and stand after `after`.

    With a `delimiter` those that have it behind the prefix are one group, whose entry is
    what they share up to it; `after` then stands for all of its group.
    """

    prefix: str = ""
    after: str = ""
    delimiter: str = ""

    def check(self) -> None:
        """Raise InvalidRequest unless each is a part of a name."""
        for parameter, text in self._asdict().items():
            if text and not is_part_of_name(text):
                raise InvalidRequest(f"The parameter '{parameter}' is invalid.", hint=NAME_RULE)

    @property
    def begin(self) -> bytes:
        """Give where it begins, as an index takes it."""
        if not self.after or self.after < self.prefix:
            return b"[" + self.prefix.encode() if self.prefix else b"-"
        group = self.group_of(self.after)
        return b"(" + group.encode() + _BEHIND_ALL if group else b"(" + self.after.encode()

    @property
    def end(self) -> bytes:
        """Give where it ends, as an index takes it."""
        return b"(" + self.prefix.encode() + _BEHIND_ALL if self.prefix else b"+"

    def group_of(self, entry: str) -> str:
        """Give the group that an entry is, or that a name is in; nothing where there is none."""
        if not self.delimiter or not entry.startswith(self.prefix):
            return ""
        at = entry.find(self.delimiter, len(self.prefix))
        return entry[: at + len(self.delimiter)] if at >= 0 else ""
