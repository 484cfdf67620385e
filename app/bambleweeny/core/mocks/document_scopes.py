"""The scopes that a route's document needs: it acts for strangers with all rights of its owner."""

from collections.abc import Iterator

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.batch.operation_scopes import NEEDED
from bambleweeny.core.mocks.documents import RouteDocument


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


def _needed_for_all(document: RouteDocument) -> Iterator[tuple[str, str]]:
    yield "keys", "read"
    for rule in document.rules:
        if rule.collection or rule.singleton:
            yield "keys", "write"
        for raw in rule.then:
            yield NEEDED[msgspec.json.decode(raw, type=list)[0]]
