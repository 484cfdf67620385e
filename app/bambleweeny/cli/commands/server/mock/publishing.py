"""Files become the route of a mock, by the calls of the API alone."""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bambleweeny.cli.arguments.documents import ROUTE
from bambleweeny.cli.arguments.imports import import_hint
from bambleweeny.cli.commands.server.mock.files import Part
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.client import Client
from bambleweeny.client.routes import Routes
from bambleweeny.errors import (
    BambleweenyError,
    Busy,
    DocumentTooLarge,
    NoAnswer,
    StoreUnavailable,
    TooManyRules,
)

NAME = "mock"
FRONT = f"@admin/{NAME}"
JOURNAL = "mock-calls"
UNAVAILABLE = (NoAnswer, StoreUnavailable, Busy)
"""Errors that pass: they say nothing about a file."""

_FIRST_COUNTS = ("key", "content_type", "cors", "journal")
_REHEARSAL = "mock-rehearsal"
_PART_OF_IT = (
    "Select a part of OpenAPI documents and HARs with --only, or start one mock for each file."
)
_PAGE = re.compile(r"/\S*docs/([a-z-]+)")
_TOO_MUCH = (DocumentTooLarge.code, TooManyRules.code)


class Published(NamedTuple):
    """The route of a mock: its number of rules, its journal, and notes on what was guessed.

    The journal is "" if the route has none.
    """

    rules: int
    journal: str
    notes: list[str]


class Publisher:
    """Writes the route of a mock. `only` selects parts of OpenAPI documents and HARs."""

    def __init__(self, client: Client, only: str | None = None) -> None:
        self._routes = client.routes
        self._users = client.users
        self._only = only
        self._seeds: dict[str, bytes] = {}
        self._is_published = False

    def publish(self, parts: Sequence[Part]) -> Published:
        """Create or replace the route; a failure leaves it and its keys as they were.

        CommandFailed names the file. A changed db.json restores the objects of all files.
        """
        if self._is_published and len(parts) > 1:
            self._rehearse(parts)
        notes = self._put(parts)
        self._restore_changed(parts)
        made = self._routes.get(FRONT)
        self._is_published = True
        return Published(len(made.get("rules", ())), made.get("journal", ""), notes)

    def _rehearse(self, parts: Sequence[Part]) -> None:
        """Put the files into an account of its own, since an import of one file writes keys."""
        for user in self._users.list():
            if user.username == _REHEARSAL:
                # NOTE: an earlier rehearsal was interrupted.
                self._users.delete(user.id)
        userid = self._users.create(_REHEARSAL, secrets.token_urlsafe())
        try:
            self._put(parts, _REHEARSAL, userid)
        finally:
            self._users.delete(userid)

    def _put(
        self, parts: Sequence[Part], user: str = "admin", userid: int | None = None
    ) -> list[str]:
        """Create or replace the route of a user, and return the notes of imports."""
        account = _Account(self._routes, user, userid, self._only)
        if len(parts) == 1:
            return account.put(parts[0], NAME)
        notes: list[str] = []
        documents = [account.document_of(part, n, notes) for n, part in enumerate(parts, 1)]
        account.put_merged(_merged(documents), parts)
        return notes

    def _restore_changed(self, parts: Sequence[Part]) -> None:
        seeds = {part.name: part.text for part in parts if part.format == "db"}
        if self._seeds and seeds != self._seeds:
            self._routes.reset(FRONT)
        self._seeds = seeds


class _Account:
    """The routes of one user."""

    def __init__(self, routes: Routes, user: str, userid: int | None, only: str | None) -> None:
        self._routes = routes
        self._user = user
        self._userid = userid
        self._only = only

    def put(self, part: Part, name: str) -> list[str]:
        """Make one file a route, and return the notes of its import; CommandFailed names it."""
        try:
            if part.format == ROUTE:
                document = {"journal": JOURNAL, **json.loads(part.text), "name": name}
                self._routes.set(document, userid=self._userid)
                return []
            made = self._routes.import_(
                part.format, part.text, name=name, only=self._only, journal=JOURNAL,
                userid=self._userid,
            )  # fmt: skip
        except UNAVAILABLE:
            raise
        except BambleweenyError as ex:
            raise _failure(part.name, ex) from ex
        return made.notes

    def document_of(self, part: Part, number: int, notes: list[str]) -> dict[str, Any]:
        """Return the document of one file of several; a route of its own checks it first."""
        name = f"file-{number}"
        notes += self.put(part, name)
        document = self._routes.get(f"@{self._user}/{name}", userid=self._userid)
        self._routes.delete(f"@{self._user}/{name}", userid=self._userid)
        document.pop("journal", None)
        written = json.loads(part.text) if part.format == ROUTE else {}
        if "journal" in written:
            document["journal"] = written["journal"]
        return document

    def put_merged(self, document: Mapping[str, Any], parts: Sequence[Part]) -> None:
        """Make the rules of all files the route; CommandFailed names the files."""
        try:
            self._routes.set(document, userid=self._userid)
        except UNAVAILABLE:
            raise
        except BambleweenyError as ex:
            if ex.code in _TOO_MUCH:
                ex.hint = _PART_OF_IT
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
    # NOTE: the server, with its pages, may end because of this failure.
    hint = _PAGE.sub(r"'bambleweeny help \1'", import_hint(error) or "")
    return CommandFailed(f"{name}: {error} ({error.code})", hint=hint or None)
