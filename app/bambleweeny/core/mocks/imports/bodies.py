"""Bodies of answers: equal ones are kept once, and the largest go into keys."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from bambleweeny.core.mocks.limits import DOCUMENT_BYTES

_KINDS = ("json", "text", "base64")
_SPARE = 256
"""Bytes of the document that the rest of it may take."""

_encode = msgspec.json.encode


class MovedBody(NamedTuple):
    """A body that is in a key now."""

    name: str
    value: bytes
    type: str


class _Body(NamedTuple):
    """What equal bodies have in common."""

    kind: str
    content: str | bytes
    type: str


def without_bodies(rules: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rules as they are, but for the bodies of their answers."""
    return [
        {**rule, "answers": [_bare(answer) for answer in rule["answers"]]}
        if "answers" in rule
        else rule
        for rule in rules
    ]


def move_bodies(rules: Sequence[dict[str, Any]], prefix: str) -> tuple[list[MovedBody], int]:
    """Put the largest bodies into keys until the document fits, equal ones into one key.

    Returns these keys, and how many answers show them. Nothing is encoded twice, so that a body
    that many answers share takes memory once.
    """
    groups = _groups(rules)
    sizes = {body: _size(body) for body in groups}
    over = len(_encode(without_bodies(rules))) + _SPARE - DOCUMENT_BYTES
    over += sum(sizes[body] * len(answers) for body, answers in groups.items())
    moved: list[MovedBody] = []
    count = 0
    for body in sorted(groups, key=lambda body: sizes[body], reverse=True):
        if over <= 0 or sizes[body] < 2 * _SPARE:
            break
        name = f"{prefix}body:{len(moved) + 1}"
        for answer in groups[body]:
            _point_to(name, answer, body.kind)
        gain = sizes[body] - len(_encode(name)) - len('"key":,"expand":false,')
        over -= gain * len(groups[body])
        count += len(groups[body])
        content = body.content
        value = content.encode("utf-8", "replace") if isinstance(content, str) else content
        is_json = body.kind == "json"
        moved.append(MovedBody(name, value, body.type or "application/json" * is_json))
    return moved, count


def _groups(rules: Sequence[dict[str, Any]]) -> dict[_Body, list[dict[str, Any]]]:
    """Return the answers with a body, by that body."""
    found: dict[_Body, list[dict[str, Any]]] = {}
    texts: dict[int, bytes] = {}
    for rule in rules:
        for answer in rule.get("answers", ()):
            kind = next((kind for kind in _KINDS if kind in answer), "")
            if not kind:
                continue
            content = answer[kind]
            if kind == "json":
                # NOTE: one text for one value, so that its hash is computed once.
                place = id(content)
                content = texts[place] = texts.get(place) or _json_of(content)
            found.setdefault(_Body(kind, content, answer.get("content_type", "")), []).append(
                answer
            )
    return found


def _json_of(value: Any) -> bytes:
    return bytes(value) if isinstance(value, Raw) else _encode(value)


def _size(body: _Body) -> int:
    return len(body.content) if body.kind == "json" else len(_encode(body.content))


def _bare(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in answer.items() if name not in _KINDS}


def _point_to(name: str, answer: dict[str, Any], kind: str) -> None:
    """Let an answer show a key instead of its body."""
    del answer[kind]
    if kind == "json":
        answer.setdefault("content_type", "application/json")
    answer |= {"key": name, "expand": False}
