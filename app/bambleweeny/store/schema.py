"""The names of all keys in the engine; no other module makes such names.

A tenant's keys carry the tenant's id as a hash tag, so that on a Redis Cluster all keys of one
script are in one slot. `Tenant.at_rest` handles slots that move. A sandbox is a tenant in the slot
of its owner: the sandbox `k3x9q2` of the user 7 has the id `7~k3x9q2` and the hash tag of 7. Each
of its saved sets has the keys of a tenant as well, with the id `7~k3x9q2~NAME`.
"""

import re
from functools import lru_cache

from bambleweeny.names import SANDBOX_MARK

VERSION = 4
"""The version of the layout, stored in the instance's record."""


NOT_READY_PARTS = ("not_ready", "leased", "delayed", "dead", "item_expiries")
"""The parts of a list apart from its record and its ready items: a hash of items by id, and sorted
sets of ids by the ms at which a lease expires, a delay elapses, an item died, or an item expires.
"""

_STORED_AS = {
    "not_ready": "held", "item_expiries": "ending", "key_expiries": "expiring",
    "expiring_bytes": "sizes",
}  # fmt: skip
"""Parts of key names that the layout has under another word than the code."""

_ALONE = (
    "user", "keys", "key_expiries", "lists", "routes", "bins", "probe", "events", "followed",
    "topics", "topic_bytes", "idempotent", "idempotent_old",
    "once", "once_at", "route_names", "bin_names", "tokens", "token_uses", "ended_sessions",
    "login_codes",
    "audit", "audit_failed", "traffic", "expiring_bytes", "rates",
    "sandboxes", "sandbox_bytes", "saved_sets", "dropped_routes", "dropped_bins", "values", "metas",
)  # fmt: skip
_BEFORE_NAMES = (
    "key", "meta", "ready", "list", "pushed", "changed", "topic", "published", "document",
    "counts", "refused", *NOT_READY_PARTS,
)  # fmt: skip

_NAMES = re.compile(rf"\bits_(?:({'|'.join(_ALONE)})\b|({'|'.join(_BEFORE_NAMES)})\()").sub


class Tenant:
    """The names of one tenant's keys."""

    __slots__ = ("_tag", "at_rest", "declared", *_ALONE)
    at_rest: tuple[str, ...]
    """Keys that a script declares after its first one: on a Cluster, a name that never exists.

    While a slot moves, a node refuses a command of several keys if one of them does not exist:
    nothing is done, and the command is sent again (`ClusterConnection`). So a script runs only
    where all keys of the slot are, and no name that it builds can be on another node. Empty
    without a Cluster.
    """
    declared: tuple[str, ...]
    """KEYS of a tenant's script: the tenant's record and `at_rest`."""
    user: str
    keys: str
    key_expiries: str
    lists: str
    topics: str
    topic_bytes: str
    routes: str
    bins: str
    probe: str
    events: str
    followed: str
    idempotent: str
    idempotent_old: str
    once: str
    once_at: str
    route_names: str
    bin_names: str
    audit: str
    audit_failed: str
    traffic: str
    expiring_bytes: str
    tokens: str
    token_uses: str
    ended_sessions: str
    login_codes: str
    rates: str
    sandboxes: str
    sandbox_bytes: str
    saved_sets: str
    dropped_routes: str
    dropped_bins: str
    values: str
    metas: str

    def __init__(self, prefix: str, tenant_id: str, *, in_cluster: bool = False) -> None:
        owner, mark, rest = tenant_id.partition(SANDBOX_MARK)
        self._tag = f"{prefix}:{{{owner}}}{mark}{rest}:"
        for part in _ALONE:
            setattr(self, part, self._tag + _STORED_AS.get(part, part))
        self.at_rest = (f"{self._tag}never",) if in_cluster else ()
        self.declared = (self.user, *self.at_rest)

    @property
    def indexes(self) -> tuple[str, ...]:
        """The indexes of all names that count against the quota."""
        return (self.keys, self.lists, self.topics, self.routes, self.bins)

    @property
    def audit_streams(self) -> tuple[str, str]:
        """The Redis streams with the audit entries of what succeeded and of what failed."""
        return (self.audit, self.audit_failed)

    @property
    def audited(self) -> str:
        """The name of the channel that notifies of audit entries."""
        return f"{self._tag}audited"

    def key(self, name: str) -> str:
        """Return the name of the string with a key's value."""
        return f"{self._tag}key:{name}"

    def meta(self, name: str) -> str:
        """Return the name of the string with a key's TTL and content type; most keys have none."""
        return f"{self._tag}meta:{name}"

    def ready(self, name: str) -> str:
        """Return the name of the Redis list with a list's ready items, oldest first."""
        return f"{self._tag}ready:{name}"

    def pushed(self, name: str) -> str:
        """Return the name of the channel that notifies of pushes to a list."""
        return f"{self._tag}pushed:{name}"

    def changed(self, name: str) -> str:
        """Return the name of the channel that notifies of changes of a key or list."""
        return f"{self._tag}changed:{name}"

    def list(self, name: str) -> str:
        """Return the name of the hash with a list's record."""
        return f"{self._tag}list:{name}"

    def list_part(self, part: str, name: str) -> str:
        """Return the name of a part of a list; `part` is one of NOT_READY_PARTS."""
        return f"{self._tag}{_STORED_AS.get(part, part)}:{name}"

    def topic(self, name: str) -> str:
        """Return the name of the Redis stream with a topic's messages."""
        return f"{self._tag}topic:{name}"

    def published(self, name: str) -> str:
        """Return the name of the channel that notifies of a topic's messages."""
        return f"{self._tag}published:{name}"

    def document(self, public_id: str) -> str:
        """Return the name of the hash with the document of a route or bin; a plain one has none."""
        return f"{self._tag}document:{public_id}"

    def counts(self, public_id: str) -> str:
        """Return the hash with the calls of a route's rules, and the rates of a route or bin."""
        return f"{self._tag}counts:{public_id}"

    def refused(self, public_id: str) -> str:
        """Return the Redis list with the last requests that a bin has refused, the newest first."""
        return f"{self._tag}refused:{public_id}"


def with_names(line: str) -> str:
    """Expand the key names in a line of a tenant's script: `its_keys`, `its_key(name)`.

    `its_tag`, from `lib/tenant`, is the beginning of each. A name is built where it is used,
    since most calls need only a few.
    """
    return _NAMES(_written_out, line)


def _written_out(name: re.Match[str]) -> str:
    alone, before = name.groups()
    part = alone or before
    stored = _STORED_AS.get(part, part)
    return f"(its_tag .. '{stored}')" if alone else f"(its_tag .. '{stored}:' .. "


class Schema:
    """The names of the instance's keys, and the tenants' names."""

    def __init__(self, prefix: str = "b9y", *, in_cluster: bool = False) -> None:
        self._prefix = prefix
        self._in_cluster = in_cluster
        self.instance = f"{prefix}:instance"
        self.users = f"{prefix}:users"
        self.tenants = f"{prefix}:tenants"
        self.sandbox_owners = f"{prefix}:sandboxes"
        self.probe = f"{prefix}:probe"
        # NOTE: the hash tag keeps both in one slot of a Cluster; no tenant has it.
        self.audit_streams = (f"{prefix}:{{audit}}:audit", f"{prefix}:{{audit}}:audit_failed")
        self.audited = f"{prefix}:{{audit}}:audited"
        self.tenant = lru_cache(maxsize=4096)(self._tenant)

    def _tenant(self, tenant_id: str) -> Tenant:
        return Tenant(self._prefix, tenant_id, in_cluster=self._in_cluster)

    def login(self, part: str, digest: str) -> str:
        """Return the name of the string whose TTL is what is known of some logins.

        On a Cluster it is in the slot of `users`, which a login reads too.
        """
        return f"{self._prefix}:{{{self.users}}}:login_{part}:{digest}"

    def route(self, public_id: str) -> str:
        """Return the name of the hash with a route's record."""
        return f"{self._prefix}:route:{public_id}"

    def bin(self, public_id: str) -> str:
        """Return the name of the hash with a bin's record."""
        return f"{self._prefix}:bin:{public_id}"
