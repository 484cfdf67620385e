"""Lists in a restore: their items, and their records at the end."""

from collections.abc import Iterator

import msgspec

from bambleweeny.core.lists.codec import NUMBERS, ListNumbers, StoredItem, pack_item, pack_numbers
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
        self._numbers = ListNumbers()
        self._due: int | None = None
        self._described: dict[str, int | bytes] = {}

    def describe(self, record: List) -> None:
        """Set the fields that the backup has for the list."""
        numbers = (record.came, record.went, record.last)
        self._numbers = ListNumbers(record.policy is not None, 0, *numbers)
        if record.low:
            self._described["low"] = record.low
        if record.policy is not None:
            self._described["policy"] = msgspec.json.encode(record.policy)

    def add(self, item: Item, size: int) -> None:
        """Count an item with a body of `size` bytes."""
        known, is_ready = self._numbers, item.state == "ready"
        ends = item.at if item.state in ("leased", "delayed") else 0
        for due in (ends, item.expires):
            if due:
                self._due = min(due, self._due or due)
        self._numbers = known._replace(
            is_careful=known.is_careful or not is_ready or bool(item.expires),
            bytes=known.bytes + size,
            last=max(known.last, item.id if is_ready else 0),
        )

    def fields(self) -> Iterator[str | int | bytes]:
        """Yield the fields and values of the record."""
        yield from (NUMBERS, pack_numbers(self._numbers))
        for name, value in self._described.items():
            yield from (name, value)
        if self._due:
            yield from ("due", self._due)


def commands_for(tenant: Tenant, item: Item, value: bytes) -> list[Command]:
    """Return the commands that add an item to its list, after the earlier items."""
    came = item.came or item.id // 1000
    more = (item.attempts, came, item.expires, item.reason, item.origin)
    data = pack_item(StoredItem(item.id, value, *more))
    commands: list[Command] = []
    if item.state == "ready":
        commands.append(("RPUSH", tenant.ready(item.list), data))
    else:
        commands.append(("HSET", tenant.list_part("not_ready", item.list), item.id, data))
        commands.append(("ZADD", tenant.list_part(item.state, item.list), item.at, item.id))
    if item.expires:
        commands.append(("ZADD", tenant.list_part("item_expiries", item.list), item.expires, item.id))
    return commands


def is_possible_list(record: List) -> bool:
    """Return whether a list in a backup is valid."""
    policy, numbers = record.policy, (record.came, record.went, record.last, record.low)
    is_named = policy is None or policy.dead_letter is None or is_part_of_name(policy.dead_letter)
    return is_named and all(0 <= number < _LARGEST for number in numbers)


def is_possible_item(item: Item) -> bool:
    """Return whether an item in a backup is valid."""
    texts = (item.reason, item.origin)
    return (
        all(0 <= number < _LARGEST for number in (item.id, item.came, item.expires, item.at))
        and 0 <= item.attempts < _MOST_ATTEMPTS
        and all(len(text.encode()) <= _LONGEST_TEXT for text in texts)
        and (item.at > 0) == (item.state != "ready")
    )
