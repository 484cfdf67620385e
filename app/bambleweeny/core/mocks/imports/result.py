"""What an import gives: a route document, keys that go with it, and notes on what was guessed."""

import re
from collections.abc import Callable, Iterable
from functools import wraps
from hashlib import sha1
from typing import Any, NamedTuple, ParamSpec

import msgspec
from msgspec import Raw

from bambleweeny.core.mocks.imports.bodies import move_bodies, without_bodies
from bambleweeny.core.mocks.limits import DOCUMENT_BYTES, IMPORT_BYTES, RULES
from bambleweeny.core.mocks.refusals import refusal
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.texts import hint_at_json
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import is_name

_P = ParamSpec("_P")

_MOST_NOTES = 200
_NOT_IN_LABEL = re.compile(r"[^A-Za-z0-9_.:/ {}*-]+", re.ASCII).sub
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]+", re.ASCII).sub
_HAS_DIGEST = re.compile(r".*-[0-9a-f]{12}").fullmatch

_encode = msgspec.json.encode

Fields = dict[str, Any]
"""A rule or an answer as JSON has it."""


class Seed(NamedTuple):
    """A key that an import brings."""

    name: str
    value: bytes
    type: str = ""


class Imported(NamedTuple):
    """The result of an import; `document` is one that `load` takes."""

    document: bytes
    seeds: list[Seed]
    notes: list[str]


class Notes:
    """What was guessed or left out; what is the same is counted, and said once."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, None]] = {}

    def add(self, what: str, where: str = "") -> None:
        """Note something, with the place that it is about."""
        self._found.setdefault(what, {})[where] = None

    def texts(self) -> list[str]:
        """Return the notes as sentences, each with up to three of its places."""
        return [_sentence(what, places) for what, places in self._found.items()][:_MOST_NOTES]


def importer(make: Callable[_P, Imported]) -> Callable[_P, Imported]:
    """Let an import refuse what nests too deep, wherever it comes upon it."""

    @wraps(make)
    def import_bounded(*args: _P.args, **kwargs: _P.kwargs) -> Imported:
        try:
            return make(*args, **kwargs)
        except RecursionError as ex:
            raise invalid_import("The document to import nests too deep.") from ex

    return import_bounded


def finished(
    rules: list[Fields], notes: Notes, *, prefix: str, seeds: Iterable[Seed] = ()
) -> Imported:
    """Make the document, and check it as any other.

    A rule that no route can have is left out, with its seed. Past 256 kB the largest bodies go
    into keys. Over 200 rules it is `import_too_large`.
    """
    check_count(len(rules))
    rules = [rule for rule in rules if _is_possible(rule, notes)]
    if not rules:
        raise invalid_import(
            "There is nothing in it that a route could answer.", "; ".join(notes.texts()) or None
        )
    moved, count = move_bodies(rules, prefix)
    if moved:
        bodies = "1 body is" if count == 1 else f"{count} bodies are"
        keys = "1 key" if len(moved) == 1 else f"{len(moved)} keys"
        notes.add(f"{bodies} in {keys}, since the document has up to 256 kB")
    document = _encode({"rules": rules})
    if len(document) > DOCUMENT_BYTES:
        raise import_too_large(
            f"Its {len(rules)} rules are over 256 kB without their bodies.",
            "Choose a part of it with only=.",
        )
    load(document)
    used = {rule.get("seed") for rule in rules}
    kept = [seed for seed in seeds if seed.name in used]
    return Imported(document, [*kept, *(Seed(*body) for body in moved)], notes.texts())


def check_count(rules: int) -> None:
    """Raise `import_too_large` over 200 rules."""
    if rules > RULES:
        raise import_too_large(
            f"It makes {rules} rules; a route has up to {RULES}.",
            "Choose a part of it with only=: the start of a path, a tag, or the name of one.",
        )


def check_prefix(prefix: str) -> None:
    """Raise `invalid_import` unless keys may begin so."""
    if prefix and not (prefix.endswith(":") and is_name(prefix) and len(prefix) <= 100):
        raise invalid_import(f"'{prefix[:64]}' is no prefix of keys: it ends in a colon, as shop:.")


def read_json(body: bytes) -> Any:
    """Read a document to import; numbers with a fraction keep their text."""
    if len(body) > IMPORT_BYTES:
        raise import_too_large("The document to import has up to 16 MB.")
    try:
        return msgspec.json.Decoder(float_hook=lambda text: Raw(text.encode())).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as ex:
        raise invalid_import(
            "The document to import is not valid JSON.", hint_at_json(body, ex)
        ) from ex


def label_of(text: str) -> str:
    """Return what can name a rule or an answer."""
    return _NOT_IN_LABEL("_", text)[:100]


def name_part(text: str, reserved: str = "") -> str:
    """Return what can stand in the name of a key; different texts give different names.

    A digest is the end of a name that is not its text.
    """
    found = _NOT_IN_NAME("_", text)[:64]
    if found and found == text != reserved and not _HAS_DIGEST(text):
        return text
    digest = sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    return f"{found[:50]}-{digest[:12]}"


def answer_with(body: Fields, text: str) -> Fields:
    """Return a body that is no template, even if it looks like one."""
    return {**body, "expand": False} if "!@[" in text else body


def invalid_import(info: str, hint: str | None = None) -> BambleweenyError:
    """Make the error of a document that is not of the format."""
    return refusal("invalid_import", info, hint)


def import_too_large(info: str, hint: str | None = None) -> BambleweenyError:
    """Make the error of a document that makes too much."""
    return refusal("import_too_large", info, hint)


def _sentence(what: str, places: Iterable[str]) -> str:
    named = [place for place in places if place]
    if not named:
        return what
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return f"{what}: {', '.join(place[:100] for place in named[:3])}{more}"


def _is_possible(rule: Fields, notes: Notes) -> bool:
    """Return whether a route can have a rule; otherwise note why it is left out."""
    try:
        load(_encode({"rules": without_bodies([rule])}))
    except BambleweenyError as ex:
        reason = str(ex).partition(" - at `")[0].rstrip(".")
        notes.add(f"Left out, as no route can have it ({reason})", rule["name"])
        return False
    return True
