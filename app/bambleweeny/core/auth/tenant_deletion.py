"""What belonged to a user that is gone, and clearing it away.

A user's id stands among the instance's tenants from its making until everything
that it owned is gone, so that a deletion that broke off can be finished. None of
this needs room in the engine.
"""

from collections.abc import Callable

from bambleweeny.core.pacing import repeat
from bambleweeny.store import Store
from bambleweeny.store.schema import KEPT, Tenant
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
    _drain(lambda: _delete_listed(store, tenant, tenant.keys, tenant.key(""), tenant.meta("")))
    store.write(("UNLINK", tenant.expiring))
    kept = [tenant.kept(part, "") for part in KEPT]
    of_lists = (tenant.ready(""), tenant.list(""), *kept)
    _drain(lambda: _delete_listed(store, tenant, tenant.lists, *of_lists))
    # NOTE: one command for both could not be done while their slot of a Cluster moves.
    pushes = (tenant.idempotent, tenant.idempotent_old, tenant.once, tenant.once_at)
    store.write(*(("UNLINK", name) for name in pushes))
    _drain(lambda: _delete_listed(store, tenant, tenant.topics, tenant.topic("")))
    store.write(("UNLINK", tenant.topic_bytes))
    _drain(lambda: _delete_public(store, tenant.routes, schema.route))
    _drain(lambda: _delete_public(store, tenant.bins, schema.bin))
    store.write(("SREM", schema.tenants, user_id))


def finish_deletions(store: Store, only: str | None = None) -> int:
    """Clear what deletions that broke off have left, or `only` one user's; return how many did.

    O(users), three round trips.
    """
    schema = store.schema
    [members] = store.read(("SMEMBERS", schema.tenants))
    [pairs] = store.read(("HGETALL", schema.users))
    names = {user_id: name for name, user_id in zip(pairs[::2], pairs[1::2], strict=True)}
    ids = [member.decode() for member in members if only is None or member == only.encode()]
    records = [("EXISTS", schema.tenant(user_id).user) for user_id in ids]
    found = zip(ids, store.read(*records), strict=True)
    left = [user_id for user_id, is_there in found if not is_there]
    for user_id in left:
        clear_tenant(store, user_id, names.get(user_id.encode(), b"").decode())
    return len(left)


def _drain(step: Callable[[], int]) -> None:
    """Repeat a step until it has less than all it could take."""
    repeat(lambda: step() == _STEP)


def _delete_listed(store: Store, tenant: Tenant, index: str, *prefixes: str) -> int:
    return int(store.run(DELETE_LISTED, (index, *tenant.at_rest), _STEP, *prefixes))


def _delete_public(store: Store, index: str, key_of: Callable[[str], str]) -> int:
    """Delete records that are in slots of their own on a Cluster."""
    [ids] = store.read(("ZRANGE", index, 0, _STEP - 1))
    if ids:
        store.write(*(("UNLINK", key_of(name.decode())) for name in ids), ("ZREM", index, *ids))
    return len(ids)
