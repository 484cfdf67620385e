"""Imports of routes: an OpenAPI document, a HAR or a db.json becomes a route with its keys."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.mocks.documents import RouteDocument
from bambleweeny.core.mocks.imports.har import import_har
from bambleweeny.core.mocks.imports.json_server import import_db
from bambleweeny.core.mocks.imports.openapi import import_openapi
from bambleweeny.core.mocks.imports.result import Imported
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.public.route_documents import Published, RouteDocuments
from bambleweeny.core.public.seeds import Seeds
from bambleweeny.errors import BambleweenyError

Format = Literal["openapi", "har", "db"]
FORMATS: tuple[Format, ...] = ("openapi", "har", "db")


class ImportOptions(NamedTuple):
    """How a document is imported.

    `prefix` begins the names of the keys, `only` selects paths, tags or operations.
    """

    format: Format
    name: str = ""
    prefix: str = ""
    journal: str = ""
    only: Sequence[str] = ()


class ImportedRoute(NamedTuple):
    """A route that was made of another document, its keys, and notes on what was guessed."""

    published: Published
    rules: int
    keys: list[str]
    notes: list[str]


class RouteImports:
    """Makes routes of documents in other formats."""

    def __init__(self, documents: RouteDocuments, seeds: Seeds) -> None:
        self._documents = documents
        self._seeds = seeds

    def put(self, caller: Caller, document: bytes, public_id: str = "") -> Published:
        """Create a route with a document, or replace that of `public_id`; fill its collections."""
        parsed = load(document).document
        if public_id:
            done = self._documents.replace(caller, public_id, document)
            self._seeds.plant(caller, parsed)
            return done
        done = self._documents.create(caller, document)
        try:
            self._seeds.plant(caller, parsed)
        except BambleweenyError:
            self._documents.delete(caller, done.id)
            raise
        return done

    def run(
        self, caller: Caller, body: bytes, options: ImportOptions, public_id: str = ""
    ) -> ImportedRoute:
        """Import a document as a new route, or in place of the document of `public_id`.

        Its keys are written first, all or none, so that a failure leaves no route. Of a new route,
        notes name the keys that existed before it.
        """
        made = _imported(body, options)
        named = {"name": options.name, "journal": options.journal}
        fields = msgspec.json.decode(made.document, type=dict[str, msgspec.Raw])
        given = {name: msgspec.Raw(msgspec.json.encode(v)) for name, v in named.items() if v}
        document = msgspec.json.encode({**given, **fields})
        parsed: RouteDocument = load(document).document
        self._documents.check_place(caller, public_id, parsed.name)
        notes = (
            made.notes
            if public_id
            else made.notes + self._seeds.existing(caller, made.seeds, parsed)
        )
        self._seeds.put(caller, made.seeds)
        published = self.put(caller, document, public_id)
        return ImportedRoute(
            published, len(parsed.rules), [seed.name for seed in made.seeds], notes
        )


def _imported(body: bytes, options: ImportOptions) -> Imported:
    if options.format == "openapi":
        return import_openapi(body, options.prefix, options.only)
    if options.format == "har":
        return import_har(body, options.prefix, only=options.only)
    return import_db(body, options.prefix)
