"""Answers of rules: which one a call gets, and what it is in bytes."""

import re
from collections.abc import Iterator
from random import Random
from typing import Literal, NamedTuple

from msgspec import UNSET

from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.documents import Answer, Cookie, Fault, Order
from bambleweeny.core.mocks.headers import text_for
from bambleweeny.core.mocks.limits import ANSWER_BYTES, PLACEHOLDERS
from bambleweeny.core.mocks.refusals import Refused, located, refusal
from bambleweeny.core.mocks.scope import KeyName, Scope
from bambleweeny.core.mocks.templates import Template, json_template, plain, text_template
from bambleweeny.core.mocks.values import context_of
from bambleweeny.errors import ExpansionTooLarge, NotFound
from bambleweeny.names import is_utf8

TEXT = "text/plain; charset=utf-8"

_WITHOUT_BODY = (204, 205, 304)
_MOST_GROWTH = 8
"""How many times as long a value is at most after a filter, or escaped."""
_SMALL_REQUEST = ANSWER_BYTES // (8 * _MOST_GROWTH * PLACEHOLDERS)
"""A request of up to this many bytes is no large part of an answer."""
_PREFERENCES = re.compile(r"[,;]").split


class Rendered(NamedTuple):
    """An answer as it is sent; `delay` in seconds, `fault` is empty without one.

    With `is_repeatable` the same call gets the same answer as long as the keys stay.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    delay: float = 0.0
    fault: Fault | Literal[""] = ""
    is_repeatable: bool = False


class Preference(NamedTuple):
    """What a caller asks for by `Prefer`, for that call alone."""

    code: str = ""
    example: str = ""


_NO_PREFERENCE = Preference()


class CompiledAnswer:
    """One answer with its templates."""

    __slots__ = (
        "_body", "_content_type", "_cookies", "_delay", "_fault", "_headers", "_weight",
        "expand", "key", "name", "status",
    )  # fmt: skip

    def __init__(self, answer: Answer, route_type: str) -> None:
        self.name = answer.name
        self.status = answer.status
        self.key = None if answer.key is UNSET else located(".key", KeyName, answer.key)
        self.expand = _is_template(answer)
        self._content_type = _type_of(answer, route_type)
        self._body = _body_of(answer, self._content_type, expand=self.expand)
        self._headers = [
            (name, located(f".headers.{name}", text_template, text, "text"))
            for name, text in answer.headers.items()
            if name.lower() != "content-type"
        ]
        self._cookies = [
            (name, located(f".cookies.{name}", text_template, _value_of(cookie), "text"), cookie)
            for name, cookie in answer.cookies.items()
        ]
        delay = answer.delay_ms
        self._delay = (delay, delay) if isinstance(delay, int) else delay
        self._fault: Fault | Literal[""] = "" if answer.fault is UNSET else answer.fault
        self._weight = self._weight_of_keys()
        if sum(len(template.slots) for template in self.templates()) > PLACEHOLDERS:
            raise Refused(
                "too_many_placeholders", f"An answer has up to {PLACEHOLDERS} placeholders"
            )

    def templates(self) -> Iterator[Template]:
        """Return all templates of the answer."""
        if self._body:
            yield self._body
        yield from (template for _, template in self._headers)
        yield from (template for _, template, _ in self._cookies)

    @property
    def sources(self) -> Iterator[str]:
        """The sources of the variables in it, as `count`, and `key` for each key."""
        for template in self.templates():
            for slot in template.slots:
                yield "key" if isinstance(slot.source, KeyName) else slot.source.source

    def names(self, scope: Scope) -> list[str]:
        """Return the names of the keys that it needs, the one that it shows first."""
        shown = self.key.of(scope) if self.key else None
        found = [shown] if shown is not None else []
        for template in self.templates():
            if template.slots:
                found += template.names(scope)
        return list(dict.fromkeys(found))

    def status_of(self, scope: Scope) -> int:
        """Return its status; below 0 if it shows a key, without which the status is 404."""
        if self.key is None:
            return self.status
        return 404 if self.key.of(scope) is None else -self.status

    @property
    def longest_delay(self) -> float:
        """The most seconds by which it is late."""
        return self._delay[1] / 1000

    def check(self, scope: Scope) -> None:
        """Raise the error that `render` would raise whatever the keys are."""
        for name, template in self._headers:
            if template.slots and not _needs_keys(template):
                text_for("header", name, template.render(scope))
        for name, template, _ in self._cookies:
            if template.slots and not _needs_keys(template):
                text_for("cookie", name, template.render(scope))
        if self._body and self._body.slots and _is_large(scope.call):
            # NOTE: the keys are not known yet, so that this is the least that it can be.
            self._body.render(scope)

    def weight(self, scope: Scope) -> int:
        """Return how far its status depends on the keys: 0 if it does not.

        Else it may fail once the values of the keys times this number are over half a MB.
        """
        return ANSWER_BYTES if self._weight and _is_large(scope.call) else self._weight

    def _weight_of_keys(self) -> int:
        texts = [t for _, t in self._headers] + [t for _, t, _ in self._cookies]
        if any(map(_needs_keys, texts)) or (self.key and self.expand) or self._delay[1]:
            return ANSWER_BYTES
        slots = self._body.slots if self._body else ()
        found = (len(slot.filters) + 1 for slot in slots if isinstance(slot.source, KeyName))
        weight: int = sum(_MOST_GROWTH**steps for steps in found)
        return min(ANSWER_BYTES, weight)

    def further_names(self, scope: Scope) -> list[str]:
        """Return the names that the text of the shown key needs, of which none is known yet."""
        shown = self._shown(scope) if self.key and self.expand else None
        names = shown.names(scope) if shown else ()
        return [name for name in dict.fromkeys(names) if name not in scope.keys]

    def render(self, scope: Scope, cookie_path: str, *, is_repeatable: bool = False) -> Rendered:
        """Make the answer; the scope has the values of the keys.

        It is repeatable only if nothing in it is by chance or from the clock. A shown key that is
        missing raises NotFound; what the request brought and cannot stand in a header or a cookie
        is `unusable_answer`.
        """
        body = self._body or self._shown(scope)
        data = b"" if body is None else body.render(scope)
        headers = [(name, text_for("header", name, t.render(scope))) for name, t in self._headers]
        if self.status in _WITHOUT_BODY:
            data = b""
        elif self._content_type:
            headers.insert(0, ("Content-Type", self._content_type))
        for name, template, cookie in self._cookies:
            value = text_for("cookie", name, template.render(scope))
            headers.append(("Set-Cookie", f"{name}={value}; Path={cookie_path}{_rest(cookie)}"))
        low, high = self._delay
        delay = low if low == high else scope.chance.randint(low, high)
        is_repeatable = is_repeatable and low == high and not scope.made
        return Rendered(self.status, headers, data, delay / 1000, self._fault, is_repeatable)

    def constant(self) -> Rendered | None:
        """Return the answer if it is the same for each request, else None."""
        low, high = self._delay
        if self.key or self._cookies or low != high or any(t.slots for t in self.templates()):
            return None
        return self.render(Scope(Call("GET", "/")), "/", is_repeatable=True)

    def _shown(self, scope: Scope) -> Template | None:
        if self.key is None:
            return None
        value = self.key.value(scope)
        if not isinstance(value, bytes):
            raise NotFound()
        if not self.expand or b"!@[" not in value or not is_utf8(value):
            return plain(value)
        if len(value) > ANSWER_BYTES:
            raise ExpansionTooLarge()
        try:
            template = text_template(value.decode(), context_of(self._content_type))
        except Refused as ex:
            raise refusal("unusable_answer", f"The key's text is no template: {ex}.") from ex
        if len(template.slots) > PLACEHOLDERS:
            raise ExpansionTooLarge()
        return template


def preference_of(call: Call) -> Preference:
    """Read the header Prefer; what is not for us in it is left alone."""
    text = call.headers.get("prefer")
    if not text:
        return _NO_PREFERENCE
    wanted: dict[str, str] = {}
    for part in _PREFERENCES(text):
        name, _, value = part.partition("=")
        wanted.setdefault(name.strip().lower(), value.strip().strip('"'))
    return Preference(wanted.get("code", ""), wanted.get("example", ""))


def preferred(answers: list[CompiledAnswer], wanted: Preference) -> int | None:
    """Return which answer a caller prefers, or None if no answer has it."""
    if not (wanted.code or wanted.example):
        return None
    for place, answer in enumerate(answers):
        is_example = not wanted.example or answer.name == wanted.example
        if is_example and (not wanted.code or str(answer.status) == wanted.code):
            return place
    return None


def chosen(order: Order, count: int, answers: int) -> int:
    """Return which answer the call number `count` gets, counted from 1; not for `random`."""
    if order == "loop":
        return (count - 1) % answers
    return min(count, answers) - 1 if order == "last" else 0


def pick(answers: int, chance: Random) -> int:
    """Return which answer a call gets by chance."""
    return chance.randrange(answers)


def _is_template(answer: Answer) -> bool:
    """Whether the body is a template: the value of a key only on demand.

    Requests to any route of the owner may write the key. If the text that they put into it was
    expanded, it would disclose other keys.
    """
    return answer.key is UNSET if answer.expand is UNSET else answer.expand


def _needs_keys(template: Template) -> bool:
    return any(isinstance(slot.source, KeyName) for slot in template.slots)


def _is_large(call: Call) -> bool:
    return len(call.body) + len(call.path) + len(call.query) > _SMALL_REQUEST


def _type_of(answer: Answer, route_type: str) -> str:
    given = next((t for n, t in answer.headers.items() if n.lower() == "content-type"), "")
    given = given or answer.content_type
    if answer.text is not UNSET:
        found = given or route_type or TEXT
        is_bare = found.lower().startswith("text/") and "charset" not in found.lower()
        return f"{found}; charset=utf-8" if is_bare else found
    if answer.json is not UNSET:
        return given or "application/json"
    if answer.key is not UNSET:
        return given or route_type or TEXT
    return given or ("application/octet-stream" if answer.base64 is not UNSET else "")


def _body_of(answer: Answer, content_type: str, *, expand: bool) -> Template | None:
    if answer.json is not UNSET:
        data = bytes(answer.json)
        return located(".json", json_template, data) if expand else plain(data)
    if answer.text is not UNSET:
        if not expand:
            return plain(answer.text.encode())
        return located(".text", text_template, answer.text, context_of(content_type))
    return None if answer.base64 is UNSET else plain(answer.base64)


def _value_of(cookie: str | Cookie) -> str:
    return cookie if isinstance(cookie, str) else cookie.value


def _rest(cookie: str | Cookie) -> str:
    if isinstance(cookie, str):
        return ""
    age = "" if cookie.max_age is UNSET else f"; Max-Age={cookie.max_age}"
    site = "" if cookie.same_site is UNSET else f"; SameSite={cookie.same_site}"
    flags = ("; Secure" if cookie.secure else "") + ("; HttpOnly" if cookie.http_only else "")
    return age + flags + site
