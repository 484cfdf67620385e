"""Lists in a restore: their items, and their records at the end."""

from collections.abc import Iterator

import msgspec

from bambleweeny.core.lists.codec import (
    COUNTERS_FIELD,
    ListCounters,
    StoredItem,
    pack_counters,
    pack_item,
)
from bambleweeny.core.transfer.backup_format import Item, List
from bambleweeny.names import is_part_of_name
from bambleweeny.store.client.link import Command
from bambleweeny.store.schema import Tenant

_LARGEST = 1 << 53
_MOST_ATTEMPTS = 1 << 16
_LONGEST_TEXT = 255


class RestoredList:
    """The fields of a list's record, collected during a restore."""

    def __init__(self) -> None:
        self._counters = ListCounters()
        self._due: int | None = None
        self._described: dict[str, int | bytes] = {}

    def describe(self, record: List) -> None:
        """Set the fields that the backup has for the list."""
        numbers = (record.total_in, record.total_out, record.last_id)
        self._counters = ListCounters(record.policy is not None, 0, *numbers)
        if record.lowest_id:
            self._described["low"] = record.lowest_id
        if record.policy is not None:
            self._described["policy"] = msgspec.json.encode(record.policy)

    def add(self, item: Item, size: int) -> None:
        """Count an item with a body of `size` bytes."""
        known, is_ready = self._counters, item.state == "ready"
        lease_or_delay = item.at if item.state in ("leased", "delayed") else 0
        for due in (lease_or_delay, item.expires):
            if due:
                self._due = min(due, self._due or due)
        self._counters = known._replace(
            needs_slow_path=known.needs_slow_path or not is_ready or bool(item.expires),
            bytes=known.bytes + size,
            last_id=max(known.last_id, item.id if is_ready else 0),
        )

    def fields(self) -> Iterator[str | int | bytes]:
        """Yield the fields and values of the record."""
        yield from (COUNTERS_FIELD, pack_counters(self._counters))
        for name, value in self._described.items():
            yield from (name, value)
        if self._due:
            yield from ("due", self._due)


def commands_for(tenant: Tenant, item: Item, value: bytes) -> list[Command]:
    """Return the commands that add an item to its list, after the earlier items."""
    arrived = item.arrived or item.id // 1000
    more = (item.attempts, arrived, item.expires, item.reason, item.origin)
    data = pack_item(StoredItem(item.id, value, *more))
    commands: list[Command] = []
    if item.state == "ready":
        commands.append(("RPUSH", tenant.ready(item.list), data))
    else:
        commands.append(("HSET", tenant.list_part("not_ready", item.list), item.id, data))
        commands.append(("ZADD", tenant.list_part(item.state, item.list), item.at, item.id))
    if item.expires:
        commands.append(
            ("ZADD", tenant.list_part("item_expiries", item.list), item.expires, item.id)
        )
    return commands


def is_possible_list(record: List) -> bool:
    """Return whether a list in a backup is valid."""
    policy, numbers = (
        record.policy,
        (record.total_in, record.total_out, record.last_id, record.lowest_id),
    )
    is_named = policy is None or policy.dead_letter is None or is_part_of_name(policy.dead_letter)
    return is_named and all(0 <= number < _LARGEST for number in numbers)


def is_possible_item(item: Item) -> bool:
    """Return whether an item in a backup is valid."""
    texts = (item.reason, item.origin)
    return (
        all(0 <= number < _LARGEST for number in (item.id, item.arrived, item.expires, item.at))
        and 0 <= item.attempts < _MOST_ATTEMPTS
        and all(len(text.encode()) <= _LONGEST_TEXT for text in texts)
        and (item.at > 0) == (item.state != "ready")
    )
