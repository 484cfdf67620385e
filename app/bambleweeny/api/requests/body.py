"""Request bodies: raw bytes, and JSON that is validated into typed structs."""

from io import BytesIO
from typing import IO, TypeVar

import falcon
import msgspec

from bambleweeny.api.requests.content_codings import decoded, is_coded
from bambleweeny.core.json_members import refuse_doubled
from bambleweeny.core.texts import BOM, hint_at_json
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_media_type, parse_duration

_T = TypeVar("_T")

_LONGEST_DURATION = 64


def read_raw(req: falcon.Request) -> bytes:
    """Return the body's bytes, decompressed, whatever the content type.

    Raises as `decoded` does if the body has a Content-Encoding.
    """
    # NOTE: `read` needs no length: the stream that Waitress passes ends with the body.
    env = req.env
    data: bytes = env["wsgi.input"].read()
    return decoded(req, data) if "HTTP_CONTENT_ENCODING" in env else data


def open_body(req: falcon.Request) -> IO[bytes]:
    """Return the body, decompressed, as a seekable file."""
    if is_coded(req):
        return BytesIO(read_raw(req))
    file: IO[bytes] = req.env["wsgi.input"]
    return file


def read_type(req: falcon.Request) -> str:
    """Return the body's content type; "" if it is missing, invalid or a form's."""
    text: str = req.env.get("CONTENT_TYPE") or ""
    # NOTE: curl -d labels every body as a form, so that type says nothing.
    is_form = text.lower().startswith(falcon.MEDIA_URLENCODED)
    return text if text and not is_form and is_media_type(text) else ""


def read_json(req: falcon.Request, form: type[_T], body: bytes | None = None) -> _T:
    """Return the JSON body as a value of type `form`.

    Ignores the content type, since curl -d labels every body as a form, and skips a byte order
    mark. Raises InvalidRequest with the wrong field, or if an object has a member twice.
    """
    data = read_raw(req) if body is None else body
    value = parse_json(data, form)
    refuse_doubled(data.removeprefix(BOM))
    return value


def parse_json(data: bytes, form: type[_T]) -> _T:
    """Parse JSON like `read_json`, but accept objects that have a member twice."""
    try:
        return msgspec.json.decode(data.removeprefix(BOM), type=form)
    except msgspec.ValidationError as ex:
        raise InvalidRequest(f"{ex}.", hint="See /docs/api for this call's fields.") from ex
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as ex:
        raise InvalidRequest("The body is not valid JSON.", hint=hint_at_json(data, ex)) from ex


def seconds_of(field: str, duration: str | int) -> int:
    """Return a duration of a JSON body in seconds; InvalidRequest names its field."""
    try:
        return parse_duration(str(duration)[:_LONGEST_DURATION])
    except ValueError as ex:
        raise InvalidRequest(f"The field '{field}' is invalid: {ex}.") from ex
