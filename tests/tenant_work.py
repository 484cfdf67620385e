"""Random work of every kind for one user, and the bytes that it should count for."""

import io
import json
import time
from collections.abc import Callable
from random import Random
from typing import Any

import redis
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.batch.operation_options import PushOptions as BatchPushOptions
from bambleweeny.core.batch.operation_options import SetOptions
from bambleweeny.core.batch.operations import Del, Incr, Pop, Publish, Push, Set
from bambleweeny.core.keys.conditions import Bounds, Precondition, WriteOptions
from bambleweeny.core.listing.name_range import NameRange
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import PushOptions, push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.services import Services
from bambleweeny.core.values import Base64, bytes_of
from bambleweeny.errors import BambleweenyError
from msgspec import convert
from queues import pass_time

KEYS = [f"k{number}" for number in range(6)] + ["n1", "n2", "z"]
LISTS = [f"q{number}" for number in range(4)]
TOPICS = ["t1", "t2", "calls"]
SOON_MS = 4
"""After this time the keys have expired that should."""

_UUID = 36
_EACH = 64
_MOCK = """{"name": "mock%d", "journal": "%s", "rules": [
    {"path": "/plain", "answers": [{"text": "%s"}]},
    {"path": "/effects", "then": [["set", "k1", "x"], ["push", "q1", "xyz"], ["publish", "t1", "x"]],
     "answers": [{"text": "ok"}]},
    {"path": "/todos", "collection": "todo:"}]}"""
_POLICIES = [
    ListPolicy(max_attempts=1, dead_letter="q1"),
    ListPolicy(max_len=3, overflow="drop_oldest"),
    ListPolicy(max_attempts=1, ttl=9),
    ListPolicy(paused=True),
]


def bytes_of_export(services: Services, caller: Caller) -> int:
    """Sum up what the lines of an export count for. Topics must have messages."""
    total, names = 0, set()
    for line in b"".join(services.exports.of(caller)).splitlines():
        [(kind, row)] = json.loads(line).items()
        body = len(bytes_of(convert(row["value"], type=str | Base64))) if "value" in row else 0
        if kind == "key":
            total += len(row["name"].encode()) + body + _EACH
        elif kind in ("route", "bin"):
            total += _UUID + len(row.get("document", "").encode()) + _EACH
        elif kind == "list":
            names.add(("list", row["name"]))
        else:
            names.add((kind, row["list" if kind == "item" else "topic"]))
            total += body + len(row.get("type") or "") + _EACH
    named = {("list" if kind == "item" else kind, name) for kind, name in names}
    return total + sum(len(name.encode()) + _EACH for _, name in named)


def bytes_of_pushes(raw: redis.Redis, owner: str = "1") -> int:
    """Return what idempotency keys count for."""
    parts = ("idempotent", "idempotent_old")
    return _EACH * sum(raw.zcard(f"b9y:{{{owner}}}:{part}") for part in parts)


def bytes_of_topics(raw: redis.Redis, owner: str = "1") -> int:
    """Return what topics without messages count for, which an export does not have."""
    prefix = f"b9y:{{{owner}}}:"
    names = raw.zrange(f"{prefix}topics", 0, -1)
    empty = [name for name in names if not raw.xlen(f"{prefix}topic:{name.decode()}")]
    return sum(len(name) + _EACH for name in empty)


class Work:
    """Does random operations for user 1. Errors of the rules are a part of it."""

    def __init__(self, services: Services, caller: Caller, raw: redis.Redis, random: Random):
        self.services, self.caller, self.raw, self.random = services, caller, raw, random
        self.steps: list[Callable[[], Any]] = [
            self._set, self._set, self._set, self._options, self._incr, self._delete, self._ttl,
            self._patch, self._push, self._push, self._push, self._push_options, self._once,
            self._pop, self._pop, self._lease, self._change_leases, self._move, self._purge,
            self._delete_list, self._policy, self._publish, self._publish, self._delete_topic,
            self._batch, self._atomic, self._failing, self._expire_keys, self._pass_time,
            self._pass_time, self._expire_pushes, self._route, self._bin, self._mock, self._call,
            self._call, self._replace, self._import, self._delete_keys, self._item, self._list_keys,
        ]  # fmt: skip
        self.refused: dict[str, int] = {}

    def step(self) -> None:
        """Do one operation."""
        try:
            self.random.choice(self.steps)()
        except BambleweenyError as ex:
            assert ex.code != "internal_error"
            self.refused[ex.code] = self.refused.get(ex.code, 0) + 1

    def _body(self) -> bytes:
        return self.random.randbytes(self.random.choice([0, 1, 5, 40, 300]))

    def _key(self) -> str:
        return self.random.choice(KEYS)

    def _list(self) -> str:
        return self.random.choice(LISTS)

    def _ttl_or_none(self) -> int | None:
        return self.random.choice([None, 3600])

    def _set(self) -> None:
        self.services.keys.set(self.caller, self._key(), self._body())

    def _options(self) -> None:
        ttl: Any = self.random.choice([None, 3600, "keep"])
        options = WriteOptions(ttl, self.random.choice(["", "a/b", "keep"]))
        condition = Precondition(if_none_match=self.random.choice(["", "", "*"]))
        self.services.key_changes.set_with_options(
            self.caller, self._key(), self._body(), options, condition
        )

    def _incr(self) -> None:
        name = self.random.choice(["n1", "n2"])
        by = self.random.choice([1, -1, 9, 95, -95, 10**17, -(10**17)])
        if self.random.random() < 0.5:
            self.services.keys.incr(self.caller, name, by)
        else:
            bounds = Bounds(10**18, -(10**18), self._ttl_or_none())
            self.services.key_changes.incr_within(self.caller, name, by, bounds)

    def _delete(self) -> None:
        if self.random.random() < 0.5:
            self.services.keys.delete(self.caller, self._key())
        else:
            self.services.key_changes.take(self.caller, self._key())

    def _ttl(self) -> None:
        self.services.key_changes.change_ttl(self.caller, self._key(), self._ttl_or_none())

    def _patch(self) -> None:
        name, patch = self.random.choice(["k0", "j"]), json.dumps({"a": self.random.random()})
        self.services.key_changes.patch(self.caller, name, patch.encode(), WriteOptions("keep"))

    def _push(self) -> None:
        if self.random.random() < 0.7:
            self.services.lists.push(self.caller, self._list(), self._body())
        else:
            self.services.lists.push_lines(self.caller, self._list(), b"a\n\nlonger\n")

    def _push_options(self) -> None:
        soon = self.random.randrange(1, 9)
        options = self.random.choice(
            [PushOptions(front=True), PushOptions(delay=60_000), PushOptions(ttl=60_000),
             PushOptions(delay=soon), PushOptions(ttl=soon), PushOptions(soon, soon)]
        )  # fmt: skip
        self.services.lists.push(self.caller, self._list(), self._body(), options)

    def _once(self) -> None:
        once = f"o{self.random.randrange(20)}"
        self.services.lists.push(self.caller, self._list(), self._body(), push_options(once=once))

    def _pop(self) -> None:
        if self.random.random() < 0.7:
            self.services.lists.pop(self.caller, self._list())
        else:
            self.services.lists.pop_many(self.caller, self._list(), 3)

    def _lease(self) -> None:
        self.services.leases.lease(self.caller, self._list(), 3, 60)

    def _change_leases(self) -> None:
        name = self._list()
        page, _ = self.services.items.read_page(self.caller, name, "leased", 9, "")
        verbs = ["ack", "retry", "bury", "extend"]
        changes = [
            Change(self.random.choice(verbs), lease_of(one.item), reason="bad")  # type: ignore[arg-type]
            for one in page
        ]
        self.services.leases.change_each(self.caller, name, changes)

    def _move(self) -> None:
        state: Any = self.random.choice(["ready", "dead", "delayed", "leased"])
        name, to = self._list(), self.random.choice([*LISTS, "elsewhere"])
        self.services.items.move(self.caller, name, to, state, 3)

    def _purge(self) -> None:
        self.services.items.purge(self.caller, self._list(), ["dead", "delayed"])

    def _delete_list(self) -> None:
        self.services.lists.delete(self.caller, self.random.choice([*LISTS, "elsewhere"]))

    def _policy(self) -> None:
        if self.random.random() < 0.6:
            policy = self.random.choice(_POLICIES)
            self.services.list_policies.set(self.caller, self._list(), policy)
        else:
            self.services.list_policies.delete(self.caller, self._list())

    def _item(self) -> None:
        name = self._list()
        page, _ = self.services.items.read_page(self.caller, name, "ready", 3, "")
        if page:
            self.services.items.delete(self.caller, name, str(self.random.choice(page).item.id))

    def _publish(self) -> None:
        kind = self.random.choice(["", "text/plain"])
        topic = self.random.choice(TOPICS)
        self.services.topics.publish(self.caller, topic, self._body() + b"x", kind)

    def _delete_topic(self) -> None:
        self.services.topics.delete(self.caller, self.random.choice(TOPICS))

    def _operations(self) -> list[Any]:
        value = self._body().hex()
        every: list[Any] = [
            Set(self._key(), value), Set(self._key(), value, SetOptions(ttl="1h")), Incr("n1", 7),
            Del(self._key()), Push(self._list(), value), Pop(self._list()), Publish("t1", "x"),
            Push(self._list(), value, BatchPushOptions(delay=60)), Incr("n2"), Publish("t2", value + "x"),
        ]  # fmt: skip
        return self.random.choices(every, k=6)

    def _batch(self) -> None:
        self.services.batch.run(self.caller, self._operations())

    def _atomic(self) -> None:
        self.services.batch.run_atomic(self.caller, self._operations())

    def _failing(self) -> None:
        never = Set("k1", "", SetOptions(if_match='"0"'))
        self.services.batch.run_atomic(self.caller, [*self._operations(), never])

    def _expire_keys(self) -> None:
        now = time.time_ns() // 1_000_000
        for name in self.raw.zrange("b9y:{1}:expiring", now + 60_000, "+inf", byscore=True):
            if self.random.random() < 0.5:
                soon = time.time_ns() // 1_000_000 + self.random.randrange(SOON_MS)
                self.raw.zadd("b9y:{1}:expiring", {name: soon})
                for part in ("key", "meta"):
                    self.raw.pexpireat(f"b9y:{{1}}:{part}:{name.decode()}", soon)

    def _pass_time(self) -> None:
        pass_time(self.raw, self.random.choice(["leased", "delayed", "ending"]), self._list())

    def _expire_pushes(self) -> None:
        name = self.random.choice(["b9y:{1}:idempotent", "b9y:{1}:idempotent_old"])
        if self.random.random() < 0.3:
            self.raw.delete(name)
        elif self.raw.exists("b9y:{1}:idempotent"):
            self.raw.pexpire("b9y:{1}:idempotent", 80_000_000)

    def _some_id(self, ids: list[str]) -> str:
        return self.random.choice(ids) if ids else "00000000-0000-4000-8000-000000000000"

    def _route(self) -> None:
        routes = [route.id for route in self.services.routes.owned_by(self.caller)]
        if len(routes) < 4 and self.random.random() < 0.6:
            self.services.routes.create(self.caller, self._key(), "text/plain")
        else:
            self.services.routes.delete(self.caller, self._some_id(routes))

    def _bin(self) -> None:
        bins = self.services.inboxes.bins
        ids = [one.id for one in bins.owned_by(self.caller)]
        if len(ids) < 4 and self.random.random() < 0.5:
            bins.create(self.caller, self._list())
        elif self.random.random() < 0.5:
            plain = [one.id for one in bins.owned_by(self.caller) if not one.has_document]
            bins.push(bins.plain(self._some_id(plain)), self._body())
        elif len(ids) < 6:
            document = b'{"list": "q1", "once": "body id", "name": "in%d"}'
            self.services.inboxes.documents.create(self.caller, document % self.random.randrange(3))
        else:
            self.services.inboxes.documents.delete(self.caller, self._some_id(ids))

    def _document(self) -> bytes:
        journal = self.random.choice(["", "calls", "journal"])
        text = "y" * self.random.randrange(99)
        made = _MOCK % (self.random.randrange(2), journal, text)
        return made.replace('"journal": "", ', "").encode()

    def _mocks(self) -> list[str]:
        rows = self.services.routes.owned_by(self.caller)
        return [row.id for row in rows if row.has_document]

    def _mock(self) -> None:
        if len(self._mocks()) < 3:
            self.services.mocks.documents.create(self.caller, self._document())
        else:
            self.services.mocks.documents.delete(self.caller, self._some_id(self._mocks()))

    def _replace(self) -> None:
        route = self._some_id(self._mocks())
        if self.random.random() < 0.5:
            self.services.mocks.documents.replace(self.caller, route, self._document())
        else:
            self.services.mocks.seeds.reset(self.caller, route)

    def _call(self) -> None:
        reference = Reference(self._some_id(self._mocks()))
        method, path = self.random.choice(
            [("GET", "/plain"), ("POST", "/effects"), ("POST", "/todos"), ("PATCH", "/todos/1"),
             ("DELETE", "/todos/2"), ("GET", "/todos")]
        )  # fmt: skip
        body = b'{"a":"%d"}' % self.random.randrange(10**9) if "todos" in path else b""
        self.services.mocks.answers.answer(reference, Call(method, path, "", {}, body), "", bool)

    def _import(self) -> None:
        text = b"".join(self.services.exports.of(self.caller)).splitlines(keepends=True)
        some = [
            line for line in self.random.sample(text, min(5, len(text))) if b'"route"' not in line
        ]
        mode: Any = self.random.choice(["merge", "skip"])
        self.services.imports.run(self.caller, io.BytesIO(b"".join(some)), mode)

    def _delete_keys(self) -> None:
        self.services.selections.delete_keys(self.caller, self.random.choice(["todo:", "k1"]))

    def _list_keys(self) -> None:
        list(self.services.selections.of(self.caller, "keys", NameRange()).rows())
