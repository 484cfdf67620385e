"""Items that are found without a lease: one, the ready ones, or the dead ones."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from bambleweeny.cli.failures import CommandFailed
from bambleweeny.errors import NotFound
from bambleweeny.names import is_item_id

if TYPE_CHECKING:
    from bambleweeny.client import Client, Item


class Found(NamedTuple):
    """An item, and the list in which it is."""

    list: str
    item: "Item"


def one_item(client: "Client", list: str, item_id: str, *, is_dead: bool) -> Iterator[Found]:
    """Yield the item with this id, in any state; with `is_dead` only a dead one.

    It may be in the list's dead-letter list. CommandFailed if there is no such item.
    """
    found = _found(client, list, item_id) if is_item_id(item_id) else None
    if found is None:
        raise CommandFailed(
            f"The list '{list}' has no item '{item_id}'.",
            hint="An item that was delivered is deleted.",
        )
    if is_dead and found.list == list and found.item.state != "dead":
        raise CommandFailed(
            f"The item {item_id} is {found.item.state}, not dead.",
            hint="Without --dead, --item sends it once more and leaves it in the list.",
        )
    yield found


def ready_items(client: "Client", list: str) -> Iterator[Found]:
    """Yield the items that are ready, the oldest first."""
    return (Found(list, item) for item in client.lists.items(list))


def dead_items(client: "Client", list: str) -> Iterator[Found]:
    """Yield the dead items of a list, also those that its policy moved to a dead-letter list."""
    yield from (Found(list, item) for item in client.lists.items(list, "dead"))
    if dead_letter := _dead_letter_of(client, list):
        for item in client.lists.items(dead_letter):
            if item.origin == list:
                yield Found(dead_letter, item)


def newest_dead(client: "Client", name: str, most: int) -> "list[Item]":
    """Return the items that died last, also those in the dead-letter list; the newest last."""
    items = [*client.lists.items(name, "dead", order="newest", limit=most)]
    if dead_letter := _dead_letter_of(client, name):
        moved = client.lists.items(dead_letter, order="newest")
        items += islice((item for item in moved if item.origin == name), most)
    # NOTE: an item is new in the dead-letter list when it dies.
    return sorted(items, key=lambda item: item.at or item.enqueued)[-most:]


def _found(client: "Client", list: str, item_id: str) -> Found | None:
    try:
        return Found(list, client.lists.item(list, item_id))
    except NotFound:
        dead_letter = _dead_letter_of(client, list)
    if dead_letter:
        try:
            item = client.lists.item(dead_letter, item_id)
        except NotFound:
            return None
        return Found(dead_letter, item) if item.origin == list else None
    return None


def _dead_letter_of(client: "Client", list: str) -> str | None:
    try:
        name: str | None = client.lists.policy(list)["dead_letter"]
    except NotFound:
        return None
    return name
