"""Walks of an index of names in order, page by page."""

from collections.abc import Callable, Iterator

from bambleweeny.core.auth.tenant_session import read_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.auth.users import Users
from bambleweeny.errors import Unauthorized
from bambleweeny.store import Store

# NOTE: the engine serves nobody else while it builds a page.
_PAGE = 200

Walk = Callable[[Caller], Iterator[list[str]]]


def walk(store: Store, caller: Caller, index: str) -> Iterator[list[str]]:
    """Yield the names of an index in order, up to 200 at a time.

    O(log n + page) and one round trip a page. A name that exists during the whole walk comes
    exactly once.
    """
    start: str | bytes = "-"
    while True:
        [names] = read_as(store, caller, ("ZRANGEBYLEX", index, start, "+", "LIMIT", 0, _PAGE))
        yield [name.decode() for name in names]
        if len(names) < _PAGE:
            return
        start = b"(" + names[-1]


def walk_visible(users: Users, caller: Caller, walk_of: Walk) -> Iterator[tuple[str, list[str]]]:
    """Yield pages of the names that a caller may see, each with its owner's id.

    The admin sees the names of all users, other callers only their own.
    """
    if not users.check(caller):
        yield from ((caller.id, page) for page in walk_of(caller))
        return
    for owner in users.ids():
        try:
            yield from ((owner, page) for page in walk_of(Caller(owner, "", "")))
        except Unauthorized:
            continue  # the owner was deleted meanwhile
