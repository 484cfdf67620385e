"""Long polls for a key to change or to exist."""

from collections.abc import Callable

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.keys.keys import check_key_name
from bambleweeny.core.notify.events import read_and_subscribe
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.store import Store


class KeyWaits:
    """Long polls for keys. Writes cost nothing extra while no client waits."""

    def __init__(self, store: Store, waits: LongPolls) -> None:
        self._store = store
        self._waits = waits

    def until(
        self,
        caller: Caller,
        name: str,
        is_awaited: Callable[[bytes | None], bool],
        seconds: int,
        is_connected: Callable[[], bool],
    ) -> None:
        """Wait up to `seconds` until `is_awaited` is true for the key's value.

        `is_awaited` gets None if the key does not exist. The expiry of a key wakes no waiting
        client. Returns without waiting if all wait slots are taken.
        """
        check_key_name(name)
        channel = self._store.schema.tenant(caller.id).changed(name)

        def try_once() -> bool | None:
            value, _ = read_and_subscribe(self._store, caller, name, seconds)
            return is_awaited(value) or None

        if seconds:
            self._waits.poll(try_once, channel, seconds, is_connected, caller=caller, for_all=True)
