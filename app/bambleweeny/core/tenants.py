"""What belonged to a user that is gone, and clearing it away.

A user's id stands among the instance's tenants from its making until everything
that it owned is gone, so that a deletion that broke off can be finished. None of
this needs room in the engine.
"""

from collections.abc import Callable

from bambleweeny.core.steps import repeat
from bambleweeny.store import Store
from bambleweeny.store.schema import KEPT
from bambleweeny.store.scripts import DELETE_LISTED, FREE_NAME

_STEP = 100


def clear_tenant(store: Store, user_id: str, name: str) -> None:
    """End a user and delete what it owned, its name included.

    Its tokens end with the first step. O(what it owned), in steps of 100, each
    followed by a pause of the same length for others.
    """
    schema = store.schema
    tenant = schema.tenant(user_id)
    store.write(("UNLINK", tenant.user))
    store.run(FREE_NAME, [schema.users], name, user_id)
    _drain(lambda: _delete_listed(store, tenant.keys, tenant.key(""), tenant.meta("")))
    store.write(("UNLINK", tenant.expiring))
    kept = [tenant.kept(part, "") for part in KEPT]
    _drain(lambda: _delete_listed(store, tenant.lists, tenant.ready(""), tenant.list(""), *kept))
    pushes = (tenant.idempotent, tenant.idempotent_old, tenant.once, tenant.once_at)
    store.write(("UNLINK", *pushes))
    _drain(lambda: _delete_listed(store, tenant.topics, tenant.topic("")))
    store.write(("UNLINK", tenant.topic_bytes))
    _drain(lambda: _delete_public(store, tenant.routes, schema.route))
    _drain(lambda: _delete_public(store, tenant.bins, schema.bin))
    store.write(("SREM", schema.tenants, user_id))


def finish_deletions(store: Store) -> None:
    """Clear what deletions that broke off have left. O(users), three round trips."""
    schema = store.schema
    [members] = store.read(("SMEMBERS", schema.tenants))
    [pairs] = store.read(("HGETALL", schema.users))
    names = {user_id: name for name, user_id in zip(pairs[::2], pairs[1::2], strict=True)}
    records = [("EXISTS", schema.tenant(member.decode()).user) for member in members]
    for member, is_there in zip(members, store.read(*records), strict=True):
        if not is_there:
            clear_tenant(store, member.decode(), names.get(member, b"").decode())


def _drain(step: Callable[[], int]) -> None:
    """Repeat a step until it has less than all it could take."""
    repeat(lambda: step() == _STEP)


def _delete_listed(store: Store, index: str, *prefixes: str) -> int:
    return int(store.run(DELETE_LISTED, [index], _STEP, *prefixes))


def _delete_public(store: Store, index: str, key_of: Callable[[str], str]) -> int:
    """Delete records that are in slots of their own on a Cluster."""
    [ids] = store.read(("ZRANGE", index, 0, _STEP - 1))
    if ids:
        store.write(*(("UNLINK", key_of(name.decode())) for name in ids), ("ZREM", index, *ids))
    return len(ids)
