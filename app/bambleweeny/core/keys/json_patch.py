"""Parts and merge patches of JSON values; unchanged parts, numbers included, keep their text."""

import re

import msgspec
from msgspec import Raw

from bambleweeny.core.json_members import refuse_doubled_in_patch
from bambleweeny.core.texts import BE_UTF8, BOM, NO_UTF8, hint_at_json, is_utf16
from bambleweeny.core.values import MOST_BYTES_AT_ONCE
from bambleweeny.errors import InvalidRequest, NotFound, NotJson, TooMuchAtOnce
from bambleweeny.names import is_utf8

_DEEPEST = 100
_UNREADABLE = (msgspec.DecodeError, RecursionError)

_is_index = re.compile("0|[1-9][0-9]{0,8}").fullmatch
_any = msgspec.json.Decoder(Raw).decode
_object = msgspec.json.Decoder(dict[str, Raw]).decode
_array = msgspec.json.Decoder(list[Raw]).decode


def check_path(path: str) -> None:
    """Raise InvalidRequest unless a path has 1 to 100 names."""
    if not path or path.count(".") >= _DEEPEST:
        raise InvalidRequest(f"The parameter 'path' takes 1 to {_DEEPEST} names, as in a.b.0.")


def part_of(value: bytes, path: str) -> bytes:
    """Return the part of a JSON value at a path of field names and indexes with dots between.

    Raises NotFound if the value has no such part, NotJson if it is not JSON, InvalidRequest if
    the path is invalid. O(length of the value) for each of up to 100 names in the path.
    """
    check_path(path)
    part = _checked(value)
    for step in path.split("."):
        part = _inside(part, step)
    return part


def merged(value: bytes, patch: bytes) -> bytes:
    """Return a JSON value after a merge patch (RFC 7396); no member occurs twice in it.

    Raises NotJson if the value is not JSON, TooMuchAtOnce if the result is over 16 MB. O(length)
    for each of up to 100 levels of the patch.
    """
    try:
        change = _checked(patch)
    except NotJson as ex:
        raise InvalidRequest("The body is not valid JSON.", hint=ex.hint) from ex
    refuse_doubled_in_patch(change)
    result = _merged(_checked(value), change, _DEEPEST)
    if len(result) > MOST_BYTES_AT_ONCE:
        raise TooMuchAtOnce()
    return result


def _checked(value: bytes) -> bytes:
    if not is_utf8(value) or is_utf16(value):
        raise NotJson(hint=BE_UTF8 if is_utf16(value) else NO_UTF8)
    try:
        return bytes(_any(value.removeprefix(BOM)))
    except _UNREADABLE as ex:
        raise NotJson(hint=hint_at_json(value, ex)) from ex


def _inside(part: bytes, step: str) -> bytes:
    if part.startswith(b"{"):
        found = _object(part).get(step)
    elif part.startswith(b"[") and _is_index(step):
        found = next(iter(_array(part)[int(step) :]), None)
    else:
        found = None
    if found is None:
        raise NotFound(f"There is nothing at '{step}'.")
    return bytes(found)


def _merged(value: bytes, patch: bytes, levels: int) -> bytes:
    if not patch.startswith(b"{"):
        return patch
    if not levels:
        raise InvalidRequest(f"The body has more than {_DEEPEST} levels.")
    fields = _object(value) if value.startswith(b"{") else {}
    for name, change in _object(patch).items():
        if bytes(change) == b"null":
            fields.pop(name, None)
        else:
            known = bytes(fields.get(name, b""))
            fields[name] = Raw(_merged(known, bytes(change), levels - 1))
    return msgspec.json.encode(fields)
