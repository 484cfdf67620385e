"""The saved sets of sandboxes: their seeds and snapshots."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.bins.bins import Bins
from bambleweeny.core.mocks.references import NAME_RULE, is_public_name
from bambleweeny.core.pacing import Turns
from bambleweeny.core.public.routes import Routes
from bambleweeny.core.sandboxes.records import existing
from bambleweeny.errors import Busy, InvalidName, NotFound, Unauthorized
from bambleweeny.names import id_of_sandbox, owner_of, saved_tenant
from bambleweeny.store import Store
from bambleweeny.store.scripts import COPY_SET, DELETE_SET, LOAD_SET, SAVE_SET

SEED = ""
"""The name of the set with which a sandbox begins."""
MOST_ENTRIES = 10_000
"""Names, items and messages of a set."""
MOST_SNAPSHOTS = 5
_MOST_ATTEMPTS = 5


class SavedSets:
    """Saves and loads all data of a sandbox, each in one script.

    So a sandbox is never half reset, and whoever kills the engine leaves the old or the new data.
    No clock runs in a set: TTLs and delays begin anew with what was left of them.
    """

    def __init__(
        self, store: Store, list_bounds: tuple[int, int], routes: Routes, bins: Bins
    ) -> None:
        self._store = store
        self._bounds = list_bounds
        self._public = (routes, bins)
        self._turns = Turns()

    def save(self, place: Caller, name: str, now_ms: int = 0) -> None:
        """Save the data of a sandbox in a set, in place of the one with that name; atomic.

        `now_ms` is the time from which TTLs and delays count, 0 is now. Raises SnapshotTooLarge and
        TooManySnapshots; for the owner of a sandbox that has ended, NotFound. O(data), in the turn
        of the owner.
        """
        with self._turn(place, name):
            run_as(self._store, place, SAVE_SET, *self._saving(name, "", now_ms))
        if name != SEED:
            self._forget_dropped(place)

    def load(self, place: Caller, name: str, *, deletes_snapshots: bool = False) -> None:
        """Replace the data of a sandbox by those of a set; atomic.

        Public ids stay, items get new ids, idempotency keys and the counts of rules go. A miss
        raises NotFound. With `deletes_snapshots` the same step deletes all snapshots. O(data),
        in the turn of the owner.
        """
        more = int(deletes_snapshots)
        with self._turn(place, name):
            dropped = run_as(self._store, place, LOAD_SET, name, *self._bounds, more)
        if dropped:
            self._forget_dropped(place)

    def delete(self, place: Caller, name: str) -> None:
        """Delete a snapshot; atomic. A miss raises NotFound."""
        with existing(place):
            is_deleted = run_as(self._store, place, DELETE_SET, name)
        if not is_deleted:
            raise _no_snapshot(name)
        self._forget_dropped(place)

    def copy(self, place: Caller, name: str | None, target: Caller) -> None:
        """Let a new sandbox of the same owner have a copy of a set as its seed, and load it.

        With None as name, the copy is one of the data as they are. Its routes and bins have new
        public ids. A miss raises NotFound. O(data), four round trips and more for routes and bins.
        """
        source = place.id if name is None else saved_tenant(place.id, name)
        for _ in range(_MOST_ATTEMPTS):
            pairs = [ids.make_copies(source, target.id) for ids in self._public]
            flat = [one for of_noun in pairs for pair in of_noun for one in pair]
            is_done = False
            try:
                is_done = self._run_copy(place, name, id_of_sandbox(target.id), flat)
            finally:
                if not is_done:
                    for ids, of_noun in zip(self._public, pairs, strict=True):
                        ids.forget_copies([new for _, new in of_noun])
            if is_done:
                break
        else:
            raise Busy("The sandbox changes too often to be copied.")
        for ids, of_noun in zip(self._public, pairs, strict=True):
            ids.keep_records([new for _, new in of_noun])
        self.load(target, SEED)

    def _run_copy(self, place: Caller, name: str | None, target: str, ids: list[str]) -> bool:
        """Copy a set; return False, with nothing changed, if it has other public ids by now."""
        with self._turn(place, name or SEED):
            if name is None:
                saving = self._saving(SEED, target, 0)
                return bool(run_as(self._store, place, SAVE_SET, *saving, *ids))
            return bool(run_as(self._store, place, COPY_SET, name, target, *ids))

    @contextmanager
    def _turn(self, place: Caller, name: str) -> Iterator[None]:
        """Run a step in the turn of the owner; without the sandbox or the set, raise NotFound.

        Without the sandbox of its own token, Unauthorized.
        """
        with existing(place), self._turns.of(owner_of(place.id)):
            try:
                yield
            except NotFound as ex:
                raise _no_snapshot(name) from ex

    def _saving(self, name: str, target: str, now_ms: int) -> tuple[str | int, ...]:
        return (name, *self._bounds, target, now_ms, MOST_ENTRIES, MOST_SNAPSHOTS)

    def _forget_dropped(self, place: Caller) -> None:
        # NOTE: the end of a sandbox deletes the records as well.
        with suppress(Unauthorized):
            for ids in self._public:
                ids.forget_dropped(place)


def check_snapshot_name(name: str) -> None:
    """Raise InvalidName unless a text can be the name of a snapshot."""
    if not is_public_name(name):
        raise InvalidName("The name of the snapshot is invalid.", hint=NAME_RULE)


def _no_snapshot(name: str) -> NotFound:
    return NotFound(f"The sandbox has no snapshot '{name}'.")
