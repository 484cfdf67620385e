"""The rates of users and of their named tokens."""

import time
from collections.abc import Callable
from functools import lru_cache

from bambleweeny.core.auth.caller import Caller, CallLimits
from bambleweeny.core.auth.tenant_session import run_read_as
from bambleweeny.core.rates.policies import Policy, Standing, policy_of, standing_of
from bambleweeny.core.rates.reached import Reached
from bambleweeny.errors import StoreFull
from bambleweeny.names import OPEN_OWNER, owner_of, parse_rate
from bambleweeny.store import Store
from bambleweeny.store.scripts import SPEND_RATE

_USER, _TOKEN = "user", "token"
_INFO = "The {} makes too many requests."
_HINT = "The rate of the {} is {}; the next call is accepted in {} s."


class CallRates:
    """Counts the calls of users and named tokens that have a rate."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._reached = Reached(clock)

    def spend(self, caller: Caller) -> Standing | None:
        """Count a call against the rates of its user and its token, or against none of them.

        A call in a sandbox of a user counts against the rate of that user, and against that of the
        named token that made the sandbox.

        Returns None for a caller without a rate. One round trip; none within a tenth of a second
        after a refusal. Raises StaleToken if the caller has changed. In a full store calls are not
        counted, so that reading and deleting goes on.
        """
        policies = _policies_of(caller.limits) if caller.limits else ()
        if not policies:
            return None
        key = (caller.id, caller.token, caller.version)
        standing = self._reached.find(key)
        if standing is None:
            try:
                standing = self._ask(caller, policies)
            except StoreFull:
                return None
            if standing.wait_ms:
                self._reached.note(key, standing)
        return standing

    def _ask(self, caller: Caller, policies: tuple[Policy, ...]) -> Standing:
        assert caller.limits is not None
        # NOTE: without that a user or a token could multiply its rate by its sandboxes.
        args: list[str | int] = [int(owner_of(caller.id) != OPEN_OWNER)]
        for policy in policies:
            field = (caller.limits.rate_of or caller.token) if policy.name == _TOKEN else _USER
            args += [f"{policy.name}:{field}", *policy.packed]
        reply = run_read_as(self._store, caller, SPEND_RATE, *args)
        return standing_of(policies, reply)


def check_calls(standing: Standing, limits: CallLimits) -> None:
    """Raise RateLimited if a call is above a rate."""
    if not standing.wait_ms:
        return
    names = [
        policy.name
        for policy, (units, _) in zip(standing.policies, standing.left, strict=True)
        if not units
    ]
    name = names[0] if names else standing.policies[0].name
    rate = limits.token_rate if name == _TOKEN else limits.rate
    raise standing.refusal(_INFO.format(name), _HINT.format(name, rate, standing.retry_after))


@lru_cache(maxsize=1024)
def _policies_of(limits: CallLimits) -> tuple[Policy, ...]:
    policies = []
    if limits.rate:
        policies.append(policy_of(_USER, parse_rate(limits.rate), limits.burst))
    if limits.token_rate:
        policies.append(policy_of(_TOKEN, parse_rate(limits.token_rate)))
    return tuple(policies)
