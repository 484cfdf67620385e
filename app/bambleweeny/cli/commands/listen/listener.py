"""The worker of `listen`: leases items and forwards them, until it is stopped."""

from typing import TYPE_CHECKING

from bambleweeny.cli.commands.listen.events import show_delivery
from bambleweeny.cli.commands.listen.forwarding import Forwarding
from bambleweeny.cli.commands.listen.outgoing import Unsendable
from bambleweeny.cli.commands.workers.fate import DEAD, GONE, WAITING, Fate, fate_of
from bambleweeny.cli.commands.workers.list_worker import Worker
from bambleweeny.cli.output import Output

if TYPE_CHECKING:
    from bambleweeny.client import Client, LeasedItem


class Listener(Worker):
    """Forwards each item; one that cannot be sent is dead at once."""

    def __init__(
        self,
        client: "Client",
        list: str,
        forwarding: Forwarding,
        out: Output,
        *,
        lease_seconds: int,
        is_in_order: bool,
    ) -> None:
        super().__init__(client, list, lease_seconds=lease_seconds, is_in_order=is_in_order)
        self._forwarding = forwarding
        self._out = out

    def handle(self, item: "LeasedItem") -> bool:
        """Forward an item; return whether the target answered 2xx."""
        try:
            outgoing = self._forwarding.outgoing(item.id, item.value, item.attempt)
        except Unsendable as ex:
            self.bury(item, f"not sent: {ex}")
            self._report(f"The item {item.id} is dead: {ex}.")
            return False
        with self.extending(item):
            outcome = self._forwarding.send(outgoing)
        fate = where = ""
        if outcome.is_delivered:
            self.acknowledge(item)
        else:
            delay = self.retry(item)
            after = fate_of(self._lists, self._list, item)
            fate, where = _shown(after, item.id, delay)
            is_dead = after.state in (DEAD, GONE)
            # NOTE: anyone can send to a bin what the target refuses; that must not slow it down.
            if is_dead or not (outcome.is_outage or self._is_in_order):
                self.continue_at_once()
        show_delivery(
            self._out, item, outgoing, outcome, attempt=item.attempt, fate=fate, where=where
        )
        return outcome.is_delivered


def _shown(fate: Fate, item_id: str, delay: int | None) -> tuple[str, str]:
    """Return words for the fate of a failed item, "" if it was reported, and for its place."""
    if fate.state == GONE:
        return "gone", "no longer in the list"
    if fate.state == DEAD:
        # NOTE: an item has another id in the dead-letter list.
        place = f"in the list '{fate.dead_letter}'" if fate.dead_letter else f"item {item_id}"
        return "dead", place
    if delay is None:
        return "", ""
    unless = "" if fate.state == WAITING else " unless it is dead"
    return f"retried in {delay} s{unless}", f"item {item_id}"
