"""Random operations on single items of lists, and all items compared with the model."""

import json
from typing import Any

from bambleweeny.core.values import Base64, bytes_of
from faults.sandboxes.model import DEAD, Item, Queue
from faults.sandboxes.world import World
from msgspec import convert

NAMES = [f"q{number}" for number in range(4)]
BURIED = "buried"
STATES = ("ready", "leased", "delayed", DEAD)


def browse(world: World) -> None:
    """Compare all items of a list, and its counts."""
    name = _name(world)
    read_items(world, name)
    queue = world.data.lists.get(name, Queue())
    shown = world.ask("GET", f"/lists/{name}/stats").json
    counts = {state: len(queue.of(state)) for state in STATES}
    counts["bytes"] = sum(len(body) for body in queue.items)
    world.check({field: shown[field] for field in counts}, counts, f"counts of {name}")


def read_items(world: World, name: str) -> None:
    """Compare the items of a list in each state with the model, which learns unknown ids."""
    queue = world.data.lists.get(name, Queue())
    for state in STATES:
        path = f"/lists/{name}/items?state={state}&limit=1000"
        rows = world.ask("GET", path).json["items"]
        expected = {one.body: one for one in queue.of(state)}
        found = {body_of(row["body"]): row for row in rows}
        world.check(sorted(found), sorted(expected), f"{state} items of {name}")
        if state == "ready":
            known = [one.body for one in expected.values() if one.id]
            world.check([body for body in found if expected[body].id], known, f"order of {name}")
        for body, item in expected.items():
            _compare(world, item, found[body])


def _compare(world: World, item: Item, row: dict[str, Any]) -> None:
    shown = (row["attempt"], row.get("reason") or "")
    world.check(shown, (item.attempts, item.reason), f"{item.body!r}")
    item.id = item.id or int(row["id"])
    world.check(int(row["id"]), item.id, f"id of {item.body!r}")


def change_item(world: World) -> None:
    """Deliver, bury, delete or look at a single item."""
    name = _name(world)
    queue = world.data.lists.get(name, Queue())
    items = [one for one in queue.items.values() if one.state != "leased"]
    if not items:
        world.ask("PATCH", f"/lists/{name}/items/1795833529720509?state=ready", status=404)
        return
    item = world.random.choice(items)
    path, how = (
        f"/lists/{name}/items/{item.id}",
        world.random.choice(["show", "ready", DEAD, "delete"]),
    )
    if how == "show":
        world.check(world.ask("GET", f"{path}?raw=1").body, item.body, "an item")
    elif how == "delete":
        world.ask("DELETE", path)
        del queue.items[item.body]
        world.data.tidy()
    else:
        answer = world.ask("PATCH", f"{path}?state={how}").json
        if how == DEAD and item.state != DEAD:
            world.data.bury(name, item, "")
        elif how == "ready" and item.state == DEAD:
            item.state, item.attempts, item.reason, item.origin = "ready", 0, "", ""
        elif how == "ready":
            item.state, item.due = "ready", None
        item.id = int(answer["id"])
        world.check(answer["list"], BURIED if item.body not in queue.items else name, "its list")


def move(world: World) -> None:
    """Move items to another list, or back into their own."""
    name, to, state = _name(world), BURIED, world.random.choice([DEAD, "ready"])
    items = world.data.lists.get(name, Queue()).of(state)
    if state == DEAD and len(items) > 1:
        return  # the first is that which died first
    items = items[:1]
    if not items:
        return
    answer = world.ask(
        "POST", f"/lists/{name}/move", json.dumps({"to": to, "state": state, "max": 1})
    )
    world.check(answer.json["items"], 1, "moved")
    for one in items:
        del world.data.lists[name].items[one.body]
        world.data.queue(to).items[one.body] = Item(one.body)
    world.data.tidy()
    read_items(world, to)


def purge(world: World) -> None:
    """Delete the items in a state."""
    name, state = _name(world), world.random.choice([DEAD, "delayed"])
    queue = world.data.lists.get(name, Queue())
    gone = queue.of(state)
    answer = world.ask("DELETE", f"/lists/{name}/items?state={state}")
    world.check(answer.json["items"], len(gone), f"{state} purged")
    for one in gone:
        del queue.items[one.body]
    world.data.tidy()


def body_of(value: Any) -> bytes:
    """Return the bytes of a value in JSON."""
    return bytes_of(convert(value, type=str | Base64))


def _name(world: World) -> str:
    return world.random.choice(NAMES)


STEPS = [browse, browse, change_item, change_item, move, purge]
