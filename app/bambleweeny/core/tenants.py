"""What belonged to a user that is gone, and clearing it away.

A user's id stands among the instance's tenants from its making until everything
that it owned is gone, so that a deletion that broke off can be finished. None of
this needs room in the engine.
"""

from collections.abc import Callable, Sequence

from bambleweeny.store import Store
from bambleweeny.store.scripts import FREE_NAME


def clear_tenant(store: Store, user_id: str, name: str) -> None:
    """End a user and delete what it owned, its name included.

    Its tokens end with the first step. O(what it owned), in steps of 1,000 that
    let others in between.
    """
    schema = store.schema
    tenant = schema.tenant(user_id)
    store.write(("UNLINK", tenant.user))
    store.run(FREE_NAME, [schema.users], name, user_id)
    _drain(store, tenant.keys, lambda name: [tenant.key(name)])
    _drain(store, tenant.lists, lambda name: [tenant.ready(name), tenant.list(name)])
    _drain(store, tenant.routes, lambda name: [schema.route(name)])
    _drain(store, tenant.bins, lambda name: [schema.bin(name)])
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


def _drain(store: Store, index: str, keys_of: Callable[[str], Sequence[str]]) -> None:
    while True:
        [names] = store.read(("ZRANGE", index, 0, 999))
        if not names:
            return
        store.write(
            *(("UNLINK", key) for name in names for key in keys_of(name.decode())),
            ("ZREM", index, *names),
        )
