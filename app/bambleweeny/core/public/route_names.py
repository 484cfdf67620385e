"""Names of routes: `@USER/NAME` is the route of a user that has this name."""

from bambleweeny.core.auth.tenant_session import read_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.mocks.references import Reference, is_route_name, reference_of
from bambleweeny.errors import InvalidRequest, NotFound
from bambleweeny.store import Store

_MOST_REMEMBERED = 10_000


class RouteNames:
    """Finds routes by their names, in up to two round trips, and caches what it finds.

    A name is in the slot of its owner, so that it is deleted with its route. A cached name may be
    another route's by now: the caller compares it with the name in the route's document.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Reference, str] = {}

    def find(self, reference: Reference) -> str:
        """Return the id of a route; a name that no route has raises NotFound."""
        if reference.id:
            return reference.id
        return self._known.get(reference) or self._fetch(reference)

    def renew(self, reference: Reference) -> str:
        """Return what `find` does, from the engine."""
        self._known.pop(reference, None)
        return self._fetch(reference)

    def parse(self, caller: Caller, text: str) -> str:
        """Return the id of the route that a caller names by its id, `@USER/NAME` or `NAME`.

        The latter is a route of the caller's own; a name that no route has raises NotFound.
        """
        reference = reference_of(text)
        if reference:
            return reference.id or self._fetch(reference)
        if not is_route_name(text):
            raise InvalidRequest(
                "The id is invalid.",
                hint="Write the last segment of the path, @USER/NAME, or the name of your route.",
            )
        names = self._store.schema.tenant(caller.id).route_names
        [found] = read_as(self._store, caller, ("HGET", names, text))
        if found is None:
            raise NotFound(
                f"You have no route '{text}'.",
                hint="A route of another user is written as @USER/NAME.",
            )
        return str(found.decode())

    def _fetch(self, reference: Reference) -> str:
        schema = self._store.schema
        [user_id] = self._store.read(("HGET", schema.users, reference.user))
        if user_id is None:
            raise NotFound()
        names = schema.tenant(user_id.decode()).route_names
        [found] = self._store.read(("HGET", names, reference.name))
        if found is None:
            raise NotFound()
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        public_id: str = found.decode()
        self._known[reference] = public_id
        return public_id
