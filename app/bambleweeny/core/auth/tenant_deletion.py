"""Deletion of the data of a user or of a sandbox.

A user's id is in the instance's set of tenants from its creation until all of its data is
deleted, so that an interrupted deletion can be finished. A deletion needs no free memory in
the engine.
"""

from collections.abc import Callable
from functools import partial

from bambleweeny.core.pacing import repeat
from bambleweeny.names import sandbox_tenant, saved_tenant
from bambleweeny.store import Store
from bambleweeny.store.schema import NOT_READY_PARTS, Tenant
from bambleweeny.store.scripts import DELETE_LISTED, FREE_NAME, FREE_SANDBOX

_STEP = 100


def clear_tenant(store: Store, user_id: str, name: str) -> None:
    """Delete a user, its name and all of its data, with its sandboxes.

    The first steps invalidate all tokens. Works in steps of 100, with a pause as long as the
    step after each. O(the user's data).
    """
    schema = store.schema
    tenant = schema.tenant(user_id)
    store.write(("UNLINK", tenant.user))
    clear_sandboxes(store, user_id)
    store.run(FREE_NAME, [schema.users], name, user_id)
    _clear_data(store, tenant)
    # NOTE: one command per key, since a Cluster refuses several keys while their slot moves.
    store.write(("UNLINK", tenant.sandbox_bytes), ("ZREM", schema.sandbox_owners, user_id))
    store.write(("SREM", schema.tenants, user_id))


def clear_sandboxes(store: Store, owner: str) -> None:
    """End all sandboxes of a user. O(their data)."""
    schema = store.schema
    [members] = store.read(("ZRANGE", schema.tenant(owner).sandboxes, 0, -1))
    ids = [member.decode() for member in members]
    records = [schema.tenant(sandbox_tenant(owner, one)).user for one in ids]
    if records:
        store.write(*(("UNLINK", record) for record in records))
    for sandbox_id in ids:
        clear_sandbox(store, owner, sandbox_id)


def clear_sandbox(store: Store, owner: str, sandbox_id: str) -> None:
    """End a sandbox, delete its data, and return the bytes that its owner had reserved for it.

    The first step refuses all tokens of it. May be repeated, also by several servers at a time.
    O(its data), in steps of 100.
    """
    schema = store.schema
    tenant_id = sandbox_tenant(owner, sandbox_id)
    tenant = schema.tenant(tenant_id)
    store.write(("UNLINK", tenant.user))
    [sets] = store.read(("HKEYS", tenant.saved_sets))
    for name in sets:
        clear_saved_set(store, tenant_id, name.decode())
    for index, record_of in (
        (tenant.dropped_routes, schema.route),
        (tenant.dropped_bins, schema.bin),
    ):
        _drain(partial(_delete_public, store, index, record_of))
    _clear_data(store, tenant)
    store.write(("UNLINK", tenant.saved_sets))
    user = schema.tenant(owner)
    keys = (user.user, user.sandboxes, user.sandbox_bytes, user.rates)
    store.run(FREE_SANDBOX, keys, sandbox_id)


def clear_saved_set(store: Store, tenant_id: str, name: str) -> None:
    """Delete a saved set of a sandbox that has ended. O(its data), in steps of 100."""
    _clear_data(store, store.schema.tenant(saved_tenant(tenant_id, name)))


def _clear_data(store: Store, tenant: Tenant) -> None:
    """Delete all that a tenant or a saved set has, except its record."""
    schema = store.schema
    _drain(lambda: _delete_listed(store, tenant, tenant.keys, tenant.key(""), tenant.meta("")))
    store.write(("UNLINK", tenant.key_expiries), ("UNLINK", tenant.expiring_bytes))
    not_ready = [tenant.list_part(part, "") for part in NOT_READY_PARTS]
    of_lists = (tenant.ready(""), tenant.list(""), *not_ready)
    _drain(lambda: _delete_listed(store, tenant, tenant.lists, *of_lists))
    of_tokens = (tenant.tokens, tenant.token_uses, tenant.ended_sessions, tenant.login_codes)
    store.write(*(("UNLINK", name) for name in (*of_tokens, tenant.rates)))
    pushes = (tenant.idempotent, tenant.idempotent_old, tenant.once, tenant.once_at)
    store.write(*(("UNLINK", name) for name in pushes))
    _drain(lambda: _delete_listed(store, tenant, tenant.topics, tenant.topic("")))
    store.write(("UNLINK", tenant.topic_bytes))
    of_documents = (tenant.document, tenant.counts)
    _drain(lambda: _delete_public(store, tenant.routes, schema.route, *of_documents))
    store.write(("UNLINK", tenant.route_names))
    _drain(lambda: _delete_public(store, tenant.bins, schema.bin, *of_documents, tenant.refused))
    last = (
        tenant.values,
        tenant.metas,
        tenant.bin_names,
        *tenant.audit_streams,
        tenant.traffic,
        tenant.probe,
    )
    store.write(*(("UNLINK", name) for name in last))


def finish_deletions(store: Store, only: str | None = None) -> int:
    """Finish interrupted deletions, or only that of the user `only`; return their number.

    O(users), three round trips.
    """
    schema = store.schema
    [members] = store.read(("SMEMBERS", schema.tenants))
    [pairs] = store.read(("HGETALL", schema.users))
    names = {user_id: name for name, user_id in zip(pairs[::2], pairs[1::2], strict=True)}
    ids = [member.decode() for member in members if only is None or member == only.encode()]
    # NOTE: a restore that was killed may have left a record without a name.
    records = [("HEXISTS", schema.tenant(user_id).user, "name") for user_id in ids]
    found = zip(ids, store.read(*records), strict=True)
    left = [user_id for user_id, is_there in found if not is_there]
    for user_id in left:
        clear_tenant(store, user_id, names.get(user_id.encode(), b"").decode())
    return len(left)


def _drain(step: Callable[[], int]) -> None:
    """Repeat a step until it deletes less than its maximum."""
    repeat(lambda: step() == _STEP)


def _delete_listed(store: Store, tenant: Tenant, index: str, *prefixes: str) -> int:
    return int(store.run(DELETE_LISTED, (index, *tenant.at_rest), _STEP, *prefixes))


def _delete_public(store: Store, index: str, *keys_of: Callable[[str], str]) -> int:
    """Delete records, some of which are in different slots on a Cluster."""
    [ids] = store.read(("ZRANGE", index, 0, _STEP - 1))
    if ids:
        names = (key_of(public_id.decode()) for public_id in ids for key_of in keys_of)
        store.write(*(("UNLINK", name) for name in names), ("ZREM", index, *ids))
    return len(ids)
