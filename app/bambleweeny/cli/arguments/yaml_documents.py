"""YAML as JSON, by the JSON schema of YAML 1.2: what is no true, false, null or number is text.

YAML 1.1 reads NO, 12:30:00, 01234 and dates as other types. Numbers and dates keep their text.
The module needs the extra `server`.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec
import yaml
from msgspec import Raw

from bambleweeny.cli.failures import WrongUse

_MOST_CHARACTERS = 16 << 20
"""Of a document with its aliases written out; more than this no import takes."""
_MOST_LEVELS = 500

_TAG = "tag:yaml.org,2002:"
_JSON = {_TAG + "null", _TAG + "bool", _TAG + "int", _TAG + "float"}
_TEXTS = {"!", *(_TAG + name for name in ("str", "timestamp", "binary"))}
_WORDS = {"null": None, "true": True, "false": False, "": None}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?").fullmatch
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)").fullmatch

# NOTE: the loader in C is ten times as fast; both are safe.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: bytes) -> Any:
    """Return what a document says; numbers are `Raw`. WrongUse if it is not YAML, or too large."""
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
    except (yaml.YAMLError, ValueError) as ex:
        reason = " ".join(str(ex).split())
        raise WrongUse(f"The document is not valid YAML: {reason}.") from ex
    return reader.root.value[0] if reader.root.value else None


def as_json(document: Any) -> bytes:
    """Return what `parse_yaml` has found as JSON."""
    return msgspec.json.encode(document)


class _Open:
    """A sequence or a mapping whose end was not read yet."""

    def __init__(self, value: Any, anchor: str | None = None) -> None:
        self.value = value
        self.anchor = anchor
        self.merged: dict[str, Any] = {}
        self.key: str | None = None
        """The key whose value comes next; None before a key."""
        self.is_merge = False
        self.size = 1
        """Characters with the aliases written out."""

    @property
    def wants_key(self) -> bool:
        """Whether a key of a mapping comes next."""
        return isinstance(self.value, dict) and self.key is None

    def add(self, value: Any) -> None:
        """Add an element or a value."""
        if isinstance(self.value, list):
            self.value.append(value)
            return
        if not self.is_merge:
            self.value[self.key] = value
        else:
            for part in reversed(value if isinstance(value, list) else [value]):
                if not isinstance(part, dict):
                    raise ValueError("<< is not followed by mappings")  # noqa: TRY004
                self.merged.update(part)
        self.key, self.is_merge = None, False

    def closed(self) -> Any:
        """Return the whole value."""
        return {**self.merged, **self.value} if self.merged else self.value


class _Reader:
    """Makes values of events without recursion. An anchor and its aliases are one value."""

    def __init__(self) -> None:
        self.root = _Open([])
        self._open = [self.root]
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._has_alias = False
        self._take: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: lambda event: self._begin(event, "seq", []),
            yaml.MappingStartEvent: lambda event: self._begin(event, "map", {}),
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: Any) -> None:
        """Take the next event; ValueError names the line of what cannot be JSON."""
        take = self._take.get(type(event))
        if take:
            try:
                take(event)
            except ValueError as ex:
                raise ValueError(f"{ex} in line {event.start_mark.line + 1}") from ex

    def _document(self, event: Any) -> None:
        if self.root.value:
            raise ValueError("a second document begins")

    def _scalar(self, event: Any) -> None:
        holder, text = self._open[-1], event.value
        if holder.wants_key:
            holder.key = text
            holder.is_merge = text == "<<" and event.implicit[0]
            holder.size += len(text) + 1
            if event.anchor:
                self._anchors[event.anchor] = (text, len(text) + 1)
            return
        self._add(_value_of(event), len(text) + 1, event.anchor)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise ValueError(f"the alias *{event.anchor[:64]} is before the end of its anchor")
        value, size = self._anchors[event.anchor]
        holder = self._open[-1]
        self._has_alias = True
        if not holder.wants_key:
            self._add(value, size, None)
        elif isinstance(value, str):
            holder.key = value
            holder.size += size
        else:
            raise ValueError("a key is no text")

    def _begin(self, event: Any, kind: str, value: Any) -> None:
        if self._open[-1].wants_key:
            raise ValueError("a key is no text")
        if len(self._open) > _MOST_LEVELS:
            raise ValueError(f"it has over {_MOST_LEVELS} levels")
        _check_tag(event.tag, {_TAG + kind, "!", None})
        if event.anchor:
            self._anchors.pop(event.anchor, None)
        self._open.append(_Open(value, event.anchor))

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        self._add(done.closed(), done.size, done.anchor)

    def _add(self, value: Any, size: int, anchor: str | None) -> None:
        holder = self._open[-1]
        holder.size += size
        if self._has_alias and holder.size > _MOST_CHARACTERS:
            raise WrongUse("The YAML has over 16 MB with its aliases written out.")
        holder.add(value)
        if anchor:
            self._anchors[anchor] = (value, size)


def _value_of(event: Any) -> Any:
    """Return the value of a scalar."""
    text: str = event.value
    is_plain = event.implicit[0]
    if not is_plain:
        _check_tag(event.tag, {None, *_TEXTS, *_JSON})
        if event.tag not in _JSON:
            return text
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER(text):
        return Raw(text.encode())
    if _NO_NUMBER(text):
        raise ValueError(f"JSON has no number {text}; write it in quotes,")
    if not is_plain:
        raise ValueError(f"{text[:64]!r} is not of the type of its tag")
    return text


def _check_tag(tag: str | None, allowed: set[str | None]) -> None:
    if tag not in allowed:
        raise ValueError(f"the tag {str(tag)[:64]} is unknown")
