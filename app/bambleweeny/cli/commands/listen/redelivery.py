"""`listen` without leases: one item, all dead ones, or commands that are only printed."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from bambleweeny.cli.commands.listen.curl import curl_of
from bambleweeny.cli.commands.listen.events import show_delivery
from bambleweeny.cli.commands.listen.forwarding import Forwarding
from bambleweeny.cli.commands.listen.found import Found
from bambleweeny.cli.commands.listen.outgoing import Unsendable
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.cli.output import Output
from bambleweeny.errors import NotFound

if TYPE_CHECKING:
    from bambleweeny.client import Client

_MOST_UNANSWERED = 3


def print_curl(
    forwarding: Forwarding, items: Iterable[Found], most: int | None, out: Output
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
    items: Iterable[Found],
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
        if outcome.is_delivered or not is_removing:
            show_delivery(out, item, outgoing, outcome)
        else:
            show_delivery(out, item, outgoing, outcome, fate="stays dead", where=f"item {item.id}")
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
