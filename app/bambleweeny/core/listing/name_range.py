"""Ranges of names in an index: by prefix, after a name, in groups."""

from typing import NamedTuple

from bambleweeny.errors import InvalidRequest
from bambleweeny.names import NAME_RULE, is_part_of_name

# NOTE: names are ASCII, so a prefix with this byte sorts after all names with the prefix.
_BEHIND_ALL = b"\xff"


class NameRange(NamedTuple):
    """The names that begin with `prefix` and sort after `after`.

    With a `delimiter`, names that contain it after the prefix form groups: the entry of a group
    is their common part up to the delimiter. An `after` in a group skips the whole group.
    """

    prefix: str = ""
    after: str = ""
    delimiter: str = ""

    def check(self) -> None:
        """Raise InvalidRequest unless each field can be part of a name."""
        for parameter, text in self._asdict().items():
            if text and not is_part_of_name(text):
                raise InvalidRequest(f"The parameter '{parameter}' is invalid.", hint=NAME_RULE)

    @property
    def begin(self) -> bytes:
        """The lower bound, in the syntax of ZRANGEBYLEX."""
        if not self.after or self.after < self.prefix:
            return b"[" + self.prefix.encode() if self.prefix else b"-"
        group = self.group_of(self.after)
        return b"(" + group.encode() + _BEHIND_ALL if group else b"(" + self.after.encode()

    @property
    def end(self) -> bytes:
        """The upper bound, in the syntax of ZRANGEBYLEX."""
        return b"(" + self.prefix.encode() + _BEHIND_ALL if self.prefix else b"+"

    def group_of(self, entry: str) -> str:
        """Return the group of an entry or of a name, or an empty string if it is in none."""
        if not self.delimiter or not entry.startswith(self.prefix):
            return ""
        at = entry.find(self.delimiter, len(self.prefix))
        return entry[: at + len(self.delimiter)] if at >= 0 else ""
