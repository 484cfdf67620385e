"""What a sandbox has, as plain Python: each operation changes it as it should change the server's.

Times are spans: the earliest and the latest moment, by the monotonic clock, at which something
happens, since only the server knows when it began to count.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from bambleweeny.core.values import value_of

DEAD = "dead"


class Span(NamedTuple):
    """The earliest and the latest moment of something, in s."""

    first: float
    last: float

    def after(self, seconds: float) -> "Span":
        """Return what happens `seconds` after it."""
        return Span(self.first + seconds, self.last + seconds)

    def since(self, start: "Span") -> "Span":
        """Return the time between `start` and this."""
        return Span(self.first - start.last, self.last - start.first)

    def plus(self, length: "Span") -> "Span":
        """Return the moment after a length that is not known exactly either."""
        return Span(self.first + length.first, self.last + length.last)


@dataclass
class Key:
    """A key; `ends` is when its TTL is over."""

    value: bytes
    type: str = ""
    ends: Span | None = None


@dataclass
class Item:
    """An item; no other of the sandbox has its body. Ready items are in the order of `id`.

    `due` is when a lease or a delay ends. `id` is 0 until it was read from the server.
    """

    body: bytes
    id: int = 0
    state: str = "ready"
    attempts: int = 0
    lease: str = ""
    due: Span | None = None
    reason: str = ""
    origin: str = ""


@dataclass
class Queue:
    """A list: its items by their bodies, and its policy."""

    items: dict[bytes, Item] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)

    def of(self, state: str) -> list[Item]:
        """Return the items in a state in the order of their ids."""
        found = [item for item in self.items.values() if item.state == state]
        return sorted(found, key=lambda item: item.id)


@dataclass
class Message:
    """A message; one of a journal has no known `value`, but the path that was called."""

    value: bytes = b""
    type: str | None = None
    path: str = ""


@dataclass
class Public:
    """A route or a bin. `document` is None for a plain one, which has a `key` or a `list`."""

    id: str
    target: str
    type: str = ""
    document: dict[str, Any] | None = None
    calls: int = 0
    """Of the rule that counts."""
    seen: set[str] = field(default_factory=set)
    """Parts by which a request is stored once."""

    def record(self, noun: str) -> tuple[str, str, str]:
        """Return what identifies it in an export."""
        document = json.dumps(self.document, sort_keys=True) if self.document else ""
        return (noun, "" if document else f"{self.target} {self.type}".strip(), document)


@dataclass
class Data:
    """All data of a sandbox."""

    keys: dict[str, Key] = field(default_factory=dict)
    lists: dict[str, Queue] = field(default_factory=dict)
    topics: dict[str, list[Message]] = field(default_factory=dict)
    routes: list[Public] = field(default_factory=list)
    bins: list[Public] = field(default_factory=list)
    pushes: dict[tuple[str, str], int] = field(default_factory=dict)
    """The ids of pushes by list and idempotency key."""

    def queue(self, name: str) -> Queue:
        """Return a list, which is there from now on."""
        return self.lists.setdefault(name, Queue())

    def tidy(self) -> None:
        """Forget lists that have neither items nor a policy."""
        for name in [n for n, one in self.lists.items() if not one.items and not one.policy]:
            del self.lists[name]

    @property
    def names(self) -> int:
        """How many names count against the quota."""
        nouns = (self.keys, self.lists, self.topics, self.routes, self.bins)
        return sum(len(one) for one in nouns)

    def saved(self, moment: Span) -> "Data":
        """Return a copy whose times are lengths from a moment, as a snapshot has them."""
        made = copy.deepcopy(self)
        made.pushes = {}
        for key in made.keys.values():
            key.ends = key.ends and key.ends.since(moment)
        for item in made.items():
            if item.state == "leased":
                item.state, item.due = "ready", None
            item.lease = ""
            item.due = item.due and item.due.since(moment)
        for one in (*made.routes, *made.bins):
            one.calls, one.seen = 0, set()
        return made

    def loaded(self, moment: Span) -> "Data":
        """Return a copy of saved data whose times begin at a moment; ids of items are unknown."""
        made = copy.deepcopy(self)
        for key in made.keys.values():
            key.ends = key.ends and moment.plus(key.ends)
        for item in made.items():
            item.due = item.due and moment.plus(item.due)
        return made

    def items(self) -> Iterator[Item]:
        """All items of all lists."""
        for queue in self.lists.values():
            yield from queue.items.values()

    def spans(self) -> Iterator[Span]:
        """The moments at which something ends that changes the data."""
        for key in self.keys.values():
            if key.ends:
                yield key.ends
        for item in self.items():
            if item.due:
                yield item.due

    def pass_time(self, now: float) -> set[str]:
        """Do what is due; return the lists in which something was."""
        for name in [n for n, key in self.keys.items() if key.ends and key.ends.last <= now]:
            del self.keys[name]
        touched = set()
        for name, queue in [*self.lists.items()]:
            due = [one for one in queue.of("delayed") if one.due and one.due.last <= now]
            ended = [one for one in queue.of("leased") if one.due and one.due.last <= now]
            for item in due:
                item.state, item.due = "ready", None
            for item in ended:
                self.returned(name, item)
            if due or ended:
                touched.add(name)
        self.tidy()
        return touched

    def returned(self, name: str, item: Item) -> None:
        """Return an item whose lease has ended: it is ready, or dead after too many attempts."""
        item.lease, item.due = "", None
        most = self.lists[name].policy.get("max_attempts")
        if most and item.attempts >= most:
            self.bury(name, item, "max_attempts")
        else:
            item.state = "ready"

    def bury(self, name: str, item: Item, reason: str) -> None:
        """Make an item dead, in its list or as a ready one in that of the policy."""
        item.lease, item.due, item.reason, item.state = "", None, reason, DEAD
        target = self.lists[name].policy.get("dead_letter")
        if target and target != name:
            del self.lists[name].items[item.body]
            item.state, item.origin, item.id = "ready", name, 0
            self.queue(target).items[item.body] = item

    def records(self) -> list[tuple[Any, ...]]:
        """Return what an export should have, without times and ids, in a fixed order."""
        found: list[tuple[Any, ...]] = [
            ("key", name, key.value, key.type, key.ends is not None)
            for name, key in self.keys.items()
        ]
        for name, queue in self.lists.items():
            for item in queue.items.values():
                state = "ready" if item.state == "leased" else item.state
                found.append(
                    ("item", name, item.body, state, item.attempts, item.reason, item.origin)
                )
            if queue.policy:
                found.append(("list", name, json.dumps(queue.policy, sort_keys=True)))
        for name, messages in self.topics.items():
            found += [("message", name, one.path, one.value, one.type) for one in messages]
        found += [one.record("route") for one in self.routes]
        found += [one.record("bin") for one in self.bins]
        return sorted(found, key=repr)


def line_of_key(name: str, value: bytes, **more: Any) -> str:
    """Return the line of a key in a seed or an import."""
    return _line("key", name=name, value=value_of(value), **more)


def line_of_item(name: str, value: bytes, **more: Any) -> str:
    """Return the line of an item in a seed or an import."""
    return _line("item", list=name, value=value_of(value), **more)


def line_of_message(name: str, value: bytes) -> str:
    """Return the line of a message in a seed or an import."""
    return _line("message", topic=name, value=value_of(value))


def _line(kind: str, **fields: Any) -> str:
    return msgspec.json.encode({kind: fields}).decode() + "\n"
