"""How `listen` turns items into requests, and how it sends them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bambleweeny.cli.commands.listen.outgoing import Outgoing, outgoing_of
from bambleweeny.cli.commands.listen.sending import Outcome, send
from bambleweeny.cli.commands.listen.targets import Target

if TYPE_CHECKING:
    from bambleweeny.cli.commands.listen.signing import Signer


@dataclass(frozen=True)
class Forwarding:
    """The target, and the options that each request has in common."""

    target: Target
    timeout: float
    signer: "Signer | None" = None
    is_raw: bool = False

    def outgoing(self, item_id: str, item: bytes, attempt: int = 1) -> Outgoing:
        """Return the request for an item; Unsendable if there is none."""
        from bambleweeny.client import BinRequest  # noqa: PLC0415  `--help` needs no client

        request = BinRequest.from_item(item, is_kept=False if self.is_raw else None)
        extra = {"B9Y-Item": item_id, "B9Y-Attempt": str(attempt)}
        return outgoing_of(request, self.target, self.signer, extra)

    def send(self, outgoing: Outgoing) -> Outcome:
        """Send a request once."""
        return send(outgoing, self.timeout)
