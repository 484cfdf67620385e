"""The rates of routes and bins: what is the same for both."""

from collections.abc import Sequence

from bambleweeny.core.rates.policies import Policy, Standing, standing_of
from bambleweeny.core.rates.reached import Reached

_INFO = "The {} gets too many requests."
_HINT = "Its '{}' is the limit."


class PublicRates:
    """Refuses requests of strangers that are above the rates of a route or bin.

    `noun` names it in errors. `fields` are the members of its document that limit it, in the order
    of its policies.
    """

    def __init__(self, noun: str, fields: Sequence[str]) -> None:
        self._noun = noun
        self._fields = fields
        self._reached = Reached()

    def check_known(self, public_id: str, size: int = 0) -> None:
        """Refuse what the engine would refuse, so that a flood costs it nothing."""
        standing = self._reached.find(public_id, size)
        if standing is not None:
            self._refuse(standing)

    def check_reply(
        self, public_id: str, policies: Sequence[Policy], reply: Sequence[int], size: int = 0
    ) -> None:
        """Raise RateLimited if a script has refused a request of this size."""
        standing = standing_of(policies, reply)
        if standing.wait_ms:
            is_out_of_requests = not standing.left[0][0]
            self._reached.note(public_id, standing, 0 if is_out_of_requests else size)
            self._refuse(standing)

    def _refuse(self, standing: Standing) -> None:
        index = 0 if not standing.left[0][0] else len(standing.left) - 1
        raise standing.refusal(_INFO.format(self._noun), _HINT.format(self._fields[index]))
