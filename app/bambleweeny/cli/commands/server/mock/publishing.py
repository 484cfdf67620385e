"""Files become the route of a mock, by the calls of the API alone."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bambleweeny.cli.arguments.documents import ROUTE
from bambleweeny.cli.commands.server.mock.files import Part
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.client import Client
from bambleweeny.errors import BambleweenyError, Busy, NoAnswer, StoreUnavailable

NAME = "mock"
FRONT = f"@admin/{NAME}"
JOURNAL = "mock-calls"
UNAVAILABLE = (NoAnswer, StoreUnavailable, Busy)
"""Errors that pass: they say nothing about a file."""

_FIRST_COUNTS = ("key", "content_type", "cors", "journal")


class Published(NamedTuple):
    """The route of a mock: its number of rules, its journal, and notes on what was guessed."""

    rules: int
    journal: str
    notes: list[str]


class Publisher:
    """Writes the route of a mock. `only` selects parts of OpenAPI documents and HARs."""

    def __init__(self, client: Client, only: str | None = None) -> None:
        self._routes = client.routes
        self._only = only
        self._seeds: dict[str, bytes] = {}

    def publish(self, parts: Sequence[Part]) -> Published:
        """Create or replace the route; a failure leaves its rules as they were.

        CommandFailed names the file. A changed db.json restores the objects of all files.
        """
        notes: list[str] = []
        if len(parts) == 1:
            self._set(parts[0], NAME, notes)
        else:
            documents = [
                self._document_of(part, number, notes) for number, part in enumerate(parts, 1)
            ]
            self._set_merged(_merged(documents), parts)
        self._restore_changed(parts)
        made = self._routes.get(FRONT)
        return Published(len(made.get("rules", ())), made["journal"], notes)

    def _restore_changed(self, parts: Sequence[Part]) -> None:
        seeds = {part.name: part.text for part in parts if part.format == "db"}
        if self._seeds and seeds != self._seeds:
            self._routes.reset(FRONT)
        self._seeds = seeds

    def _document_of(self, part: Part, number: int, notes: list[str]) -> dict[str, Any]:
        """Return the document of one file of several; a route of its own checks it first."""
        name = f"{NAME}-{number}"
        self._set(part, name, notes)
        document = self._routes.get(f"@admin/{name}")
        self._routes.delete(f"@admin/{name}")
        if part.format != ROUTE:
            del document["journal"]
        return document

    def _set(self, part: Part, name: str, notes: list[str]) -> None:
        try:
            if part.format == ROUTE:
                document = json.loads(part.text)
                self._routes.set({"journal": JOURNAL, **document, "name": name})
                return
            made = self._routes.import_(
                part.format, part.text, name=name, only=self._only, journal=JOURNAL
            )
        except UNAVAILABLE:
            raise
        except BambleweenyError as ex:
            raise _failure(part.name, ex) from ex
        notes += made.notes

    def _set_merged(self, document: Mapping[str, Any], parts: Sequence[Part]) -> None:
        try:
            self._routes.set(document)
        except UNAVAILABLE:
            raise
        except BambleweenyError as ex:
            raise _failure(" and ".join(part.name for part in parts), ex) from ex


def _merged(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one document: all rules in order; of other fields the first one counts."""
    fields: dict[str, Any] = {"name": NAME}
    for document in documents:
        for name in _FIRST_COUNTS:
            if name in document:
                fields.setdefault(name, document[name])
    fields.setdefault("journal", JOURNAL)
    return {**fields, "rules": [rule for one in documents for rule in one.get("rules", ())]}


def _failure(name: str, error: BambleweenyError) -> CommandFailed:
    hint = error.hint
    if hint and hint.startswith("See /"):
        # NOTE: the server with that page stops when the first publication fails.
        hint = "See 'bambleweeny help mock-reference'."
    return CommandFailed(f"{name}: {error} ({error.code})", hint=hint)
