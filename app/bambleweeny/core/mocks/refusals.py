"""Errors of route documents and of their answers: each has a stable code.

A document is refused by `Refused` while it is read; `read_document` makes an error of the
catalogue of it. What only a request can bring about is raised as `refusal(...)`.
"""

from collections.abc import Callable
from typing import TypeVar

from bambleweeny.errors import BambleweenyError, InvalidRequest

_T = TypeVar("_T")

CODES: dict[str, tuple[int, str]] = {
    "invalid_route": (400, "A field of the route document cannot be used."),
    "invalid_path": (400, "A path is outside of the grammar."),
    "invalid_condition": (400, "A condition is none that can be checked."),
    "invalid_template": (400, "A placeholder is outside of the grammar."),
    "invalid_operation": (400, "An operation of `then` is none of a batch."),
    "invalid_header": (400, "A header's name or value is outside of the grammar."),
    "header_not_allowed": (400, "A header is one that a rule may not set."),
    "invalid_cookie": (400, "A cookie's name or value is outside of the grammar."),
    "document_too_large": (413, "The document is over 256 kB."),
    "too_many_rules": (400, "A document has over 200 rules."),
    "too_many_answers": (400, "A rule has over 20 answers."),
    "too_many_operations": (400, "A rule's `then` has over 5 operations."),
    "too_many_key_conditions": (400, "A rule tests over 5 keys."),
    "too_many_segments": (400, "A path has over 32 segments."),
    "too_many_wildcards": (400, "A text has over 4 wildcards."),
    "too_many_placeholders": (400, "An answer has over 100 placeholders."),
    "delay_too_long": (400, "A delay is over 30 s."),
    "invalid_import": (400, "The document to import is not of the format."),
    "import_too_large": (413, "The document to import is over 16 MB, or its routes over a bound."),
    "no_rule": (404, "No rule of the route matches the request."),
    "no_such_object": (404, "The collection has no object of this id."),
    "not_an_object": (400, "The body of a write to a collection is no object."),
    "invalid_id": (400, "An object's id cannot be part of a key's name."),
    "id_taken": (409, "The collection has an object of this id."),
    "collection_full": (507, "The collection has as many objects or bytes as it may."),
    "not_as_called": (409, "The calls were not as the expectation says."),
    "unusable_answer": (422, "What the request brought cannot stand in the answer."),
    "answer_too_large": (422, "The answer is over 2 MB."),
    "too_many_filters": (422, "A query of a collection has over 50 filters."),
    "too_many_candidates": (422, "Over 20 rules with tests of keys match one request."),
}
"""Each code, its HTTP status, and when it is raised."""


class Refused(ValueError):
    """A part of a route document cannot be used."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def refusal(code: str, info: str, hint: str | None = None) -> BambleweenyError:
    """Make the error of a code; the status is the catalogue's."""
    status, _ = CODES[code]
    kind = InvalidRequest if status == 400 else BambleweenyError
    error = kind(info, hint=hint)
    error.code, error.status = code, status
    return error


def located(where: str, make: Callable[..., _T], *args: object) -> _T:
    """Call `make`, and name the JSON path in what it refuses."""
    try:
        return make(*args)
    except Refused as ex:
        raise Refused(ex.code, _within(where, str(ex))) from ex


def _within(where: str, text: str) -> str:
    sentence, found, inner = text.partition(" - at `$")
    return f"{sentence} - at `${where}{inner if found else '`'}"
