"""Imports of routes: an OpenAPI document, a HAR or a db.json becomes a route with its keys."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple
from uuid import uuid4

import msgspec

from bambleweeny.core.auth.caller import Caller, check_name
from bambleweeny.core.mocks.document_scopes import check_route_document
from bambleweeny.core.mocks.imports.har import import_har
from bambleweeny.core.mocks.imports.json_server import import_db
from bambleweeny.core.mocks.imports.openapi import import_openapi
from bambleweeny.core.mocks.imports.result import Imported, Seed
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.public.imported_keys import ImportedKeys, notes_on_existing
from bambleweeny.core.public.public_documents import Published
from bambleweeny.core.public.route_documents import RouteDocuments

Format = Literal["openapi", "har", "db"]
FORMATS: tuple[Format, ...] = ("openapi", "har", "db")

_PLAIN = "mock"
_OF_IMPORT = re.compile(rf"({_PLAIN}(?:-[^:]+)?:)(?:seed:[^:]+|body:[0-9]+)").fullmatch
"""A key that an import without a prefix has made."""


class ImportOptions(NamedTuple):
    """How a document is imported.

    `prefix` begins the names of the keys; `run` says what the default is. `only` selects paths,
    tags or operations.
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

    def __init__(self, documents: RouteDocuments, keys: ImportedKeys) -> None:
        self._documents = documents
        self._keys = keys

    def put(self, caller: Caller, document: bytes, public_id: str = "") -> Published:
        """Create a route with a document, or replace that of `public_id`; fill its collections.

        An error leaves all keys and routes as they were.
        """
        # NOTE: a wrong document is refused before a route that does not exist.
        load(document)
        before = self._documents.read(caller, public_id) if public_id else b""
        published, _, _ = self._write(caller, document, [], public_id, before)
        return published

    def run(
        self, caller: Caller, body: bytes, options: ImportOptions, public_id: str = ""
    ) -> ImportedRoute:
        """Import a document as a new route, or in place of the document of `public_id`.

        Its keys begin with the prefix in the options, else with that of the document that it
        replaces, else with one of the route's own. An error leaves all keys and routes as they
        were.
        """
        before = self._documents.read(caller, public_id) if public_id else b""
        own = _names_in(before)
        prefix = options.prefix or _prefix_of(own) or _new_prefix(options.name, public_id)
        made = _imported(body, options, prefix)
        named = {"name": options.name, "journal": options.journal}
        fields = msgspec.json.decode(made.document, type=dict[str, msgspec.Raw])
        given = {name: msgspec.Raw(msgspec.json.encode(v)) for name, v in named.items() if v}
        document = msgspec.json.encode({**given, **fields})
        published, *found = self._write(caller, document, made.seeds, public_id, before)
        # NOTE: keys with a prefix of the route's own are of an earlier import of that name.
        others = [[name for name in names if name not in own] for names in found if options.prefix]
        notes = [*notes_on_existing(*others), *made.notes]
        rules = len(load(document).document.rules)
        return ImportedRoute(published, rules, [seed.name for seed in made.seeds], notes)

    def _write(
        self, caller: Caller, document: bytes, seeds: list[Seed], public_id: str, before: bytes
    ) -> tuple[Published, list[str], list[str]]:
        # NOTE: a call that is repeated after a change of the token would find its own keys.
        unchecked = caller.unchecked

        def publish() -> Published:
            if public_id:
                return self._documents.replace(unchecked, public_id, document)
            return self._documents.create(unchecked, document)

        def retract(published: Published) -> None:
            if public_id:
                self._documents.replace(unchecked, public_id, before)
            else:
                self._documents.delete(unchecked, published.id)

        parsed = load(document).document
        check_route_document(caller, parsed)
        for seed in seeds:
            check_name(caller, "keys", "write", seed.name)
        self._documents.check_place(caller, public_id, parsed.name)
        return self._keys.write(unchecked, parsed, seeds, publish, retract)


def _names_in(document: bytes) -> frozenset[str]:
    """Return the names of the keys and the prefixes that a route already has."""
    if not document:
        return frozenset()
    rules = load(document).document.rules
    names = [name for rule in rules for name in (rule.seed, rule.collection, rule.singleton)]
    keys = [answer.key for rule in rules for answer in rule.answers]
    names += [key for key in keys if isinstance(key, str)]
    return frozenset(name for name in names if name)


def _prefix_of(names: Iterable[str]) -> str:
    """Return the prefix of an earlier import that has made such names, or "" if none has."""
    found = {match[1] for name in names if (match := _OF_IMPORT(name))}
    return min(found, default="")


def _new_prefix(name: str, public_id: str) -> str:
    """Return a prefix that other imports and keys do not have: of the route's name or its id."""
    if name == _PLAIN:
        return f"{_PLAIN}:"
    return f"{_PLAIN}-{name or public_id[:8] or uuid4().hex[:8]}:"


def _imported(body: bytes, options: ImportOptions, prefix: str) -> Imported:
    if options.format == "openapi":
        return import_openapi(body, prefix, options.only)
    if options.format == "har":
        return import_har(body, prefix, only=options.only)
    return import_db(body, prefix)
