"""Every name in the key space, and nothing else.

What belongs to one tenant carries the tenant's id as a hash tag, so that on a
Redis Cluster all that one script touches lives in one slot.
"""

from functools import lru_cache

VERSION = 1
"""The version of the layout; it stands in the instance's record."""


class Tenant:
    """The names of one tenant's keys. `checked` are those that every script looks at."""

    __slots__ = ("_tag", "bins", "checked", "keys", "lists", "probe", "routes", "user")

    def __init__(self, prefix: str, tenant_id: str) -> None:
        self._tag = tag = f"{prefix}:{{{tenant_id}}}:"
        self.user = tag + "user"
        self.keys = tag + "keys"
        self.lists = tag + "lists"
        self.routes = tag + "routes"
        self.bins = tag + "bins"
        self.probe = tag + "probe"
        self.checked = (self.user, self.keys, self.lists, self.routes, self.bins)

    def key(self, name: str) -> str:
        """Name the string that holds a key's raw bytes."""
        return f"{self._tag}key:{name}"

    def ready(self, name: str) -> str:
        """Name the Redis list that holds a list's items, oldest first."""
        return f"{self._tag}ready:{name}"

    def pushed(self, name: str) -> str:
        """Name the channel on which a push to a list is announced."""
        return f"{self._tag}pushed:{name}"

    def list(self, name: str) -> str:
        """Name the hash with what is known of a list, as its bytes."""
        return f"{self._tag}list:{name}"


class Schema:
    """The names of the instance's own keys, and the way to a tenant's."""

    def __init__(self, prefix: str = "b9y") -> None:
        self._prefix = prefix
        self.instance = f"{prefix}:instance"
        self.users = f"{prefix}:users"
        self.tenants = f"{prefix}:tenants"
        self.probe = f"{prefix}:probe"
        self.tenant = lru_cache(maxsize=4096)(self._tenant)

    def _tenant(self, tenant_id: str) -> Tenant:
        return Tenant(self._prefix, tenant_id)

    def route(self, public_id: str) -> str:
        """Name the hash that says what a route points at."""
        return f"{self._prefix}:route:{public_id}"

    def bin(self, public_id: str) -> str:
        """Name the hash that says what a bin points at."""
        return f"{self._prefix}:bin:{public_id}"
