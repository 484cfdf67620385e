"""Bodies in and out: JSON into typed structs, and raw bytes as they are."""

from typing import TypeVar

import falcon
import msgspec

from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_media_type, is_utf8

_T = TypeVar("_T")


def read_raw(req: falcon.Request) -> bytes:
    """Give the body's bytes, whatever its content type says."""
    # NOTE: Waitress gives a stream that ends where the body does.
    data: bytes = req.env["wsgi.input"].read()
    return data


def read_type(req: falcon.Request) -> str:
    """Give the body's content type where it was given on purpose, else nothing."""
    text: str = req.env.get("CONTENT_TYPE") or ""
    # NOTE: curl's -d claims a form for whatever it sends.
    is_form = text.lower().startswith(falcon.MEDIA_URLENCODED)
    return text if text and not is_form and is_media_type(text) else ""


def read_json(req: falcon.Request, form: type[_T], body: bytes | None = None) -> _T:
    """Give the body as a struct; InvalidRequest says which field is wrong.

    The content type does not matter: curl's -d claims a form.
    """
    data = read_raw(req) if body is None else body
    try:
        return msgspec.json.decode(data, type=form)
    except msgspec.ValidationError as ex:
        raise InvalidRequest(f"{ex}.", hint="See /docs/api for this call's fields.") from ex
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as ex:
        raise InvalidRequest("The body is not valid JSON.", hint=str(ex)) from ex


def answer_json(resp: falcon.Response, value: object) -> None:
    """Answer a value as JSON."""
    resp.content_type = "application/json"
    resp.data = msgspec.json.encode(value)


def answer_done(resp: falcon.Response) -> None:
    """Answer that it is done."""
    resp.content_type = "application/json"
    resp.data = b'{"info":"ok"}'


def answer_raw(resp: falcon.Response, value: bytes) -> None:
    """Answer a value's bytes as plain text; only valid UTF-8 is called that."""
    resp.content_type = "text/plain; charset=utf-8" if is_utf8(value) else "text/plain"
    resp.data = value
