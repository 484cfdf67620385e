"""Restore: writes a backup into an engine."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_deletion import clear_tenant
from bambleweeny.core.auth.user_records import ADMIN_ID, ADMIN_NAME
from bambleweeny.core.bins.bin_documents import stored_document as stored_bin
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.key_entry import meta_of
from bambleweeny.core.public.route_documents import stored_document as stored_route
from bambleweeny.core.transfer.backup_check import read_header, read_records
from bambleweeny.core.transfer.backup_format import (
    Bin,
    End,
    Item,
    Key,
    List,
    Message,
    Owned,
    Route,
    Topic,
    User,
)
from bambleweeny.core.transfer.restored_lists import RestoredList, commands_for
from bambleweeny.core.usage.byte_counts import recount
from bambleweeny.core.values import bytes_of
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import OPEN_OWNER
from bambleweeny.store import Store
from bambleweeny.store.client.link import Command

_BATCH = 500
_BATCH_BYTES = 1 << 20


class NotEmpty(Exception):
    """The engine has data already; the message says what to do."""


def check_backup(file: IO[bytes], advance: Callable[[int], None] = lambda _: None) -> None:
    """Read a backup to its end; raise BackupRefused unless all of it is valid."""
    for _ in read_records(file, advance):
        pass


def restore(
    store: Store,
    file: IO[bytes],
    advance: Callable[[int], None] = lambda _: None,
    *,
    replace: bool = False,
) -> End:
    """Write a checked backup into an engine and return its end record.

    Raises NotEmpty if the engine has more than a new admin; `replace` deletes that data first.
    No server may use the engine meanwhile. Not atomic: if the restore fails, everything is
    deleted again. After a kill, each user has all of its data or does not exist, once a server
    has started. Earlier tokens are no longer valid.
    """
    if not replace:
        require_empty(store)
    open_instance(store)
    if replace:
        clear_all(store)
    try:
        return _write(store, file, advance)
    except BaseException:
        with suppress(BambleweenyError):
            clear_all(store)
        raise


def require_empty(store: Store) -> None:
    """Raise NotEmpty if the engine has more than a new admin."""
    if not _is_empty(store):
        raise NotEmpty(
            f"There are data at {store.address} already; use an empty data directory or "
            "Redis, or give --replace, which deletes them first."
        )


def clear_all(store: Store) -> None:
    """Delete all users, including the admin, and all of their data. O(all data).

    Sandboxes that strangers have made are deleted as well.
    """
    schema = store.schema
    [pairs] = store.read(("HGETALL", schema.users))
    [members] = store.read(("SMEMBERS", schema.tenants))
    names = {ADMIN_ID: ADMIN_NAME, OPEN_OWNER: "", **{member.decode(): "" for member in members}}
    for name, user_id in zip(pairs[::2], pairs[1::2], strict=True):
        names[user_id.decode()] = name.decode()
    for user_id, text in names.items():
        clear_tenant(store, user_id, text)


def _is_empty(store: Store) -> bool:
    schema = store.schema
    [users, tenants] = store.read(("HKEYS", schema.users), ("SCARD", schema.tenants))
    owned = store.read(*(("ZCARD", index) for index in schema.tenant(ADMIN_ID).indexes))
    return users in ([], [ADMIN_NAME.encode()]) and not tenants and not any(owned)


def _write(store: Store, file: IO[bytes], advance: Callable[[int], None]) -> End:
    file.seek(0)
    last_user, counted, writer = read_header(file)[0].last_user, End(), _Writer(store)
    # NOTE: before the users, so that no new user gets the id of one that a killed restore wrote.
    _raise_last_user(store, last_user)
    for record in read_records(file, advance):
        counted.count(record)
        if isinstance(record, User):
            writer.begin(record)
            last_user = max(last_user, int(record.id))
        else:
            writer.put(record)
    writer.finish()
    _raise_last_user(store, last_user)
    return counted


def _raise_last_user(store: Store, last_user: int) -> None:
    instance = store.schema.instance
    [known] = store.read(("HGET", instance, "last_user"))
    store.write(("HSET", instance, "last_user", max(last_user, int(known or 0))))


class _Writer:
    """Writes one user after the other; the user's record comes last and makes the data valid."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._schema = store.schema
        self._commands: list[Command] = []
        self._claims: dict[str, str] = {}
        self._bytes = 0
        self._user: User | None = None
        self._lists: dict[str, RestoredList] = {}
        self._topics: dict[str, int] = {}
        # NOTE: higher than the version in any token issued before, here or elsewhere.
        self._version = time.time_ns() // 1000

    def begin(self, user: User) -> None:
        """Finish the user before and begin the next one."""
        self.finish()
        self._user = user
        # NOTE: the next start deletes a tenant that has no record.
        self._store.write(("SADD", self._schema.tenants, user.id))
        self._store.write(("UNLINK", self._schema.tenant(user.id).user))

    def put(self, record: Owned) -> None:
        """Add a record of the user's data."""
        match record:
            case Key():
                self._put_key(record)
            case List():
                self._list_of(record.owner, record.name).describe(record)
            case Item():
                self._put_item(record)
            case Topic():
                self._put_topic(record)
            case Message():
                self._put_message(record)
            case Route():
                self._put_public(record, record.key, record.content_type)
            case Bin():
                self._put_public(record, record.list, "")
        if len(self._commands) >= _BATCH or self._bytes >= _BATCH_BYTES:
            self._flush()

    def finish(self) -> None:
        """Make the user itself, if there is one."""
        user, self._user = self._user, None
        if user is None:
            return
        tenant = self._schema.tenant(user.id)
        for name, known in self._lists.items():
            self._commands.append(("HSET", tenant.list(name), *known.fields()))
        for name, size in self._topics.items():
            self._commands.append(("HSET", tenant.topic_bytes, name, size))
        self._lists, self._topics = {}, {}
        self._flush()
        version = f"{self._version}{'r' if user.limits.restricts_requests else ''}"
        # NOTE: a record without a name is not a user yet, but scripts can run with it.
        self._store.write(("HSET", tenant.user, "version", version, *user.limits.stored()))
        recount(self._store, Caller(user.id, "", ""))
        self._store.write(("HSET", self._schema.users, user.name, user.id))
        login = ("hash", user.hash) if user.hash else ()
        self._store.write(
            ("HSET", tenant.user, "name", user.name, "quota", user.quota, "role", user.role,
             *login),
        )  # fmt: skip
        if user.id == ADMIN_ID:
            self._store.write(("SREM", self._schema.tenants, user.id))

    def _put_key(self, key: Key) -> None:
        tenant, value = self._schema.tenant(key.owner), bytes_of(key.value)
        until: Command = ("PXAT", key.expires) if key.expires else ()
        self._add(("ZADD", tenant.keys, 0, key.name), ("SET", tenant.key(key.name), value, *until))
        if meta := meta_of(key.expires, key.content_type):
            self._add(("SET", tenant.meta(key.name), meta, *until))
        if key.expires:
            self._add(("ZADD", tenant.key_expiries, key.expires, key.name))
        self._bytes += len(value)

    def _put_item(self, item: Item) -> None:
        tenant, value = self._schema.tenant(item.owner), bytes_of(item.value)
        self._list_of(item.owner, item.list).add(item, len(value))
        self._add(*commands_for(tenant, item, value))
        self._bytes += len(value)

    def _list_of(self, owner: str, name: str) -> RestoredList:
        if name not in self._lists:
            self._add(("ZADD", self._schema.tenant(owner).lists, 0, name))
            self._lists[name] = RestoredList()
        return self._lists[name]

    def _put_topic(self, topic: Topic) -> None:
        self._add(("ZADD", self._schema.tenant(topic.owner).topics, 0, topic.name))
        self._topics[topic.name] = 0

    def _put_message(self, message: Message) -> None:
        tenant, value = self._schema.tenant(message.owner), bytes_of(message.value)
        fields = ("v", value, "t", message.type) if message.type else ("v", value)
        self._add(("XADD", tenant.topic(message.topic), message.id, *fields))
        self._topics[message.topic] += len(value) + len(message.type or "")
        self._bytes += len(value)

    def _put_public(self, record: Route | Bin, target: str, content_type: str) -> None:
        tenant, schema = self._schema.tenant(record.owner), self._schema
        is_route = isinstance(record, Route)
        index = tenant.routes if is_route else tenant.bins
        name = schema.route(record.id) if is_route else schema.bin(record.id)
        self._claims[name] = record.owner
        fields = ["owner", record.owner, "target", target, "content_type", content_type]
        fields += ["document", "1"] if record.document else []
        self._add(("ZADD", index, 0, record.id), ("HSET", name, *fields))
        if record.document:
            self._put_document(record)

    def _put_document(self, record: Route | Bin) -> None:
        tenant, document = self._schema.tenant(record.owner), record.document.encode()
        is_route = isinstance(record, Route)
        stored = stored_route(document) if is_route else stored_bin(document)
        fields = [part for field in stored.fields.items() for part in field]
        self._add(("HSET", tenant.document(record.id), *fields))
        if stored.name:
            names = tenant.route_names if is_route else tenant.bin_names
            self._add(("HSET", names, stored.name, record.id))
        self._bytes += len(document)

    def _add(self, *commands: Command) -> None:
        self._commands += commands

    def _claim_public_ids(self) -> None:
        """Claim the public ids before their records are written, each atomically.

        Raises NotEmpty if another owner has one. A claim of the same owner, which a killed
        restore has left, is valid.
        """
        claims, self._claims = self._claims, {}
        if not claims:
            return
        commands = [("HSETNX", name, "owner", owner) for name, owner in claims.items()]
        won = dict(zip(claims, self._store.write(*commands), strict=True))
        lost = [name for name, is_won in won.items() if not is_won]
        owners = self._store.read(*(("HGET", name, "owner") for name in lost)) if lost else ()
        for name, owner in zip(lost, owners, strict=True):
            if owner != claims[name].encode():
                self._store.write(*(("UNLINK", name) for name, is_won in won.items() if is_won))
                public_id = name.rpartition(":")[2]
                raise NotEmpty(f"The public id {public_id} is in use at {self._store.address}.")

    def _flush(self) -> None:
        self._claim_public_ids()
        commands, self._commands, self._bytes = self._commands, [], 0
        if commands:
            self._store.write(*commands)
