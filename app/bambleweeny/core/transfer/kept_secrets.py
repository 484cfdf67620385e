"""Secrets of bins in imports: a line with `[secret]` keeps what the user's bin has there."""

from functools import cached_property

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.bins.bin_documents import BinDocuments
from bambleweeny.core.bins.secrets import filled, has_hidden, hidden
from bambleweeny.core.public.public_documents import HasName
from bambleweeny.core.transfer.export_records import OwnBin, OwnRecord
from bambleweeny.errors import InvalidBin

_HINT = (
    "An export by a token without 'bins:write' has no secrets, and an import without "
    "'mode=replace' keeps those of a bin that exists. Write the secret, or export with a session."
)


class KeptSecrets:
    """The secrets of a user's bins before an import, which its lines may keep.

    They are read when a line needs them. With `replaces` the import deletes the bins first, so
    that no line can keep any; with `skips` it leaves a bin with a name as it is.
    """

    def __init__(
        self, caller: Caller, documents: BinDocuments, *, replaces: bool, skips: bool
    ) -> None:
        self._caller = caller
        self._documents = documents
        self._replaces = replaces
        self._skips = skips

    def complete(self, record: OwnRecord) -> OwnRecord:
        """Return a record with the secrets that it keeps.

        They are those of the bin with its name, else of a bin that is equal but for them, else
        InvalidBin is raised. O(bins) for the first record that keeps some.
        """
        if not isinstance(record, OwnBin):
            return record
        document = record.document.encode(errors="replace")
        if not has_hidden(document):
            return record
        name = _name_of(document)
        earlier = self._named.get(name) if name else self._unnamed.get(_plain(document))
        if earlier is not None and name and self._skips:
            return OwnBin(document=earlier.decode())
        try:
            complete = filled(document, earlier)
        except InvalidBin as ex:
            raise InvalidBin(ex.info, hint=_HINT) from ex
        if earlier is not None and _plain(complete) == _plain(earlier):
            complete = earlier
        found = OwnBin(document=complete.decode())
        found.check()
        return found

    @cached_property
    def _known(self) -> list[bytes]:
        if self._replaces:
            return []
        found = (document for _, document in self._documents.all(self._caller))
        return [document for document in found if document is not None]

    @cached_property
    def _named(self) -> dict[str, bytes]:
        return {name: document for document in self._known if (name := _name_of(document))}

    @cached_property
    def _unnamed(self) -> dict[bytes, bytes]:
        """Documents without names by what an export without secrets has of them."""
        return {hidden(document): document for document in self._known if not _name_of(document)}


def _name_of(document: bytes) -> str:
    try:
        return msgspec.json.decode(document, type=HasName).name
    except msgspec.ValidationError:
        # NOTE: the document is refused when it is checked.
        return ""


def _plain(document: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(document))
