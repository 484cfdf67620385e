"""Every verb of the rules, each with something to act on: what tests run on engines in odd states."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from bambleweeny.core.audit.entries import Act, Actions
from bambleweeny.core.auth.caller import Caller, CallLimits
from bambleweeny.core.auth.named_tokens import TokenChange
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.auth.sessions import Session
from bambleweeny.core.batch.operation_options import SetOptions
from bambleweeny.core.batch.operations import Del, Get, Incr, Pop, Publish, Push, Set
from bambleweeny.core.bins.receiver import Received
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.keys.conditions import Bounds, Precondition, WriteOptions
from bambleweeny.core.listing.name_range import NameRange
from bambleweeny.core.lists.codec import StoredItem
from bambleweeny.core.lists.found_items import FoundItem
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.mocks.verification import read_expectation
from bambleweeny.core.notify.events import subscribe
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.core.sandboxes.open_sandboxes import OpenSandboxes
from bambleweeny.core.services import Services, make_services
from bambleweeny.core.topics import BEGINNING
from bambleweeny.core.topics import Bounds as TopicBounds
from bambleweeny.core.transfer.import_plan import ImportPlan
from bambleweeny.core.usage.byte_counts import used_bytes
from bambleweeny.errors import InvalidSignature, WrongLogin
from bambleweeny.names import id_of_sandbox, sandbox_tenant
from bambleweeny.store import Store

LONG = 3600
_SEED = b"""{"key": {"name": "plain", "value": "1"}}
{"key": {"name": "short", "value": "1", "ttl": "1h"}}
{"item": {"list": "q", "value": "x"}}
{"item": {"list": "later", "value": "x", "delay": "1h"}}
{"message": {"topic": "news", "value": "x"}}
"""
_EXPORTED = b'{"key": {"name": "imported", "value": "x"}}\n'


class Filled:
    """A user with something of every kind, in every state."""

    def __init__(self, store: Store, name: str = "uli") -> None:
        self.services = services = services_over(store)
        services.users.create_admin("changeme")
        services.users.create(name, "secret")
        self.caller = uli = services.logins.log_in(name, "secret")
        services.keys.set(uli, "plain", b"1")
        services.keys.set(uli, "page", b"a !@[plain] b !@[none]")
        services.key_changes.set_with_options(
            uli, "typed", b"{}", WriteOptions(LONG, "application/json")
        )
        services.list_policies.set(uli, "q", ListPolicy(max_attempts=1, dead_letter="buried"))
        for number in range(9):
            services.lists.push(uli, "q", b"%d" % number)
        later = push_options(delay=LONG, ttl=2 * LONG)
        self.delayed = str(services.lists.push(uli, "q", b"later", later))
        services.lists.push(uli, "q", b"once", push_options(once="a"))
        services.lists.push(uli, "simple", b"only")
        self.leased = [lease_of(item) for item in services.leases.lease(uli, "q", 4, LONG)]
        for body in (b"stays", b"dies"):
            services.lists.push(uli, "own", body)
        [stays, dies] = services.leases.lease(uli, "own", 2, LONG)
        services.leases.change(uli, "own", Change("bury", lease_of(dies), reason="bad"))
        self.item, self.dead = str(stays.id), str(dies.id)
        services.topics.publish(uli, "news", b"hello", "text/plain")
        self.route = services.routes.create(uli, "page", "text/html").id
        self.bin = services.inboxes.bins.create(uli, "filled").id
        self.inbox = services.inboxes.documents.create(uli, INBOX).id
        self.mock = services.mocks.documents.create(uli, MOCK).id
        _, sandbox = services.sandboxes.create(uli, "filled", LONG, io.BytesIO(_SEED))
        self.sandbox = Caller(sandbox_tenant(uli.id, sandbox.id), f"{name}~{sandbox.id}", "")
        services.sandboxes.sets.save(self.sandbox, "saved")
        self.token, made = services.named_tokens.create(uli, "ci", ["read"])
        self.token_id = made.id
        services.keys.set(uli, "todo:1", b'{"id":1}')
        services.keys.set(uli, "seed", b'[{"id":7}]')


def services_over(store: Store) -> Services:
    """Put the rules over a store."""
    return make_services(
        store,
        open_instance(store),
        passwords=Passwords(memory_kib=8, time_cost=1),
        token_lifetime=3000,
        max_list_items=1000,
        max_list_bytes=4 << 20,
        topic_bounds=TopicBounds(messages=100, seconds=3600, bytes=4 << 20),
        max_waits=16,
        append_only_file=None,
    )


MOCK = b"""{"name": "mock", "journal": "calls", "rate": "1000000/s", "rules": [
    {"path": "/plain", "answers": [{"text": "!@[plain]"}]},
    {"path": "/effects", "when": {"key": {"plain": true}},
     "then": [["set", "typed", "x"], ["push", "q", "x"], ["publish", "news", "x"]],
     "answers": [{"text": "!@[typed]"}, {"text": "!@[$count]"}]},
    {"path": "/todos", "collection": "todo:", "seed": "seed"}]}"""


INBOX = b"""{"list": "q", "name": "inbox", "keep": "request",
    "answer": {"text": "!@[plain]"}, "once": "body id", "ends": "7d"}"""


def receive(services: Services, filled: Filled, reference: Reference, body: bytes) -> Any:
    """Send a request to a bin that has a document."""
    kept = (Call("POST", "/", "", {}, body), body, "")
    received = Received("POST", {}, body, "", lambda _: kept)
    return services.inboxes.receiver.receive(reference, received, bool)


def receive_in_topic(services: Services, user: Any, filled: Filled) -> Any:
    """Replace a document, and send a request to its bin."""
    services.inboxes.documents.replace(user, filled.inbox, b'{"topic":"news","keep":"request"}')
    return receive(services, filled, Reference(filled.inbox), b"x")


def call(services: Services, filled: Filled, method: str, path: str, body: bytes = b"") -> Any:
    """Call the route that has a document."""
    answers = services.mocks.answers
    return answers.answer(Reference(filled.mock), Call(method, path, "", {}, body), "", bool)


def count_traffic(services: Services, user: Any, filled: Filled) -> None:
    """Count a request of the user, and store the count."""
    services.traffic.count(user.id, 1, 1, 200)
    services.traffic.flush()


def fail_to_log_in(services: Services, name: str) -> None:
    """Log in with a wrong password, which is counted."""
    with pytest.raises(WrongLogin):
        services.logins.log_in(name, "wrong")


Verb = Callable[[Services, Any, Filled], Any]

_PUT = FoundItem("ready", StoredItem(0, b"put"), 0)
_DELAYED = FoundItem("delayed", StoredItem(0, b"put"), 1 << 41)

READS: dict[str, Verb] = {
    "get": lambda s, u, f: s.keys.get(u, "plain"),
    "read": lambda s, u, f: s.keys.read(u, "typed"),
    "present": lambda s, u, f: s.keys.present(u, ["plain", "none", "typed"]),
    "values": lambda s, u, f: s.keys.values(u, ["plain", "none", "typed"]),
    "keys": lambda s, u, f: list(s.selections.of(u, "keys", NameRange()).rows()),
    "groups": lambda s, u, f: list(s.selections.of(u, "keys", NameRange("", "", "a")).names()),
    "lists": lambda s, u, f: list(s.selections.of(u, "lists", NameRange()).names()),
    "walk": lambda s, u, f: list(s.lists.walk(u)),
    "count": lambda s, u, f: s.selections.count(u, "keys", "p"),
    "stats": lambda s, u, f: s.items.stats(u, "q")[:7],
    "stats of each": lambda s, u, f: list(s.items.stats_of_each(u, ["q", "own", "none"])),
    "read a page": lambda s, u, f: s.items.read_page(u, "q", "leased", 10, ""),
    "read a page of the dead": lambda s, u, f: s.items.read_page(u, "own", "dead", 10, ""),
    "read a page of the newest": lambda s, u, f: s.items.read_page(
        u, "q", "ready", 2, "", order="newest"
    ),
    "read previews": lambda s, u, f: s.items.read_page(u, "q", "ready", 2, "", preview=1),
    "newest messages": lambda s, u, f: s.topics.id_before_newest(u, "news", 10),
    "find": lambda s, u, f: s.items.find(u, "own", f.item),
    "policy": lambda s, u, f: s.list_policies.get(u, "q"),
    "messages": lambda s, u, f: s.topics.read(u, "news", BEGINNING, 10),
    "no messages": lambda s, u, f: s.topics.read(u, "none", BEGINNING, 10)[0],
    "route": lambda s, u, f: s.routes.read(f.route),
    "routes": lambda s, u, f: s.routes.owned_by(u),
    "document": lambda s, u, f: s.mocks.documents.read(u, f.mock),
    "summaries": lambda s, u, f: s.mocks.documents.summaries(u),
    "verify a route": lambda s, u, f: (
        s.mocks.verifications.verify(
            u,
            f.mock,
            read_expectation(b"{}"),
            after=BEGINNING,
            seconds=0,
            is_connected=lambda: True,
        ).matching
    ),
    "document of a bin": lambda s, u, f: s.inboxes.documents.read(u, f.inbox),
    "summaries of bins": lambda s, u, f: s.inboxes.documents.summaries(u),
    "refusals of a bin": lambda s, u, f: s.inboxes.refusals.read(u, f.inbox),
    "name of a bin": lambda s, u, f: s.inboxes.names.parse(u, f"@{u.name}/inbox"),
    "name of a route": lambda s, u, f: s.mocks.names.parse(u, f"@{u.name}/mock"),
    "gets": lambda s, u, f: s.batch.run(u, [Get("plain"), Get("typed")]),
    "export": lambda s, u, f: b"".join(s.exports.of(u)),
    "tokens": lambda s, u, f: s.named_tokens.all(u),
    "named token": lambda s, u, f: s.named_tokens.read(f.token),
    "audit": lambda s, u, f: s.audit.read(u.id, BEGINNING, 10, Actions()),
    "newest of the audit": lambda s, u, f: s.audit.read_newest(u.id, 10, Actions()),
    "usage": lambda s, u, f: s.usage.of(u),
    "login": lambda s, u, f: s.logins.log_in(u.name, "secret"),
    "used bytes": lambda s, u, f: used_bytes(s.keys._store, u),
    "users": lambda s, u, f: s.users.all(),
    "sandboxes": lambda s, u, f: s.sandboxes.all(u),
    "sandbox": lambda s, u, f: s.sandboxes.find(u, id_of_sandbox(f.sandbox.id)),
}
"""What changes nothing."""

WRITES: dict[str, Verb] = {
    "set": lambda s, u, f: s.keys.set(u, "new", b"x"),
    "set again": lambda s, u, f: s.keys.set(u, "typed", b"x"),
    "incr": lambda s, u, f: s.keys.incr(u, "plain"),
    "incr within": lambda s, u, f: s.key_changes.incr_within(u, "plain", 1, Bounds(9, 0, LONG)),
    "delete": lambda s, u, f: s.keys.delete(u, "typed"),
    "touch": lambda s, u, f: s.key_changes.touch(u, "plain", LONG),
    "let last": lambda s, u, f: s.key_changes.change_ttl(u, "typed", None),
    "set with options": lambda s, u, f: s.key_changes.set_with_options(
        u, "new", b"x", WriteOptions(LONG), Precondition(if_none_match="*")
    ),
    "swap": lambda s, u, f: s.key_changes.swap(u, "typed", b"x", WriteOptions("keep")),
    "patch": lambda s, u, f: s.key_changes.patch(u, "typed", b'{"a": 1}', WriteOptions("keep")),
    "take": lambda s, u, f: s.key_changes.take(u, "typed", Precondition("*")),
    "delete keys": lambda s, u, f: s.selections.delete_keys(u, "p"),
    "push": lambda s, u, f: s.lists.push(u, "fresh", b"x"),
    "push once": lambda s, u, f: s.lists.push(u, "q", b"x", push_options(once="b")),
    "push later": lambda s, u, f: s.lists.push(u, "fresh", b"x", push_options(delay=9, ttl=9)),
    "push in front": lambda s, u, f: s.lists.push(u, "q", b"x", push_options(front=True)),
    "push lines": lambda s, u, f: s.lists.push_lines(u, "simple", b"x\ny\n"),
    "pop": lambda s, u, f: s.lists.pop(u, "simple"),
    "pop carefully": lambda s, u, f: s.lists.pop(u, "q"),
    "pop many": lambda s, u, f: s.lists.pop_many(u, "q", 3),
    "delete list": lambda s, u, f: s.lists.delete(u, "q"),
    "lease": lambda s, u, f: s.leases.lease(u, "q", 2),
    "change leases": lambda s, u, f: s.leases.change_each(
        u, "q",
        [Change("ack", f.leased[0]), Change("retry", f.leased[1], 9),
         Change("extend", f.leased[2], 99), Change("bury", f.leased[3], reason="bad")],
    ),
    "set policy": lambda s, u, f: s.list_policies.set(u, "simple", ListPolicy(lease=9)),
    "end policy": lambda s, u, f: s.list_policies.delete(u, "q"),
    "delete item": lambda s, u, f: s.items.delete(u, "own", f.item),
    "take an item back": lambda s, u, f: s.items.change_state(u, "own", f.dead, "ready"),
    "bury an item": lambda s, u, f: s.items.change_state(u, "q", f.delayed, "dead", "bad"),
    "move items": lambda s, u, f: s.items.move(u, "q", "elsewhere", "ready", 3),
    "put items": lambda s, u, f: s.items.put_all(u, "simple", [_PUT, _DELAYED]),
    "purge": lambda s, u, f: s.items.purge(u, "own", ["dead"]),
    "publish": lambda s, u, f: s.topics.publish(u, "news", b"x"),
    "put messages": lambda s, u, f: s.topics.put_all(
        u, "fresh", s.topics.read(u, "news", BEGINNING, 10)[0], keeps_ids=False
    ),
    "delete topic": lambda s, u, f: s.topics.delete(u, "news"),
    "batch": lambda s, u, f: s.batch.run(
        u,
        [Set("a", "1"), Incr("a"), Get("a"), Push("simple", "x"), Pop("simple"), Del("a"),
         Publish("news", "x"), Set("b", "1", SetOptions(ttl="1h"))],
    ),
    "atomic batch": lambda s, u, f: s.batch.run_atomic(
        u, [Set("typed", "1"), Push("q", "x"), Pop("simple"), Publish("news", "x"), Del("page")]
    ),
    "bin": lambda s, u, f: s.inboxes.bins.push(s.inboxes.bins.plain(f.bin), b"x"),
    "receive": lambda s, u, f: receive(s, f, Reference(f.inbox), b'{"id":1}'),
    "receive by name": lambda s, u, f: receive(s, f, Reference(user=u.name, name="inbox"), b"x"),
    "receive in a topic": receive_in_topic,
    "create a document of a bin": lambda s, u, f: s.inboxes.documents.create(
        u, b'{"list":"q","paths":true}'
    ),
    "replace a document of a bin": lambda s, u, f: s.inboxes.documents.replace(
        u, f.bin, b'{"list":"q","paths":true}'
    ),
    "delete a document of a bin": lambda s, u, f: s.inboxes.documents.delete(u, f.inbox),
    "create route": lambda s, u, f: s.routes.create(u, "plain", "text/plain"),
    "delete route": lambda s, u, f: s.routes.delete(u, f.route),
    "call": lambda s, u, f: call(s, f, "GET", "/plain"),
    "call with effects": lambda s, u, f: call(s, f, "POST", "/effects"),
    "call without a rule": lambda s, u, f: call(s, f, "OPTIONS", "/todos"),
    "list objects": lambda s, u, f: call(s, f, "GET", "/todos"),
    "create an object": lambda s, u, f: call(s, f, "POST", "/todos", b"{}"),
    "patch an object": lambda s, u, f: call(s, f, "PATCH", "/todos/1", b'{"a":1}'),
    "delete an object": lambda s, u, f: call(s, f, "DELETE", "/todos/1"),
    "create a document": lambda s, u, f: s.mocks.documents.create(u, b'{"rules":[{}]}'),
    "replace a document": lambda s, u, f: s.mocks.documents.replace(u, f.route, b'{"rules":[{}]}'),
    "delete a document": lambda s, u, f: s.mocks.documents.delete(u, f.mock),
    "reset a route": lambda s, u, f: s.mocks.seeds.reset(u, f.mock),
    "create a token": lambda s, u, f: s.named_tokens.create(u, "new", ["read"]),
    "change a token": lambda s, u, f: s.named_tokens.change(
        u, f.token_id, TokenChange(scopes=["write"])
    ),
    "revoke tokens": lambda s, u, f: s.named_tokens.revoke_all(u),
    "subscribe": lambda s, u, f: subscribe(s.keys._store, u, 1),
    "follow": lambda s, u, f: subscribe(s.keys._store, u, 1, "followed"),
    "plan an import": lambda s, u, f: s.imports.plan(
        u, io.BytesIO(_EXPORTED), "merge", after=ImportPlan()
    ),
    "make a sandbox": lambda s, u, f: s.sandboxes.create(u, "", LONG),
    "import": lambda s, u, f: s.imports.run(u, io.BytesIO(_EXPORTED), "merge"),
}  # fmt: skip
"""What runs a script of the user, and changes something that is the user's."""

ADMINISTRATION: dict[str, Verb] = {
    "create user": lambda s, u, f: s.users.create("ann", "secret"),
    "refuse a request": lambda s, u, f: s.inboxes.refusals.add(
        PublicId(f.inbox, u.id, ""), Call("GET", "/"), InvalidSignature()
    ),
    "note": lambda s, u, f: s.audit.note(Act("login", "wrong_login"), [u.id]),
    "count traffic": count_traffic,
    "change user": lambda s, u, f: s.users.change(u.id, quota=99, limits={"rate": "5/s"}),
    "invite user": lambda s, u, f: s.users.invite("eva"),
    "reset user": lambda s, u, f: s.users.reset(u.id),
    "delete user": lambda s, u, f: s.users.delete(u.id),
    "count a call": lambda s, u, f: s.call_rates.spend(
        u._replace(limits=CallLimits("9/d", 0, 0, "9/d"))
    ),
    "note the use of a token": lambda s, u, f: s.named_tokens.note_use(
        s.named_tokens.read(f.token).caller, 60
    ),
    "make a code to log in": lambda s, u, f: s.logins.codes.create(u, Session("a", u, 1 << 32)),
    "log in with a code": lambda s, u, f: s.logins.codes.log_in(
        s.logins.codes.create(f.caller, Session("a", f.caller, 1 << 32)).text, ""
    ),
    "end a session": lambda s, u, f: s.sessions.end(Session("a", u, 1 << 32)),
    "fail to log in": lambda s, u, f: fail_to_log_in(s, u.name),
    "make a sandbox from a seed": lambda s, u, f: s.sandboxes.create(
        u, "", LONG, io.BytesIO(_SEED)
    ),
    "copy a sandbox": lambda s, u, f: s.sandboxes.create(
        u, "", LONG, source=id_of_sandbox(f.sandbox.id)
    ),
    "copy a snapshot": lambda s, u, f: s.sandboxes.create(
        u, "", LONG, source=f"{id_of_sandbox(f.sandbox.id)}/saved"
    ),
    "extend a sandbox": lambda s, u, f: s.sandboxes.extend(f.sandbox, LONG),
    "reset a sandbox": lambda s, u, f: s.sandboxes.sets.load(f.sandbox, ""),
    "save a snapshot": lambda s, u, f: s.sandboxes.sets.save(f.sandbox, "saved"),
    "delete a snapshot": lambda s, u, f: s.sandboxes.sets.delete(f.sandbox, "saved"),
    "delete a sandbox": lambda s, u, f: s.sandboxes.delete(f.sandbox),
    "make an open sandbox": lambda s, u, f: OpenSandboxes(s.keys._store, s.sandboxes, 9).create(
        "127.0.0.1", "", LONG
    ),
}
"""What changes users themselves."""
