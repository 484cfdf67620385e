"""Dry runs of imports: the checks of each step, by reads alone."""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.transfer.export_records import (
    OwnBin,
    OwnItem,
    OwnKey,
    OwnList,
    OwnMessage,
    OwnRecord,
    OwnRoute,
)
from bambleweeny.core.transfer.import_job import Nouns
from bambleweeny.core.transfer.import_plan import ImportPlan
from bambleweeny.core.transfer.public_imports import PublicImport
from bambleweeny.core.usage.usage import Used
from bambleweeny.core.values import bytes_of
from bambleweeny.errors import ListFull, MaxBytesExceeded, NotFound, QuotaExceeded
from bambleweeny.store import Store

_EACH = 64
"""The bytes that each name, item and message counts besides its own."""
_ID_BYTES = 36


@dataclass
class _Named:
    """A list or topic during a dry run. `existed` is from before the import."""

    existed: bool
    exists: bool
    items: int = 0
    bytes: int = 0
    policy: ListPolicy | None = None


class _Journal(msgspec.Struct):
    journal: str = ""


class DryRun:
    """The dry run of one import; it changes nothing.

    It cannot know whether the engine will be full, what others will change meanwhile, and what
    the bounds of lists and topics will drop: a step that drops items or messages counts no bytes.
    A document that is replaced counts as unchanged.
    `plan` has what earlier parts of the same import add.
    """

    def __init__(
        self,
        store: Store,
        nouns: Nouns,
        caller: Caller,
        plan: ImportPlan,
        *,
        mode: str,
        begun: str,
    ) -> None:
        self.plan = plan
        self._store = store
        self._nouns = nouns
        self._caller = caller
        self._skips = mode == "skip"
        self._replaces = mode == "replace"
        self._begun = begun
        self._now = int(time.time() * 1000)
        self._quota = self._most_bytes = 0
        self._used_names = self._used_bytes = 0
        self._keys: dict[str, int | None] = {}
        self._named: dict[tuple[str, str], _Named] = {}
        self._routes = PublicImport(
            caller, nouns.routes, nouns.route_documents, skips=self._skips, is_alone=self._replaces
        )
        self._bins = PublicImport(
            caller, nouns.bins, nouns.bin_documents, skips=self._skips, is_alone=self._replaces
        )

    def begin(self, used: Used) -> None:
        """Set what the user has, and its limits."""
        self._quota = int(used.limits["quota"])
        self._most_bytes = int(used.limits["max_bytes"])
        if self._replaces:
            self.plan.deleted = {noun: count for noun, count in used.counts.items() if count}
        else:
            self._used_names, self._used_bytes = sum(used.counts.values()), used.bytes

    def put(self, records: Sequence[OwnRecord]) -> None:
        """Count a step as `ImportJob.put` would write it; raise the error that it would raise."""
        first = records[0]
        self.plan.begun = None
        match first:
            case OwnKey():
                self._put_keys([key for key in records if isinstance(key, OwnKey)])
            case OwnItem():
                items = [item for item in records if isinstance(item, OwnItem)]
                self._put_items(first.list, items)
            case OwnList():
                self._set_policy(first)
            case OwnMessage():
                messages = [one for one in records if isinstance(one, OwnMessage)]
                self._put_messages(first.topic, messages)
            case OwnRoute():
                self._publish("routes", self._routes, first)
            case OwnBin():
                self._publish("bins", self._bins, first)

    def _put_keys(self, keys: Sequence[OwnKey]) -> None:
        self._read_keys(dict.fromkeys(key.name for key in keys if key.name not in self._keys))
        names = growth = skipped = replaced = 0
        for key in keys:
            size = self._keys[key.name]
            if self._has_expired(key.expires) or (self._skips and size is not None):
                skipped += 1
                continue
            names += size is None
            replaced += size is not None
            self._keys[key.name] = new = len(key.name) + len(bytes_of(key.value)) + _EACH
            growth += new - (size or 0)
        self._grow(names, growth)
        self._count("keys", names, replaced, skipped)

    def _read_keys(self, names: Iterable[str]) -> None:
        names = list(names)
        if self._replaces or not names:
            self._keys.update(dict.fromkeys(names))
            return
        tenant = self._store.schema.tenant(self._caller.id)
        commands = [(verb, tenant.key(name)) for name in names for verb in ("EXISTS", "STRLEN")]
        found = read_as(self._store, self._caller, *commands)
        for name, exists, length in zip(names, found[::2], found[1::2], strict=True):
            self._keys[name] = len(name) + length + _EACH if exists else None

    def _put_items(self, name: str, items: Sequence[OwnItem]) -> None:
        known = self._list(name)
        if self._skips and known.existed:
            self._count("items", 0, 0, len(items))
            return
        self.plan.begun = f"lists/{name}"
        chosen = [item for item in items if not self._has_expired(item.expires)]
        if chosen:
            self._add_items(name, known, [len(bytes_of(item.value)) for item in chosen])
        self._count("items", len(chosen), 0, len(items) - len(chosen))

    def _add_items(self, name: str, known: _Named, sizes: Sequence[int]) -> None:
        most_items, most_bytes = self._nouns.items.bounds
        policy = known.policy or ListPolicy()
        is_new = not known.exists
        self._check_names(int(is_new))
        known.items, known.bytes = known.items + len(sizes), known.bytes + sum(sizes)
        is_over = known.items > min(most_items, policy.max_len or most_items) or (
            known.bytes > most_bytes
        )
        if is_over and policy.overflow != "drop_oldest":
            raise ListFull()
        growth = sum(sizes) + _EACH * len(sizes) + (len(name) + _EACH if is_new else 0)
        self._grow(int(is_new), 0 if is_over else growth)
        known.exists = True

    def _set_policy(self, record: OwnList) -> None:
        known = self._list(record.name)
        if self._skips and known.existed:
            self._count("policies", 0, 0, 1)
            return
        self.plan.begun = f"lists/{record.name}"
        if not known.exists:
            self._grow(1, len(record.name) + _EACH)
        is_replaced = known.policy is not None
        self._count("policies", int(not is_replaced), int(is_replaced), 0)
        known.exists, known.policy = True, record.policy

    def _put_messages(self, name: str, messages: Sequence[OwnMessage]) -> None:
        known = self._topic(name)
        if self._skips and known.existed:
            self._count("messages", 0, 0, len(messages))
            return
        self.plan.begun = None if known.existed else f"topics/{name}"
        bounds = self._nouns.topics.bounds
        size = sum(len(bytes_of(one.value)) + len(one.type or "") for one in messages)
        known.items, known.bytes = known.items + len(messages), known.bytes + size
        is_over = known.items > bounds.messages or known.bytes > bounds.bytes
        growth = size + _EACH * len(messages) + (0 if known.exists else len(name) + _EACH)
        self._grow(int(not known.exists), 0 if is_over else growth)
        known.exists = True
        self._count("messages", len(messages), 0, 0)

    def _publish(
        self, kind: Literal["routes", "bins"], done: PublicImport, record: OwnRoute | OwnBin
    ) -> None:
        outcome = done.plan(record)
        if outcome != "skipped":
            journal = ""
            if kind == "routes" and record.document:
                journal = msgspec.json.decode(record.document, type=_Journal).journal
            is_journal_new = bool(journal) and not self._topic(journal, is_counted=False).exists
            names = int(outcome == "new") + int(is_journal_new)
            growth = len(record.document) + _ID_BYTES + _EACH if outcome == "new" else 0
            self._grow(names, growth + (len(journal) + _EACH if is_journal_new else 0))
            if is_journal_new:
                self._topic(journal, is_counted=False).exists = True
        counts = self.plan.counts[kind]
        setattr(counts, outcome, getattr(counts, outcome) + 1)

    def _list(self, name: str) -> _Named:
        key = ("lists", name)
        if key not in self._named:
            if self._is_absent(*key):
                known = _Named(False, self._begun == f"lists/{name}")
            else:
                stats, policy = self._nouns.items.stats(self._caller, name), None
                with suppress(NotFound):
                    policy = self._nouns.list_policies.get(self._caller, name)
                count = stats.ready + stats.leased + stats.delayed + stats.dead
                known = _Named(self._begun != f"lists/{name}", True, count, stats.bytes, policy)
            self._named[key] = known
            self._count_name("lists", known)
        return self._named[key]

    def _topic(self, name: str, *, is_counted: bool = True) -> _Named:
        key = ("topics", name)
        if key not in self._named:
            is_begun = self._begun == f"topics/{name}"
            if self._is_absent(*key):
                known = _Named(False, is_begun)
            else:
                tenant = self._store.schema.tenant(self._caller.id)
                length, size = read_as(
                    self._store, self._caller,
                    ("XLEN", tenant.topic(name)), ("HGET", tenant.topic_bytes, name),
                )  # fmt: skip
                known = _Named(not is_begun, True, length, int(size or 0))
            self._named[key] = known
            if is_counted:
                self._count_name("topics", known)
        return self._named[key]

    def _is_absent(self, kind: str, name: str) -> bool:
        if self._replaces:
            return True
        tenant = self._store.schema.tenant(self._caller.id)
        index = tenant.lists if kind == "lists" else tenant.topics
        [score] = read_as(self._store, self._caller, ("ZSCORE", index, name))
        return score is None

    def _count_name(self, kind: str, known: _Named) -> None:
        if known.existed:
            self._count(kind, 0, int(not self._skips), int(self._skips))
        elif not known.exists:
            self._count(kind, 1, 0, 0)

    def _count(self, kind: str, new: int, replaced: int, skipped: int) -> None:
        counts = self.plan.counts[kind]
        counts.new += new
        counts.replaced += replaced
        counts.skipped += skipped

    def _has_expired(self, expires: int) -> bool:
        return 0 < expires <= self._now

    def _check_names(self, names: int) -> None:
        if names and self._quota and self._used_names + self.plan.names + names > self._quota:
            raise QuotaExceeded()

    def _grow(self, names: int, growth: int) -> None:
        """Add names and bytes, if the limits of the user have room for them."""
        self._check_names(names)
        total = self._used_bytes + self.plan.bytes + growth
        if growth > 0 and self._most_bytes and total > self._most_bytes:
            raise MaxBytesExceeded()
        self.plan.names += names
        self.plan.bytes += growth
