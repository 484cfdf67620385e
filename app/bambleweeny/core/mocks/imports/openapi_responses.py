"""The responses of an operation as answers: the one that is given first, and the others."""

from collections.abc import Iterator
from typing import Any

from msgspec import Raw, json

from bambleweeny.core.mocks.headers import is_allowed, is_cookie_name, is_header_value
from bambleweeny.core.mocks.imports.examples import Examples
from bambleweeny.core.mocks.imports.pointers import Pointers
from bambleweeny.core.mocks.imports.result import (
    Fields,
    Notes,
    answer_with,
    import_too_large,
    label_of,
)
from bambleweeny.core.mocks.limits import ANSWERS, IMPORT_BYTES
from bambleweeny.core.mocks.values import context_of
from bambleweeny.names import is_media_type

_NO_BODY = (204, 205, 304)


class Responses:
    """Makes the answers of the operations of one document."""

    def __init__(self, pointers: Pointers, examples: Examples, notes: Notes) -> None:
        self._pointers = pointers
        self._examples = examples
        self._notes = notes
        self._known: dict[int, tuple[Any, Raw, bool]] = {}
        self._room = IMPORT_BYTES

    def answers(self, responses: Any, where: str) -> list[Fields]:
        """Return the answers: the lowest 2xx, else a redirect; a `default` is the last.

        If only errors are described, 200 without a body is put before them.
        """
        found = responses if isinstance(responses, dict) else {}
        by_status = sorted(_statuses(found), key=_order)
        if not by_status or by_status[0][0] >= 400:
            self._notes.add("No success is described: it is 200 and empty", where)
            by_status.insert(0, (200, None))
        answers = [
            answer
            for status, response in by_status
            for answer in self._of_response(status, self._pointers.resolved(response), where)
        ]
        if len(answers) > ANSWERS:
            self._notes.add(f"Only the first {ANSWERS} answers are kept", where)
        return answers[:ANSWERS]

    def _of_response(self, status: int, response: Any, where: str) -> Iterator[Fields]:
        start: Fields = {} if status == 200 else {"status": status}
        if not isinstance(response, dict):
            yield start
            return
        headers = self._headers(response.get("headers"), where)
        if headers:
            start["headers"] = headers
        content: Any = response.get("content")
        kind = _preferred_type(content, self._notes, where)
        if kind is None or status in _NO_BODY:
            yield start
            return
        media = self._pointers.resolved(content[kind])
        for name, body in self._bodies(media if isinstance(media, dict) else {}, kind, where):
            yield {**({"name": label_of(name)} if name else {}), **start, **body}

    def _bodies(self, media: Any, kind: str, where: str) -> Iterator[tuple[str, Fields]]:
        if "example" in media:
            yield "", self._body(media["example"], kind, where)
            return
        named = media.get("examples")
        is_named = False
        for name, found in named.items() if isinstance(named, dict) else ():
            example = self._pointers.resolved(found)
            if isinstance(example, dict) and "value" in example:
                is_named = True
                yield str(name), self._body(example["value"], kind, where)
            else:
                self._notes.add("An example without a value in the document is left out", where)
        if not is_named:
            yield "", self._body(self._examples.of(media.get("schema"), where), kind, where)

    def _body(self, value: Any, kind: str, where: str) -> Fields:
        content_type = kind if is_media_type(kind) and "*" not in kind else "application/json"
        if context_of(content_type) == "data":
            text, is_like_template = self._written(value)
            body: Fields = {"json": text}
            if content_type != "application/json":
                body["content_type"] = content_type
            return {**body, "expand": False} if is_like_template else body
        if isinstance(value, str):
            return answer_with({"text": value, "content_type": content_type}, value)
        if isinstance(value, Raw | int | bool):
            return {"text": json.encode(value).decode(), "content_type": content_type}
        self._notes.add(f"The body is empty, as {kind} is made of no schema", where)
        return {"text": "", "content_type": content_type}

    def _written(self, value: Any) -> tuple[Raw, bool]:
        """Return a value as JSON, the same for the same value, and whether it is like a template.

        All of them have up to 16 MB.
        """
        place = id(value)
        if place not in self._known:
            text = json.encode(value)
            self._room -= len(text)
            if self._room < 0:
                raise import_too_large("Its bodies are over 16 MB.", "Choose a part with only=.")
            # NOTE: the value is kept, so that no other value gets its id.
            self._known[place] = (value, Raw(text), b"!@[" in text)
        return self._known[place][1:]

    def _headers(self, headers: Any, where: str) -> Fields:
        found: Fields = {}
        for name, described in headers.items() if isinstance(headers, dict) else ():
            header = self._pointers.resolved(described)
            if not isinstance(header, dict) or name.lower() == "content-type":
                continue
            is_known = name.lower() in map(str.lower, found)
            if is_known or not is_cookie_name(name) or not is_allowed(name):
                self._notes.add("A header is left out, as a rule may not set it", name)
                continue
            value = header.get("example")
            if value is None:
                value = self._examples.of(header.get("schema"), where)
            text = value if isinstance(value, str) else bytes(self._written(value)[0]).decode()
            if value is not None and is_header_value(text) and "!@[" not in text:
                found[name] = text
        return found


def _order(pair: tuple[int, Any]) -> tuple[bool, int]:
    return pair[0] // 100 != 2, pair[0]


def _statuses(responses: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """Return the responses with their statuses; `4XX` is 400, and `default` 500, or 200 alone."""
    named = [(str(name).upper(), found) for name, found in responses.items()]
    has_success = any(name.startswith("2") for name, _ in named)
    for name, found in named:
        if name == "DEFAULT":
            yield (500 if has_success else 200), found
        elif len(name) == 3 and name[0] in "2345":
            status = name.replace("XX", "00")
            if status.isascii() and status.isdigit():
                yield int(status), found


def _preferred_type(content: Any, notes: Notes, where: str) -> str | None:
    """Return the content type that is answered: JSON if there is one."""
    kinds = [kind for kind in content if isinstance(kind, str)] if isinstance(content, dict) else []
    if not kinds:
        return None
    chosen = min(kinds, key=lambda kind: (not kind.startswith("application/json"), _is_other(kind)))
    if len(kinds) > 1:
        notes.add(f"Of several content types {chosen} is answered", where)
    return chosen


def _is_other(kind: str) -> bool:
    return context_of(kind) != "data" and "*" not in kind
