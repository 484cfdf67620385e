"""The worker of `listen`: leases items and forwards them, until it is stopped."""

from typing import TYPE_CHECKING

from bambleweeny.cli.commands.listen.events import show_delivery
from bambleweeny.cli.commands.listen.forwarding import Forwarding
from bambleweeny.cli.commands.listen.outgoing import Unsendable
from bambleweeny.cli.commands.workers.list_worker import Worker
from bambleweeny.cli.output import Output
from bambleweeny.errors import BambleweenyError, NotFound

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
            is_dead, where = self._place_of(item)
            fate = "dead" if is_dead else f"retried in {delay} s"
            # NOTE: anyone can send to a bin what the target refuses; that must not slow it down.
            if is_dead or not (outcome.is_outage or self._is_in_order):
                self.continue_at_once()
        show_delivery(
            self._out, item, outgoing, outcome, attempt=item.attempt, fate=fate, where=where
        )
        return outcome.is_delivered

    def _place_of(self, item: "LeasedItem") -> tuple[bool, str]:
        """Return whether the list's policy made a failed item dead, and its present place."""
        try:
            return self._lists.item(self._list, item.id).state == "dead", f"item {item.id}"
        except NotFound:
            return True, self._place_of_dead()
        except BambleweenyError:
            return False, f"item {item.id}"

    def _place_of_dead(self) -> str:
        # NOTE: an item has another id in the dead-letter list.
        try:
            name = self._lists.policy(self._list)["dead_letter"]
        except BambleweenyError:
            name = None
        return f"in the list '{name}'" if name else "no longer in the list"
