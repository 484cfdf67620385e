"""The line that `listen` prints for each delivery."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bambleweeny.cli.commands.listen.outgoing import Outgoing
from bambleweeny.cli.commands.listen.sending import Outcome
from bambleweeny.cli.escapes import visible
from bambleweeny.cli.output import Output, as_moment

if TYPE_CHECKING:
    from bambleweeny.client import Item, LeasedItem


def show_delivery(
    out: Output,
    item: "Item | LeasedItem",
    outgoing: Outgoing,
    outcome: Outcome,
    *,
    attempt: int = 1,
    fate: str = "",
    where: str = "",
) -> None:
    """Print the line of one delivery.

    `fate` is what follows from a failure, and `where` the words that lead to the item then.
    """
    now = as_moment(datetime.now(UTC))
    result = str(outcome.status or outcome.reason)
    line = f"{now} {outgoing.method} {outgoing.path} {result} {outcome.milliseconds} ms"
    if attempt > 1:
        line += f", attempt {attempt}"
    if outgoing.unsigned:
        line += f", not signed: {outgoing.unsigned}"
    if fate:
        line += f", {fate}, {where}"
    out.line(
        visible(line, keep=""),
        time=now,
        item=item.id,
        method=outgoing.method,
        path=outgoing.path,
        status=outcome.status or None,
        reason=outcome.reason or None,
        ms=outcome.milliseconds,
        attempt=attempt,
        not_signed=outgoing.unsigned or None,
        then=fate or None,
    )
    out.flush()
