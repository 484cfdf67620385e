"""`listen` without leases: one item, all dead ones, or commands that are only printed."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from bambleweeny.cli.commands.listen.curl import curl_of
from bambleweeny.cli.commands.listen.events import show_delivery
from bambleweeny.cli.commands.listen.forwarding import Forwarding
from bambleweeny.cli.commands.listen.outgoing import Unsendable
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.cli.output import Output
from bambleweeny.errors import NotFound

if TYPE_CHECKING:
    from bambleweeny.client import Client, Item

_MOST_UNANSWERED = 3


class Found(NamedTuple):
    """An item, and the list in which it is."""

    list: str
    item: "Item"


def one_item(client: "Client", list: str, item_id: str) -> Iterator[Found]:
    """Yield the item with this id, in any state."""
    yield Found(list, client.lists.item(list, item_id))


def ready_items(client: "Client", list: str) -> Iterator[Found]:
    """Yield the items that are ready, the oldest first."""
    return (Found(list, item) for item in client.lists.items(list))


def dead_items(client: "Client", list: str) -> Iterator[Found]:
    """Yield the dead items of a list, also those that its policy moved to a dead-letter list."""
    yield from (Found(list, item) for item in client.lists.items(list, "dead"))
    try:
        dead_letter = client.lists.policy(list)["dead_letter"]
    except NotFound:
        return
    if dead_letter:
        for item in client.lists.items(dead_letter):
            if item.origin == list:
                yield Found(dead_letter, item)


def print_curl(
    forwarding: Forwarding, items: Iterator[Found], most: int | None, out: Output
) -> int:
    """Print a curl command for each item, and send nothing; 1 if an item has none, else 0."""
    status = 0
    for _, item in islice(items, most):
        try:
            command = curl_of(forwarding.outgoing(item.id, item.value, item.attempt or 1))
        except Unsendable as ex:
            out.warn(f"The item {item.id} cannot be sent: {ex}.")
            status = 1
        else:
            out.line(command, item=item.id, curl=command)
    return status


def redeliver(
    client: "Client",
    forwarding: Forwarding,
    items: Iterator[Found],
    most: int | None,
    out: Output,
    *,
    is_removing: bool,
    is_ending: Callable[[], bool],
) -> int:
    """Send items once each; `is_removing` deletes those that were delivered.

    Returns 1 if an item was not delivered, else 0. CommandFailed after three items in a row
    without an answer.
    """
    status = unanswered = 0
    for list, item in islice(items, most):
        if is_ending():
            break
        try:
            outgoing = forwarding.outgoing(item.id, item.value, item.attempt or 1)
        except Unsendable as ex:
            out.warn(f"The item {item.id} cannot be sent: {ex}.")
            status = 1
            continue
        outcome = forwarding.send(outgoing)
        if outcome.is_delivered and is_removing:
            _delete(client, list, item.id)
        fate = "" if outcome.is_delivered or not is_removing else "stays dead"
        show_delivery(out, item, outgoing, outcome, fate=fate)
        status = status if outcome.is_delivered else 1
        unanswered = 0 if outcome.status else unanswered + 1
        if unanswered == _MOST_UNANSWERED:
            raise CommandFailed(
                f"{_MOST_UNANSWERED} items in a row got no answer; the others are not sent."
            )
    return status


def _delete(client: "Client", list: str, item_id: str) -> None:
    # NOTE: another client may have deleted or moved it meanwhile.
    with suppress(NotFound):
        client.lists.delete_item(list, item_id)
