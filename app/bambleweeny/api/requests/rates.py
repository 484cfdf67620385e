"""Requests of callers that have a rate: each is counted once, and its answer shows the rates."""

from typing import Any

import falcon

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.rates.call_rates import check_calls
from bambleweeny.core.services import Services


def spend_rates(
    req: falcon.Request, resp: falcon.Response, services: Services, caller: Caller
) -> None:
    """Count a request against the rates of its caller; raise RateLimited above one of them.

    A request that is repeated, or that the server postpones and runs again, counts once. One round
    trip, or none for a caller without a rate.
    """
    assert caller.limits is not None
    # NOTE: the server keeps its request while it is postponed; falcon makes a new one.
    request: Any = req.env.get("bambleweeny.request") or req.context
    standing = getattr(request, "standing", None) or services.call_rates.spend(caller)
    if standing is None:
        return
    request.standing = standing
    resp.set_headers(standing.headers)
    check_calls(standing, caller.limits)
