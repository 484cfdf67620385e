"""Names of routes and bins: `@USER/NAME` is the one of a user that has this name."""

from typing import Literal

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as
from bambleweeny.core.mocks.references import Reference, is_public_name, reference_of
from bambleweeny.errors import (
    BambleweenyError,
    BinNameTaken,
    InvalidRequest,
    NotFound,
    RouteNameTaken,
)
from bambleweeny.names import SANDBOX_MARK
from bambleweeny.store import Store
from bambleweeny.store.schema import Tenant

_MOST_REMEMBERED = 10_000


class PublicNames:
    """Finds routes or bins by their names, in up to two round trips, and caches what it finds.

    A name is in the slot of its owner, so that it is deleted with what it names. A cached name may
    have another holder by now: the caller compares it with the name in the document.
    """

    def __init__(self, store: Store, noun: Literal["route", "bin"]) -> None:
        self._store = store
        self._noun = noun
        self._known: dict[Reference, str] = {}

    def index(self, tenant: Tenant) -> str:
        """Return the name of the hash with a tenant's names."""
        return tenant.route_names if self._noun == "route" else tenant.bin_names

    def taken(self) -> BambleweenyError:
        """Make the error of a name that another one has."""
        return RouteNameTaken() if self._noun == "route" else BinNameTaken()

    def find(self, reference: Reference) -> str:
        """Return the id of a reference; a name that does not exist raises NotFound."""
        if reference.id:
            return reference.id
        return self._known.get(reference) or self._fetch(reference)

    def known_id(self, reference: Reference) -> str:
        """Return the id of a reference as this process has cached it, else ""; no round trip."""
        return reference.id or self._known.get(reference, "")

    def renew(self, reference: Reference) -> str:
        """Return what `find` does, from the engine."""
        self._known.pop(reference, None)
        return self._fetch(reference)

    def parse(self, caller: Caller, text: str) -> str:
        """Return the id that a caller names by the id, `@USER/NAME` or `NAME`.

        The latter is the caller's; a name that does not exist raises NotFound.
        """
        reference = reference_of(text)
        if reference:
            try:
                return reference.id or self._fetch(reference)
            except NotFound as ex:
                if caller.is_in_sandbox:
                    ex.hint = (
                        f"In a sandbox, '{reference.name}' alone names its {self._noun}; in URLs "
                        f"it is @{caller.name}/{reference.name}."
                    )
                raise
        if not is_public_name(text):
            raise InvalidRequest(
                "The id is invalid.",
                hint=f"Write the last segment of the path, @USER/NAME, or the name of your "
                f"{self._noun}.",
            )
        names = self.index(self._store.schema.tenant(caller.id))
        [found] = read_as(self._store, caller, ("HGET", names, text))
        if found is None:
            raise NotFound(
                f"You have no {self._noun} '{text}'.",
                hint=f"A {self._noun} of another user is written as @USER/NAME.",
            )
        return str(found.decode())

    def _fetch(self, reference: Reference) -> str:
        schema = self._store.schema
        owner, mark, sandbox_id = reference.user.partition(SANDBOX_MARK)
        [user_id] = self._store.read(("HGET", schema.users, owner))
        if user_id is None:
            raise NotFound()
        names = self.index(schema.tenant(user_id.decode() + mark + sandbox_id))
        [found] = self._store.read(("HGET", names, reference.name))
        if found is None:
            raise NotFound()
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        public_id: str = found.decode()
        self._known[reference] = public_id
        return public_id
