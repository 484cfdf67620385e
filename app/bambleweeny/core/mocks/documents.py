"""The document of a route: its rules and answers as typed structs, and every bound of it."""

import re
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType

from bambleweeny.core.mocks.headers import (
    Cors,
    check_header_name,
    is_cookie_name,
    is_cookie_value,
    is_header_value,
)
from bambleweeny.core.mocks.limits import (
    ANSWERS,
    DELAY_MS,
    DOCUMENT_BYTES,
    OBJECTS,
    OPERATIONS,
    RULES,
)
from bambleweeny.core.mocks.matching.conditions import When
from bambleweeny.core.mocks.references import NAME_RULE as ROUTE_NAME_RULE
from bambleweeny.core.mocks.references import is_public_name
from bambleweeny.core.mocks.refusals import REFERENCE, Refused, Structs, advice_on, refusal
from bambleweeny.core.mocks.templates import without_placeholders
from bambleweeny.core.texts import hint_at_json
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import NAME_RULE, is_media_type, is_name, parse_rate

Fault = Literal["reset", "empty", "cut"]
Order = Literal["last", "loop", "random", "first"]

_METHOD = re.compile(r"(?!(?:CONNECT|WEBSOCKET)$)[A-Z][A-Z-]{0,31}").fullmatch
"""What the server reads as a method, except those that it refuses."""
_LABEL = re.compile(r"[A-Za-z0-9_.:/ {}*-]{1,100}", re.ASCII).fullmatch


class _Part(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A part of a document: an unknown field is refused."""


class Cookie(_Part):
    """A cookie with attributes; the path is the route's, and it has no domain."""

    value: str
    max_age: int | UnsetType = UNSET
    secure: bool = False
    http_only: bool = False
    same_site: Literal["Strict", "Lax", "None"] | UnsetType = UNSET


class Answer(_Part):
    """One answer of a rule: a body from one source, or none."""

    name: str = ""
    status: int = 200
    key: str | UnsetType = UNSET
    json: Raw | UnsetType = UNSET
    text: str | UnsetType = UNSET
    base64: bytes | UnsetType = UNSET
    content_type: str = ""
    expand: bool | UnsetType = UNSET
    headers: dict[str, str] = {}
    cookies: dict[str, str | Cookie] = {}
    delay_ms: int | tuple[int, int] = 0
    fault: Fault | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Check what needs no other part of the document."""
        bodies = [s for s in (self.key, self.json, self.text, self.base64) if s is not UNSET]
        _require(len(bodies) <= 1, "An answer has one of key, json, text and base64")
        _require(200 <= self.status <= 599, "'status' is from 200 to 599")
        _require(not self.name or _LABEL(self.name), f"'{self.name[:64]}' cannot name an answer")
        _check_type(self.content_type)
        _check_headers(self.headers, self.content_type)
        for name, cookie in self.cookies.items():
            _check_cookie(name, cookie if isinstance(cookie, str) else cookie.value)
        _check_delay(self.delay_ms)


class Rule(_Part):
    """A rule: what it matches, what it does, and its answers, or a collection."""

    name: str = ""
    method: str | list[str] | UnsetType = UNSET
    path: str = "/**"
    when: When = msgspec.field(default_factory=When)
    then: list[Raw] = []
    answers: list[Answer] = []
    order: Order = "last"
    collection: str = ""
    singleton: str = ""
    id: Literal["int", "uuid"] = "int"
    max: int = OBJECTS
    seed: str = ""

    def __post_init__(self) -> None:
        """Check the bounds of the rule."""
        if len(self.answers) > ANSWERS:
            raise Refused("too_many_answers", f"A rule has up to {ANSWERS} answers")
        if len(self.then) > OPERATIONS:
            raise Refused("too_many_operations", f"'then' has up to {OPERATIONS} operations")
        _require(not self.name or _LABEL(self.name), f"'{self.name[:64]}' cannot name a rule")
        _require(
            all(map(is_method, self.methods)),
            "A method is written in capitals, as GET; CONNECT and WEBSOCKET are not served",
        )
        _require(1 <= self.max <= OBJECTS, f"'max' is from 1 to {OBJECTS}")
        self._check_data()

    @property
    def methods(self) -> list[str]:
        """The methods that it takes; none are all."""
        if self.method is UNSET:
            return []
        return [self.method] if isinstance(self.method, str) else self.method

    def _check_data(self) -> None:
        has_data = bool(self.collection or self.singleton)
        _require(
            not has_data or not (self.answers or self.then or (self.collection and self.singleton)),
            "A rule has one of 'collection', 'singleton' and 'answers' with 'then'",
        )
        _require(has_data or not self.seed, "'seed' needs 'collection' or 'singleton'")
        # NOTE: what follows the prefix is the id of an object.
        _require(
            not self.collection or (self.collection.endswith(":") and is_name(self.collection)),
            "'collection' is a prefix of keys that ends in a colon, as todo:",
        )
        for name in (self.singleton, self.seed):
            _require(not name or is_name(name), f"'{name[:64]}' is no name of a key. {NAME_RULE}")


class RouteDocument(_Part):
    """A route: what it shows if no rule matches, and its rules in order."""

    name: str = ""
    key: str = ""
    content_type: str = ""
    journal: str = ""
    cors: Cors = "*"
    rate: str = ""
    rules: list[Rule] = []

    def __post_init__(self) -> None:
        """Check the names and the number of rules."""
        if len(self.rules) > RULES:
            raise Refused("too_many_rules", f"A route has up to {RULES} rules")
        _require(bool(self.key or self.rules), "A route has a 'key', or 'rules'")
        _require(
            not self.name or is_public_name(self.name),
            f"'{self.name[:64]}' cannot name a route. {ROUTE_NAME_RULE}",
        )
        for field, name in (("key", self.key), ("journal", self.journal)):
            _require(not name or is_name(name), f"'{field}' is not a name. {NAME_RULE}")
        _check_type(self.content_type)
        _check_rate(self.rate)


_STRUCTS = {"": RouteDocument, "rules": Rule, "answers": Answer, "when": When, "cookies": Cookie}

_decode = msgspec.json.Decoder(RouteDocument).decode


def read_document(body: bytes) -> RouteDocument:
    """Read a document; what is refused is named with its JSON path.

    Patterns, conditions and templates in it are checked by `compiled`.
    """
    if len(body) > DOCUMENT_BYTES:
        raise refusal("document_too_large", "The route document has up to 256 kB.")
    try:
        return _decode(body)
    except msgspec.ValidationError as ex:
        raise invalid(ex) from ex
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as ex:
        raise refusal(
            "invalid_route", "The body is not valid JSON.", hint_at_json(body, ex)
        ) from ex


def invalid(
    ex: Exception,
    structs: Structs = _STRUCTS,
    general: str = "invalid_route",
    reference: str = REFERENCE,
) -> BambleweenyError:
    """Make the error of a refused document; `ex` is Refused, or msgspec's with or without one.

    `general` is the code of an error that has none of its own, `reference` the end of the hint.
    """
    cause: Any = ex if isinstance(ex, Refused) else ex.__cause__
    code = cause.code if isinstance(cause, Refused) else general
    text = str(ex).replace(". - at `", " - at `").rstrip(".")
    return refusal(
        general if code == "invalid_route" else code,
        f"{text}.",
        advice_on(str(ex), structs, reference),
    )


def _require(is_met: object, text: str) -> None:
    if not is_met:
        raise Refused("invalid_route", text)


def _check_type(content_type: str) -> None:
    is_fit = not content_type or is_media_type(content_type)
    _require(is_fit, "'content_type' is written as text/plain or image/png")


def _check_rate(text: str) -> None:
    try:
        _ = text and parse_rate(text)
    except ValueError as ex:
        raise Refused(
            "invalid_route",
            "'rate' is a number of calls in a second, minute, hour or day, as 100/s; "
            "it is 1000000 at most",
        ) from ex


def _check_headers(headers: dict[str, str], content_type: str) -> None:
    known: set[str] = set()
    for name, text in headers.items():
        check_header_name(name)
        if name.lower() in known:
            raise Refused("invalid_header", f"The header '{name}' stands there twice")
        known.add(name.lower())
        if not is_header_value(text):
            raise Refused("invalid_header", f"The header '{name}' has a value that cannot be sent")
        if name.lower() == "content-type":
            _require(not content_type, "The content type stands there twice")
            _check_type(text)


def _check_cookie(name: str, value: str) -> None:
    if not is_cookie_name(name):
        raise Refused("invalid_cookie", f"'{name[:64]}' is no name of a cookie")
    if not is_cookie_value(without_placeholders(value)):
        raise Refused("invalid_cookie", f"The cookie '{name}' has a value that cannot be sent")


def _check_delay(delay: int | tuple[int, int]) -> None:
    low, high = (delay, delay) if isinstance(delay, int) else delay
    _require(0 <= low <= high, "'delay_ms' is a number, or two with the smaller one first")
    if high > DELAY_MS:
        raise Refused("delay_too_long", f"'delay_ms' is {DELAY_MS} at most")


def is_method(text: str) -> bool:
    """Return whether a rule can take a method of this name."""
    return _METHOD(text) is not None
