"""The state of an item that failed, as the server shows it: the policy may make the item dead."""

from typing import TYPE_CHECKING, NamedTuple

from bambleweeny.errors import BambleweenyError, NotFound

if TYPE_CHECKING:
    from bambleweeny.client import LeasedItem
    from bambleweeny.client.lists import Lists

DEAD = "dead"
GONE = "gone"
UNKNOWN = "unknown"
WAITING = "waiting"


class Fate(NamedTuple):
    """The state of an item after its lease: one of the states above.

    `dead_letter` is the list to which a dead item was moved, if it was; there it has another id.
    """

    state: str
    dead_letter: str = ""


def fate_of(lists: "Lists", name: str, item: "LeasedItem") -> Fate:
    """Ask the server for the state of an item that was returned to its list.

    UNKNOWN if the server does not say it, as for a token that may not read the list.
    """
    try:
        state = lists.item(name, item.id).state
    except NotFound:
        return _fate_of_missing(lists, name, item)
    except BambleweenyError:
        return Fate(UNKNOWN)
    return Fate(DEAD if state == DEAD else WAITING)


def _fate_of_missing(lists: "Lists", name: str, item: "LeasedItem") -> Fate:
    try:
        policy = lists.policy(name)
    except NotFound:
        return Fate(GONE)
    except BambleweenyError:
        return Fate(UNKNOWN)
    has_failed = policy["max_attempts"] is not None and item.attempt >= policy["max_attempts"]
    if has_failed and policy["dead_letter"]:
        return Fate(DEAD, policy["dead_letter"])
    return Fate(GONE)
