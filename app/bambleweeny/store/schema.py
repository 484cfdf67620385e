"""Every name in the key space, and nothing else.

What belongs to one tenant carries the tenant's id as a hash tag, so that on a
Redis Cluster all that one script touches lives in one slot. See `Tenant.at_rest`
for slots that move.
"""

import re
from functools import lru_cache

VERSION = 3
"""The version of the layout; it stands in the instance's record."""


KEPT = ("held", "leased", "delayed", "dead", "ending")
"""What a list has beside its record and its ready items: a hash of items by id, and sorted
sets of ids by the millisecond at which a lease ends, a delay ends, an item died, or expires."""

_ALONE = (
    "user", "keys", "expiring", "lists", "routes", "bins", "probe", "events",
    "topics", "topic_bytes", "idempotent", "idempotent_old",
    "once", "once_at",
)  # fmt: skip
_BEFORE_NAMES = (
    "key", "meta", "ready", "list", "pushed", "told", "topic", "published", *KEPT
)  # fmt: skip

_NAMES = re.compile(rf"\bits_(?:({'|'.join(_ALONE)})\b|({'|'.join(_BEFORE_NAMES)})\()").sub


class Tenant:
    """The names of one tenant's keys."""

    __slots__ = ("_tag", "at_rest", "declared", *_ALONE)
    at_rest: tuple[str, ...]
    """What a script declares beside its first key: on a Cluster a name that is never there.

    A node refuses a command of several keys, one of which is not there, for as long as
    their slot is on the move: nothing is done, and the command is sent again (`ClusterLine`).
    So a script runs only where all keys of the slot are, and none of its names can be on
    another node, however it comes to know them. Elsewhere there is nothing to declare.
    """
    declared: tuple[str, ...]
    """KEYS of a tenant's script: the tenant's record and `at_rest`."""
    user: str
    keys: str
    expiring: str
    lists: str
    topics: str
    topic_bytes: str
    routes: str
    bins: str
    probe: str
    events: str
    idempotent: str
    idempotent_old: str
    once: str
    once_at: str

    def __init__(self, prefix: str, tenant_id: str, *, in_cluster: bool = False) -> None:
        self._tag = f"{prefix}:{{{tenant_id}}}:"
        for part in _ALONE:
            setattr(self, part, self._tag + part)
        self.at_rest = (f"{self._tag}never",) if in_cluster else ()
        self.declared = (self.user, *self.at_rest)

    @property
    def indexes(self) -> tuple[str, ...]:
        """The indexes of what counts against the quota."""
        return (self.keys, self.lists, self.topics, self.routes, self.bins)

    def key(self, name: str) -> str:
        """Name the string that holds a key's raw bytes."""
        return f"{self._tag}key:{name}"

    def meta(self, name: str) -> str:
        """Name the string with what else is known of a key; most keys have none."""
        return f"{self._tag}meta:{name}"

    def ready(self, name: str) -> str:
        """Name the Redis list that holds a list's items, oldest first."""
        return f"{self._tag}ready:{name}"

    def pushed(self, name: str) -> str:
        """Name the channel on which a push to a list is announced."""
        return f"{self._tag}pushed:{name}"

    def told(self, name: str) -> str:
        """Name the channel on which changes of the key and the list of that name are told."""
        return f"{self._tag}told:{name}"

    def list(self, name: str) -> str:
        """Name the hash with what is known of a list, as its bytes."""
        return f"{self._tag}list:{name}"

    def kept(self, part: str, name: str) -> str:
        """Name a part of what a list keeps; `part` is one of KEPT."""
        return f"{self._tag}{part}:{name}"

    def topic(self, name: str) -> str:
        """Name the Redis stream that holds a topic's messages."""
        return f"{self._tag}topic:{name}"

    def published(self, name: str) -> str:
        """Name the channel on which a message of a topic is announced."""
        return f"{self._tag}published:{name}"


def with_names(script: str) -> str:
    """Write out the names that a tenant's script uses: `its_keys`, `its_key(name)`.

    KEYS[1] of such a script is the tenant's record. Each name is put together where it
    stands, since most calls need but a few of them.
    """
    return "local its_tag = string.sub(KEYS[1], 1, -5)\n" + _NAMES(_written_out, script)


def _written_out(name: re.Match[str]) -> str:
    alone, before = name.groups()
    return f"(its_tag .. '{alone}')" if alone else f"(its_tag .. '{before}:' .. "


class Schema:
    """The names of the instance's own keys, and the way to a tenant's."""

    def __init__(self, prefix: str = "b9y", *, in_cluster: bool = False) -> None:
        self._prefix = prefix
        self._in_cluster = in_cluster
        self.instance = f"{prefix}:instance"
        self.users = f"{prefix}:users"
        self.tenants = f"{prefix}:tenants"
        self.probe = f"{prefix}:probe"
        self.tenant = lru_cache(maxsize=4096)(self._tenant)

    def _tenant(self, tenant_id: str) -> Tenant:
        return Tenant(self._prefix, tenant_id, in_cluster=self._in_cluster)

    def route(self, public_id: str) -> str:
        """Name the hash that says what a route points at."""
        return f"{self._prefix}:route:{public_id}"

    def bin(self, public_id: str) -> str:
        """Name the hash that says what a bin points at."""
        return f"{self._prefix}:bin:{public_id}"
