"""Bodies of requests: JSON into typed structs, and raw bytes as they are."""

from io import BytesIO
from typing import IO, TypeVar

import falcon
import msgspec

from bambleweeny.api.requests.content_codings import decoded, is_coded
from bambleweeny.core.json_members import refuse_doubled
from bambleweeny.core.texts import BE_UTF8, BOM, NO_UTF8, is_utf16
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_media_type

_T = TypeVar("_T")

_QUOTES = r"""Other shells treat quotes otherwise: in cmd.exe write "{\"name\":\"value\"}"."""


def read_raw(req: falcon.Request) -> bytes:
    """Give the body's bytes, whatever its content type says, without their codings."""
    # NOTE: Waitress gives a stream that ends where the body does.
    env = req.env
    data: bytes = env["wsgi.input"].read()
    return decoded(req, data) if "HTTP_CONTENT_ENCODING" in env else data


def open_body(req: falcon.Request) -> IO[bytes]:
    """Return the body, without its codings, as a file that can be read twice."""
    if is_coded(req):
        return BytesIO(read_raw(req))
    file: IO[bytes] = req.env["wsgi.input"]
    return file


def read_type(req: falcon.Request) -> str:
    """Give the body's content type where it was given on purpose, else nothing."""
    text: str = req.env.get("CONTENT_TYPE") or ""
    # NOTE: curl's -d claims a form for whatever it sends.
    is_form = text.lower().startswith(falcon.MEDIA_URLENCODED)
    return text if text and not is_form and is_media_type(text) else ""


def read_json(req: falcon.Request, form: type[_T], body: bytes | None = None) -> _T:
    """Give the body as a struct; InvalidRequest says which field is wrong.

    The content type does not matter: curl's -d claims a form. A byte order mark is skipped.
    """
    data = read_raw(req) if body is None else body
    value = parse_json(data, form)
    refuse_doubled(data.removeprefix(BOM))
    return value


def parse_json(data: bytes, form: type[_T]) -> _T:
    """Read JSON in which a member may stand twice; else as `read_json`."""
    try:
        return msgspec.json.decode(data.removeprefix(BOM), type=form)
    except msgspec.ValidationError as ex:
        raise InvalidRequest(f"{ex}.", hint="See /docs for this call's fields.") from ex
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as ex:
        raise InvalidRequest("The body is not valid JSON.", hint=_hint(data, ex)) from ex


def _hint(data: bytes, ex: Exception) -> str:
    if is_utf16(data):
        return BE_UTF8
    has_lost_quotes = data.lstrip().startswith(b"'") or (data.strip() and b'"' not in data)
    if has_lost_quotes:
        return _QUOTES
    return NO_UTF8 if isinstance(ex, UnicodeDecodeError) else f"{ex}."
