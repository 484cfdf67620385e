"""Templates: texts with `!@[...]`, compiled once and rendered in one pass.

What a placeholder stands for is written and never read again, so nothing that came from a
request or from a key is expanded. Rendering has two steps, since only the engine knows the
keys: `names` says which ones are needed, and `render` takes their values from the scope.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Raw

from bambleweeny.core.mocks.limits import ANSWER_BYTES, JSON_LEVELS
from bambleweeny.core.mocks.refusals import Refused, refusal
from bambleweeny.core.mocks.scope import KeyName, Scope, Variable, variable_of
from bambleweeny.core.mocks.values import WRITERS, Context, Filter, Writer, filter_of
from bambleweeny.core.nesting import TEMPLATE
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import is_name

_PLACEHOLDER = re.compile(TEMPLATE)

_object = msgspec.json.Decoder(dict[str, Raw]).decode
_array = msgspec.json.Decoder(list[Raw]).decode


class Slot(NamedTuple):
    """A placeholder: its source, its filters, and the function that writes the value."""

    source: Variable | KeyName
    filters: tuple[Filter, ...]
    write: Writer

    def render(self, scope: Scope) -> bytes:
        """Return the bytes that stand in its place."""
        value = self.source.value(scope)
        if isinstance(value, bytes) and len(value) > ANSWER_BYTES:
            raise too_large()
        for change in self.filters:
            value = change(value)
        return self.write(value)


class Template:
    """A compiled text or JSON value."""

    __slots__ = ("_parts", "slots")

    def __init__(self, parts: Iterable[bytes | Slot]) -> None:
        self._parts = _joined(parts)
        self.slots: tuple[Slot, ...] = tuple(p for p in self._parts if isinstance(p, Slot))

    def names(self, scope: Scope) -> Iterator[str]:
        """Return the names of the keys that this request needs."""
        for slot in self.slots:
            if isinstance(slot.source, KeyName):
                name = slot.source.of(scope)
                if name is not None:
                    yield name

    def render(self, scope: Scope, room: int = ANSWER_BYTES) -> bytes:
        """Return the text; past `room` bytes it is `answer_too_large`."""
        parts = []
        for part in self._parts:
            data = part if isinstance(part, bytes) else part.render(scope)
            room -= len(data)
            if room < 0:
                raise too_large()
            parts.append(data)
        return b"".join(parts)


def text_template(text: str, context: Context) -> Template:
    """Compile a text in which placeholders are escaped for a context."""
    pieces = _pieces(text, context)
    return Template(p.encode() if isinstance(p, str) else p for p in pieces)


def json_template(text: bytes) -> Template:
    """Compile a JSON value: what is one placeholder alone takes the value's own type."""
    parts: list[bytes | Slot] = []
    _add_json(text, parts, JSON_LEVELS)
    return Template(parts)


def plain(data: bytes) -> Template:
    """Make a template without placeholders."""
    return Template([data])


def variables_in(template: Template) -> Iterator[Variable]:
    """Return the variables of a template, also those in names of keys."""
    for slot in template.slots:
        if isinstance(slot.source, Variable):
            yield slot.source
        else:
            yield from slot.source.variables


def too_large() -> BambleweenyError:
    """Make the error of an answer that grows past its bound."""
    return refusal("answer_too_large", "The answer is too large.", "It has up to 2 MB.")


def without_placeholders(text: str) -> str:
    """Return the literal parts of a text."""
    return _PLACEHOLDER.sub("", text)


def _joined(parts: Iterable[bytes | Slot]) -> Sequence[bytes | Slot]:
    joined: list[bytes | Slot] = []
    for part in parts:
        if isinstance(part, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += part
        elif part:
            joined.append(part)
    return joined


def _pieces(text: str, context: Context) -> Iterator[str | Slot]:
    at = 0
    for match in _PLACEHOLDER.finditer(text):
        slot = _slot(match[1], context)
        if slot:
            yield _literal(text[at : match.start()])
            yield slot
            at = match.end()
    yield _literal(text[at:])


def _literal(text: str) -> str:
    if "!@[$" in text:
        raise Refused("invalid_template", "A placeholder that begins with !@[$ has no end")
    return text


def _slot(text: str, context: Context) -> Slot | None:
    """Compile a placeholder; what could be neither a variable nor a name is no placeholder."""
    source, *filters = text.split("|")
    source = source.strip()
    if source.startswith("$"):
        found: Variable | KeyName = variable_of(source, in_json=context in ("json", "string"))
    elif "$" in source or is_name(source):
        found = KeyName(source)
    else:
        return None
    compiled = [filter_of(name, context, filters[:n]) for n, name in enumerate(filters)]
    return Slot(found, tuple(compiled), WRITERS[context])


def _add_json(text: bytes, parts: list[bytes | Slot], levels: int) -> None:
    if b"!@[" not in text and b"\\u00" not in text:
        parts.append(text)
    elif not levels and text[:1] in (b"{", b"["):
        raise Refused("invalid_route", f"A JSON value has up to {JSON_LEVELS} levels")
    elif text.startswith(b"{"):
        _add_fields(text, parts, levels)
    elif text.startswith(b"["):
        for place, element in enumerate(_array(text)):
            parts.append(b"," if place else b"[")
            _add_json(bytes(element), parts, levels - 1)
        parts.append(b"]")
    else:
        _add_string(msgspec.json.decode(text), parts)


def _add_fields(text: bytes, parts: list[bytes | Slot], levels: int) -> None:
    for place, (name, value) in enumerate(_object(text).items()):
        parts.append(b"," if place else b"{")
        parts += _in_quotes(name)
        parts.append(b":")
        _add_json(bytes(value), parts, levels - 1)
    parts.append(b"}")


def _add_string(text: str, parts: list[bytes | Slot]) -> None:
    alone = _PLACEHOLDER.fullmatch(text)
    slot = _slot(alone[1], "json") if alone else None
    parts += [slot] if slot else _in_quotes(text)


def _in_quotes(text: str) -> Iterator[bytes | Slot]:
    yield b'"'
    for piece in _pieces(text, "string"):
        yield msgspec.json.encode(piece)[1:-1] if isinstance(piece, str) else piece
    yield b'"'
