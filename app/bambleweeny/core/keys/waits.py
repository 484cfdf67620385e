"""Waiting for a key to change, or to be there."""

from collections.abc import Callable

from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.keys.keys import check_key_name
from bambleweeny.core.notify.long_polls import Waits
from bambleweeny.core.notify.subscriptions import watch_key
from bambleweeny.store import Store


class KeyWaits:
    """Waits for keys; they cost those who write nothing where nobody waits."""

    def __init__(self, store: Store, waits: Waits) -> None:
        self._store = store
        self._waits = waits

    def until(
        self,
        caller: Caller,
        name: str,
        is_awaited: Callable[[bytes | None], bool],
        seconds: int,
        is_wanted: Callable[[], bool],
    ) -> None:
        """Wait so long at most until a key's value is one that is awaited.

        None is that of a key that is not there. The end of an expired key is not noticed,
        and where too many wait already, this does not wait.
        """
        check_key_name(name)
        told = self._store.schema.tenant(caller.id).told(name)

        def look() -> bool | None:
            value, _ = watch_key(self._store, caller, name, seconds)
            return is_awaited(value) or None

        if seconds:
            self._waits.attempt(look, told, seconds, is_wanted, for_all=True)
