"""Bodies that describe routes: of plain ones, and documents."""

import msgspec

from bambleweeny.api.requests.body import parse_json
from bambleweeny.core.json_members import refuse_doubled
from bambleweeny.core.mocks.documents import RouteDocument
from bambleweeny.core.texts import BOM


class NewRoute(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /routes for a plain route."""

    key: str
    content_type: str


_DOCUMENT_FIELDS = set(RouteDocument.__struct_fields__) - set(NewRoute.__struct_fields__)


def is_plain(body: bytes) -> bool:
    """Return whether a new route has no field of a document, or is not a JSON object.

    Another unknown field makes it no document, so that it is refused as ever.
    """
    try:
        fields = msgspec.json.decode(body.removeprefix(BOM), type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return fields.keys().isdisjoint(_DOCUMENT_FIELDS)


def document_of(body: bytes) -> bytes:
    """Return a document without a byte order mark; InvalidRequest if a member occurs twice."""
    document = body.removeprefix(BOM)
    parse_json(document, msgspec.Raw)
    refuse_doubled(document)
    return document
