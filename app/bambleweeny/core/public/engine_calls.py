"""Scripts of public routes: they check that the caller knows the route's document."""

from collections.abc import Callable
from typing import Any

from bambleweeny.core.auth.tenant_session import run_as, run_read_as
from bambleweeny.core.public.compiled_routes import (
    CompiledRoutes,
    KnownRoute,
    NewerDocument,
    RouteGone,
)
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.errors import NotFound, Unauthorized
from bambleweeny.store import Store
from bambleweeny.store.scripts import Script

_NEWER = -1


class EngineCalls:
    """Runs scripts as the owner of a route."""

    def __init__(self, store: Store, compiled: CompiledRoutes) -> None:
        self._store = store
        self._compiled = compiled

    def run(
        self,
        route: PublicId,
        known: KnownRoute,
        script: Script,
        *args: str | bytes | int,
        list_bounds: tuple[int, ...] = (),
    ) -> list[Any]:
        """Run a script with the route's id, the bounds of lists, the revision and `args`; atomic.

        Raises NewerDocument if the document was replaced, and RouteGone without the route.
        """
        return self._run(run_as, route, known, script, *list_bounds, known.revision, *args)

    def read(
        self,
        route: PublicId,
        known: KnownRoute,
        script: Script,
        *args: str | bytes | int,
        list_bounds: tuple[int, ...] = (),
    ) -> list[Any]:
        """Do the same as `run` with a script that changes nothing; it may be retried."""
        return self._run(run_read_as, route, known, script, *list_bounds, known.revision, *args)

    def _run(
        self,
        run: Callable[..., Any],
        route: PublicId,
        known: KnownRoute,
        script: Script,
        *args: str | bytes | int,
    ) -> list[Any]:
        try:
            reply: list[Any] = run(self._store, route.as_owner, script, route.id, *args)
        except (NotFound, Unauthorized) as ex:
            self._compiled.forget(route)
            raise RouteGone() from ex
        if reply[0] == _NEWER:
            self._compiled.keep(route, reply[1], reply[2])
            raise NewerDocument()
        return reply
