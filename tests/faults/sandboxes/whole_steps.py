"""Random operations on all data of a sandbox: batches, imports, snapshots, resets."""

import json
from collections.abc import Iterator
from typing import Any

from bambleweeny.core.values import Base64, bytes_of
from faults.sandboxes import item_steps, key_steps
from faults.sandboxes.model import (
    Data,
    Item,
    Key,
    Message,
    Span,
    line_of_item,
    line_of_key,
    line_of_message,
)
from faults.sandboxes.world import World
from msgspec import convert

_MOST_SNAPSHOTS = 5
_BATCHED = "batched"
"""The list of batches."""


def batch(world: World) -> None:
    """Do several operations at once; an atomic batch with one that fails does nothing."""
    fails = world.random.random() < 0.3
    name, text, item, message = (
        world.random.choice(key_steps.NAMES),
        *(world.text() for _ in range(3)),
    )
    number = world.data.keys.get("n2", Key(b"0"))
    total = int(number.value) + 5
    operations: list[Any] = [
        ["set", name, text], ["get", name], ["incr", "n2", 5], ["push", _BATCHED, item],
        ["publish", "t1", message], ["del", name],
    ]  # fmt: skip
    expected = [{"ok": True}, {"ok": text}, {"ok": total}, {"ok": True}, {"ok": True}]
    if fails:
        operations.append(["set", "k5", "never", {"if_match": '"0"'}])
        answer = world.ask("POST", "/batch?atomic=1", json.dumps(operations), 412)
        world.check(answer.json["index"], len(operations) - 1, "index of what fails")
        return
    atomic = world.random.choice(["", "?atomic=1"])
    answer = world.ask("POST", f"/batch{atomic}", json.dumps(operations))
    outcomes = answer.json
    del outcomes[4]
    world.check(outcomes, expected, "outcomes of a batch, without the id of a message")
    world.data.keys.pop(name, None)
    world.data.keys["n2"] = Key(b"%d" % total, number.type, number.ends)
    world.data.queue(_BATCHED).items[item.encode()] = Item(item.encode())
    world.data.topics.setdefault("t1", []).append(Message(message.encode()))


def import_lines(world: World) -> None:
    """Import a few lines over what is there, around it, or in its place."""
    mode = world.random.choice(["merge", "merge", "skip", "replace"])
    key, name = world.random.choice(key_steps.NAMES), world.random.choice(["imported", _BATCHED])
    values = [world.value() for _ in range(3)]
    lines = (
        line_of_key(key, values[0])
        + line_of_item(name, values[1])
        + line_of_message("t2", values[2])
    )
    had = (key in world.data.keys, name in world.data.lists, "t2" in world.data.topics)
    answer = world.ask("POST", f"/import?mode={mode}", lines).json
    skipped = had if mode == "skip" else (False,) * 3
    world.check(answer["skipped"], sum(skipped), "skipped lines")
    if mode == "replace":
        world.data = Data()
    if not skipped[0]:
        world.data.keys[key] = Key(values[0])
    if not skipped[1]:
        world.data.queue(name).items[values[1]] = Item(values[1])
    if not skipped[2]:
        world.data.topics.setdefault("t2", []).append(Message(values[2]))


def save(world: World) -> None:
    """Save a snapshot."""
    name = f"s{world.random.randrange(_MOST_SNAPSHOTS + 2)}"
    is_over = name not in world.sets and len(world.sets) > _MOST_SNAPSHOTS
    _read_ids(world)
    world.ask("PUT", f"/sandboxes/self/snapshots/{name}", status=409 if is_over else 200)
    if not is_over:
        world.sets[name] = world.data.saved(world.span)


def delete_snapshot(world: World) -> None:
    """Delete a snapshot."""
    name = f"s{world.random.randrange(_MOST_SNAPSHOTS + 2)}"
    known = world.sets.pop(name, None)
    world.ask("DELETE", f"/sandboxes/self/snapshots/{name}", status=200 if known else 404)


def reset(world: World) -> None:
    """Bring back the seed or a snapshot, and compare all."""
    name = world.random.choice([*world.sets, "s6"])
    _read_ids(world)
    status = 200 if name in world.sets else 404
    world.ask("POST", f"/sandboxes/self/reset{f'?to={name}' if name else ''}", status=status)
    if status == 200:
        load(world, name)
        world.counts["resets"] += 1
        compare(world)


def load(world: World, name: str, moment: Span | None = None) -> None:
    """Let the model begin again with a saved set; items get ids that none had before.

    Its times begin at the moment, by default that of the latest call.
    """
    for of_list, queue in world.data.lists.items():
        world.leases += [(of_list, one.lease) for one in queue.items.values() if one.lease]
    del world.leases[:-20]
    world.data = world.sets[name].loaded(moment or world.span)
    for of_list in [*world.data.lists]:
        _learn_ids(world, of_list)


def _learn_ids(world: World, name: str) -> None:
    """Read new ids of items, which are in the order of the earlier ones."""
    queue = world.data.lists[name]
    earlier = {state: [one.body for one in queue.of(state)] for state in item_steps.STATES}
    for one in queue.items.values():
        one.id = 0
    item_steps.read_items(world, name)
    ready = [one.body for one in queue.of("ready")]
    world.check(ready, earlier["ready"], f"order of {name} after a reset")
    is_new = all(one.id > world.highest_leased for one in queue.items.values())
    world.check(is_new, True, f"new ids in {name}")


def compare(world: World) -> None:
    """Compare the complete export and all listings with the model."""
    found = sorted(
        (record_of(line) for line in world.ask("GET", "/export").body.splitlines()), key=repr
    )
    expected = world.data.records()
    if found != expected:
        only = [one for one in found if one not in expected]
        missing = [one for one in expected if one not in found]
        world.check(only, missing, "lines of the export")
    pairs = [(name, world.data.keys[name].value) for name in sorted(world.data.keys)]
    world.check(key_steps.keys_in_pages(world, 100), pairs, "keys")
    for name in [*world.data.lists]:
        item_steps.read_items(world, name)
    for noun, names in (("lists", world.data.lists), ("topics", world.data.topics)):
        rows = world.ask("GET", f"/{noun}").json[noun]
        world.check([row["key"] for row in rows], sorted(names), noun)
    for noun, publics in (("routes", world.data.routes), ("bins", world.data.bins)):
        rows = world.ask("GET", f"/{noun}").json[noun]
        ids = sorted(row["path"].rpartition("/")[2] for row in rows)
        world.check(ids, sorted(one.id for one in publics), f"public ids of {noun}")
    shown = world.ask("GET", "/sandboxes/self").json
    world.check(shown["names"], world.data.names, "number of names")
    world.check(shown["snapshots"], sorted(name for name in world.sets if name), "snapshots")
    world.counts["comparisons"] += 1


def extend(world: World) -> None:
    """Let the sandbox end later."""
    world.ask("PATCH", f"/sandboxes/self?ttl={world.random.choice(['20m', '1h', '72h'])}")


def _read_ids(world: World) -> None:
    """Read ids that are not known yet: the order of a saved list is that of the ids."""
    for name, queue in [*world.data.lists.items()]:
        if any(not one.id for one in queue.items.values()):
            item_steps.read_items(world, name)


def record_of(line: bytes) -> tuple[Any, ...]:
    """Return a line of an export as `Data.records` has it."""
    [(kind, row)] = json.loads(line).items()
    if kind == "key":
        type_ = row.get("content_type", "")
        return ("key", row["name"], _bytes(row), type_, "ends" in row)
    if kind == "item":
        more = (row.get("attempts", 0), row.get("reason", ""), row.get("origin", ""))
        return ("item", row["list"], _bytes(row), row.get("state", "ready"), *more)
    if kind == "list":
        return ("list", row["name"], json.dumps(row["policy"], sort_keys=True))
    if kind == "message":
        value = _bytes(row)
        if row["topic"].startswith("calls-of-"):
            return ("message", row["topic"], json.loads(value)["path"], b"", None)
        return ("message", row["topic"], "", value, row.get("type"))
    document = json.dumps(json.loads(row["document"]), sort_keys=True) if "document" in row else ""
    plain = f"{row.get('key', row.get('list'))} {row.get('content_type', '')}".strip()
    return (kind, "" if document else plain, document)


def _bytes(row: dict[str, Any]) -> bytes:
    return bytes_of(convert(row["value"], type=str | Base64))


def public_ids(world: World) -> Iterator[str]:
    """The paths of the routes and bins of a sandbox."""
    for noun, publics in (("routes", world.data.routes), ("bins", world.data.bins)):
        yield from (f"/{noun}/{one.id}" for one in publics)


STEPS = [batch, batch, import_lines, save, save, delete_snapshot, reset, reset, compare, extend]
