"""Bodies that describe routes and bins: of plain ones, and documents."""

import msgspec

from bambleweeny.api.requests.body import parse_json
from bambleweeny.core.json_members import refuse_doubled
from bambleweeny.core.texts import BOM


def is_plain(body: bytes, plain: type[msgspec.Struct], document: type[msgspec.Struct]) -> bool:
    """Return whether a body has no field that only a document has, or is not a JSON object.

    Another unknown field makes it no document, so that it is refused as ever. A body that is not
    JSON is InvalidRequest.
    """
    parse_json(body, msgspec.Raw)
    try:
        fields = msgspec.json.decode(body.removeprefix(BOM), type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    alone = set(document.__struct_fields__) - set(plain.__struct_fields__)
    return fields.keys().isdisjoint(alone)


def document_of(body: bytes) -> bytes:
    """Return a document without a byte order mark; InvalidRequest if a member occurs twice."""
    document = body.removeprefix(BOM)
    parse_json(document, msgspec.Raw)
    refuse_doubled(document)
    return document
