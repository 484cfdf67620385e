"""The scopes that documents of routes and bins need: they act for strangers with all rights."""

from collections.abc import Iterator

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.bins.documents import BinDocument
from bambleweeny.core.mocks.documents import RouteDocument
from bambleweeny.core.scoped.operations import NEEDED


def check_route_document(caller: Caller, document: RouteDocument) -> None:
    """Raise InsufficientScope unless the caller may do what a route does.

    Its templates and conditions reach any key, and so do its collections and the operations of its
    `then`. Of a journal it deletes calls. No cost without scopes.
    """
    scopes = caller.scopes
    if scopes is None:
        return
    for noun, verb in dict.fromkeys(_needed_for_all(document)):
        scopes.check_all(noun, verb)
    if document.journal:
        scopes.check("topics", "write", document.journal)


def check_bin_document(caller: Caller, document: BinDocument, *, reads_keys: bool) -> None:
    """Raise InsufficientScope unless the caller may do what a bin does. No cost without scopes."""
    scopes = caller.scopes
    if scopes is None:
        return
    if document.topic:
        scopes.check("topics", "publish", document.topic)
    else:
        scopes.check("lists", "push", document.list)
    if reads_keys:
        scopes.check_all("keys", "read")


def _needed_for_all(document: RouteDocument) -> Iterator[tuple[str, str]]:
    yield "keys", "read"
    for rule in document.rules:
        if rule.collection or rule.singleton:
            yield "keys", "write"
        for raw in rule.then:
            yield NEEDED[msgspec.json.decode(raw, type=list)[0]]
