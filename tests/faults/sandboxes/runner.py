"""Random operations in a sandbox and its copies, each compared with the model."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from random import Random

from faults.sandboxes import item_steps, key_steps, list_steps, public_steps, whole_steps
from faults.sandboxes.model import (
    Data,
    Item,
    Key,
    Message,
    Public,
    Span,
    line_of_item,
    line_of_key,
    line_of_message,
)
from faults.sandboxes.places import Owner, Place
from faults.sandboxes.world import Difference, Servers, TooSlow, World

_STEPS: list[Sequence[Callable[[World], None]]] = [
    key_steps.STEPS, key_steps.STEPS, list_steps.STEPS, list_steps.STEPS, public_steps.STEPS,
    public_steps.STEPS, whole_steps.STEPS,
]  # fmt: skip
_SOON = [key_steps.expire_soon, list_steps.push_soon, list_steps.lease_shortly]
_SOON_SHARE, _LIFE_SHARE = 0.003, 0.012
_STEPS_OF_BOTH = 12


class Runner(threading.Thread):
    """Has one sandbox, at times with a copy, and does one operation after the other."""

    def __init__(
        self,
        place: Place,
        owner: Owner,
        random: Random,
        differences: list[str],
        is_over: Callable[[int], bool],
    ) -> None:
        super().__init__(daemon=True)
        self.owner, self.random = owner, random
        self._differences, self._is_over = differences, is_over
        self.servers = Servers(place.urls, random)
        self.worlds: list[World] = []
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        try:
            while not self._is_over(self.counts["operations"]):
                self._step()
            for world in [*self.worlds]:
                self._guarded(world, whole_steps.compare)
        except Exception as ex:
            self._report(self.worlds[-1] if self.worlds else None, ex)

    def end(self) -> None:
        """Delete its sandboxes."""
        for world in [*self.worlds]:
            self._guarded(world, self.delete)
        self.servers.close()

    def _step(self) -> None:
        if not self.worlds:
            self.make()
            return
        world, chance = self.random.choice(self.worlds), self.random.random()
        if chance < _LIFE_SHARE:
            self._guarded(world, self.random.choice([self.copy, self.copy, self.make_again]))
        elif chance < _LIFE_SHARE + _SOON_SHARE:
            self._guarded(world, self.random.choice(_SOON))
        else:
            self._guarded(world, self.random.choice(self.random.choice(_STEPS)))

    def _guarded(self, world: World, step: Callable[[World], None]) -> None:
        """Do an operation; a sandbox that differs from its model is not used any more."""
        try:
            for name in sorted(world.settle()):
                item_steps.read_items(world, name)
            step(world)
            self.counts["operations"] += 1
            self.counts[f"of {step.__module__.rpartition('.')[2].partition('_')[0]}"] += 1
        except TooSlow:
            self.counts["slow calls"] += 1
            self._give_up(world)
        except Exception as ex:
            self._report(world, ex)
            self._give_up(world)
        self.counts += world.counts
        world.counts.clear()

    def _report(self, world: World | None, ex: Exception) -> None:
        text = str(ex) if isinstance(ex, Difference) else repr(ex)
        calls = "\n    ".join(world.calls) if world else ""
        self._differences.append(f"{world and world.id}: {text}\n    {calls}")

    def _give_up(self, world: World) -> None:
        if world in self.worlds:
            self.worlds.remove(world)
        with suppress(Exception):
            self.servers.call("DELETE", f"/sandboxes/{world.id}", token=self.owner.token)

    def make(self) -> None:
        """Make a sandbox, empty or from a seed."""
        mark = f"mark-{self.random.getrandbits(32):08x}"
        names = self.random.sample(key_steps.NAMES, 4) if self.random.random() < 0.7 else []
        lines, seed = _seed(mark, names)
        world = self._create("", lines)
        world.marks.add(mark.encode())
        self.counts["created"] += 1
        world.sets[""] = seed
        self._guarded(world, _begin)

    def _create(self, query: str, lines: str) -> World:
        begun = time.monotonic()
        answer = self.servers.call("POST", f"/sandboxes?ttl=30m{query}", lines, self.owner.token)
        if answer.status != 201:
            raise Difference(f"POST /sandboxes was answered {answer.status} {answer.body!r}")
        world = World(self.servers, self.random, self.owner.name, answer.json)
        world.span = Span(begun, time.monotonic())
        self.worlds.append(world)
        return world

    def make_again(self, world: World) -> None:
        """Delete a sandbox and make another in its place."""
        self.delete(world)
        self.make()

    def copy(self, world: World) -> None:
        """Copy a sandbox or a snapshot, change both, compare both, and keep one of them."""
        name = self.random.choice([None, *(one for one in world.sets if one)])
        if name is None:
            whole_steps.compare(world)
        copied = self._create(f"&from={world.id}{'/' + name if name else ''}", "")
        source = world.data.saved(copied.span) if name is None else world.sets[name]
        copied.sets[""] = deepcopy(source)
        copied.marks |= world.marks
        self.counts["copies"] += 1
        self._guarded(copied, _begin)
        for _ in range(_STEPS_OF_BOTH):
            self._step_of_either(world, copied)
        both = [one for one in (world, copied) if one in self.worlds]
        for one in both:
            self._guarded(one, whole_steps.compare)
        if len(both) == 2:
            self._guarded(self.random.choice(both), self.delete)

    def _step_of_either(self, world: World, copied: World) -> None:
        one = self.random.choice([world, copied])
        if one in self.worlds:
            self._guarded(one, self.random.choice(self.random.choice(_STEPS)))

    def delete(self, world: World) -> None:
        """End a sandbox; its token and its public URLs are refused at once, at all servers."""
        self.worlds.remove(world)
        paths = [*whole_steps.public_ids(world)]
        world.ask("DELETE", f"/sandboxes/{self.random.choice(['self', world.id])}")
        world.ask("GET", "/keys", status=401)
        world.ask("PUT", "/keys/k0", b"never", 401)
        for path in paths:
            world.stranger("POST", path, b"x", 404)
        self.counts["deleted"] += 1


def _begin(world: World) -> None:
    """Let the model begin with the seed, whose routes and bins have new ids, and compare all."""
    seed, made = world.sets[""], world.span
    for noun, publics in (("routes", seed.routes), ("bins", seed.bins)):
        rows = world.ask("GET", f"/{noun}").json[noun]
        for one in publics:
            row = next((row for row in rows if _is_of(row, one)), None)
            if row is None:
                raise Difference(f"{one} is missing in {rows}")
            rows.remove(row)
            one.id = row["path"].rpartition("/")[2]
    whole_steps.load(world, "", made)
    whole_steps.compare(world)


def _is_of(row: dict[str, str], one: Public) -> bool:
    if one.document:
        return row.get("name") == one.document["name"]
    return not row.get("name") and row.get("key", row.get("list")) == one.target


def _seed(mark: str, names: list[str]) -> tuple[str, Data]:
    """Return the lines of a seed with a key of each name, and the model of it."""
    data, lines = Data(), ""
    for number, name in enumerate(names):
        value, ttl = f"{mark}-{name}".encode(), number * 600
        data.keys[name] = Key(value, "", Span(ttl, ttl) if ttl else None)
        lines += line_of_key(name, value, **({"ttl": ttl} if ttl else {}))
        item = f"{mark}-item-{name}".encode()
        data.queue("q0").items[item] = Item(item, number + 1)
        lines += line_of_item("q0", item)
    if names:
        data.topics["t1"] = [Message(mark.encode())]
        lines += line_of_message("t1", mark.encode())
    return lines, data
