"""Walking an index of names in order, page by page."""

from collections.abc import Callable, Iterator

from bambleweeny.core.auth.tenant_session import read_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.auth.users import Users
from bambleweeny.errors import Unauthorized
from bambleweeny.store import Store

# NOTE: others answer nothing while a page is put together.
_PAGE = 200

Walk = Callable[[Caller], Iterator[list[str]]]


def walk(store: Store, caller: Caller, index: str) -> Iterator[list[str]]:
    """Give the names of an index in order, up to 200 at a time.

    O(log n + page) a page, one round trip each. A name that is there from
    beginning to end of the walk is given exactly once.
    """
    start: str | bytes = "-"
    while True:
        [names] = read_as(store, caller, ("ZRANGEBYLEX", index, start, "+", "LIMIT", 0, _PAGE))
        yield [name.decode() for name in names]
        if len(names) < _PAGE:
            return
        start = b"(" + names[-1]


def walk_visible(users: Users, caller: Caller, walk_of: Walk) -> Iterator[tuple[str, list[str]]]:
    """Give pages of what a caller may see, each with its owner's id.

    That is its own, and everybody's for the admin.
    """
    if not users.check(caller):
        yield from ((caller.id, page) for page in walk_of(caller))
        return
    for owner in users.ids():
        try:
            yield from ((owner, page) for page in walk_of(Caller(owner, "", "")))
        except Unauthorized:
            continue  # the owner was deleted meanwhile
