"""Random operations on lists."""

import json
from typing import Any

from faults.sandboxes import item_steps
from faults.sandboxes.item_steps import BURIED, NAMES, body_of, read_items
from faults.sandboxes.model import Item, Queue
from faults.sandboxes.world import World

_POLICIES = [
    {"max_attempts": 2}, {"max_attempts": 1, "dead_letter": BURIED}, {"max_len": 6},
    {"max_len": 4, "overflow": "drop_oldest"}, {"paused": True}, {"max_attempts": 3, "lease": 90},
]  # fmt: skip


def push(world: World) -> None:
    """Push an item, at the front or with a delay at times."""
    name = _name(world)
    how = world.random.choice(["", "", "", "?front=1", "?delay=600", "?delay=1h&ttl=600"])
    _push(world, name, world.value(), how)


def push_soon(world: World) -> None:
    """Push an item that becomes ready while others are used."""
    _push(world, _name(world), world.value(), "?delay=3")


def _push(world: World, name: str, body: bytes, how: str) -> None:
    dropped = room_for(world, name, 1)
    status = 507 if dropped is None else 200
    answer = world.ask("POST", f"/lists/{name}{how}", body, status)
    if dropped is None:
        return
    item = Item(body, int(answer.json["id"]))
    if "delay" in how:
        item.state = "delayed"
        item.due = world.span.after({"?delay=3": 3, "?delay=600": 600}.get(how, 3600))
    added(world, name, [item], dropped)


def push_lines(world: World) -> None:
    """Push several items at once."""
    name, bodies = _name(world), [world.text().encode() for _ in range(3)]
    dropped = room_for(world, name, 3)
    status = 507 if dropped is None else 200
    world.ask("POST", f"/lists/{name}?split=lines", b"\n".join(bodies), status)
    if dropped is not None:
        added(world, name, [Item(body) for body in bodies], dropped)
        read_items(world, name)


def push_once(world: World) -> None:
    """Push with an idempotency key that may have come before."""
    name, once, body = _name(world), f"once-{world.random.randrange(5)}", world.value()
    known = world.data.pushes.get((name, once))
    dropped = [] if known else room_for(world, name, 1)
    status = 507 if dropped is None else 200
    answer = world.ask("POST", f"/lists/{name}", body, status, Idempotency_Key=once)
    if known:
        world.check(int(answer.json["id"]), known, "id of a repeated push")
    elif dropped is not None:
        item = Item(body, int(answer.json["id"]))
        added(world, name, [item], dropped)
        world.data.pushes[name, once] = item.id


def room_for(world: World, name: str, number: int) -> list[Item] | None:
    """Return the items that a push drops, or None if it is refused."""
    queue = world.data.lists.get(name, Queue())
    over = len(queue.items) + number - queue.policy.get("max_len", 1 << 30)
    if over <= 0:
        return []
    ready = queue.of("ready")
    if queue.policy.get("overflow") != "drop_oldest" or over > len(ready):
        return None
    return ready[:over]


def added(world: World, name: str, items: list[Item], dropped: list[Item]) -> None:
    """Note pushed items, and that others were dropped for them."""
    queue = world.data.queue(name)
    for one in dropped:
        del queue.items[one.body]
    queue.items |= {one.body: one for one in items}


def pop(world: World) -> None:
    """Pop the oldest item, or several."""
    name, most = _name(world), world.random.choice([0, 0, 3])
    taken = _next(world, name, most or 1)
    method, path = world.random.choice([("GET", ""), ("POST", "/pop")])
    query = f"?max={most}" if most else ""
    status = 200 if taken or most else 204
    answer = world.ask(method, f"/lists/{name}{path}{query}", status=status)
    if most:
        world.check([body_of(one) for one in answer.json], [one.body for one in taken], "popped")
    elif taken:
        world.check(answer.body, taken[0].body, "popped")
    for one in taken:
        del world.data.lists[name].items[one.body]
    world.data.tidy()


def lease(world: World) -> None:
    """Lease some items."""
    _lease(world, _name(world), world.random.choice([1, 3]), 120)


def lease_shortly(world: World) -> None:
    """Lease an item for so short that the lease ends while others are used."""
    _lease(world, _name(world), 1, 3)


def _lease(world: World, name: str, most: int, seconds: int) -> None:
    taken = _next(world, name, most)
    rows = world.ask("POST", f"/lists/{name}/lease?max={most}&for={seconds}").json["items"]
    found = [(int(row["id"]), row["attempt"], body_of(row["body"])) for row in rows]
    expected = [(one.id, one.attempts + 1, one.body) for one in taken]
    world.check(found, expected, f"leased of {name}")
    for one, row in zip(taken, rows, strict=True):
        one.state, one.lease, one.due = "leased", row["lease"], world.span.after(seconds)
        one.attempts += 1
        world.highest_leased = max(world.highest_leased, one.id)


def end_lease(world: World) -> None:
    """Acknowledge, return, extend or bury a leased item."""
    name = _name(world)
    items = world.data.lists.get(name, Queue()).of("leased")
    if not items:
        world.ask("DELETE", f"/lists/{name}/leases/1795833529720509.1", status=404)
        return
    item, verb = world.random.choice(items), world.random.choice(["ack", "retry", "extend", "bury"])
    if verb == "ack" and world.random.random() < 0.5:
        world.ask("DELETE", f"/lists/{name}/leases/{item.lease}")
    elif verb == "extend" and world.random.random() < 0.5:
        world.ask("PATCH", f"/lists/{name}/leases/{item.lease}?for=300")
    else:
        more: dict[str, Any] = {"extend": {"for": 300}, "bury": {"reason": "bad"}}.get(verb, {})
        rows: list[Any] = (
            [{"lease": item.lease, **more}] if more or verb == "retry" else [item.lease]
        )
        answer = world.ask("POST", f"/lists/{name}/ack", json.dumps({verb: rows}))
        world.check(answer.json[verb], [{"ok": True}], verb)
    if verb == "ack":
        del world.data.lists[name].items[item.body]
    elif verb == "extend":
        item.due = world.span.after(300)
    elif verb == "retry":
        world.data.returned(name, item)
    else:
        world.data.bury(name, item, "bad")
    world.data.tidy()
    read_items(world, BURIED)


def try_old_lease(world: World) -> None:
    """Try to end a lease from before a reset."""
    if world.leases:
        name, text = world.random.choice(world.leases)
        answer = world.ask("DELETE", f"/lists/{name}/leases/{text}", status=404)
        world.check(answer.json["code"], "lease_not_found", "an earlier lease")


def set_policy(world: World) -> None:
    """Set or delete a policy."""
    name = _name(world)
    queue = world.data.lists.get(name)
    if world.random.random() < 0.5:
        world.ask("DELETE", f"/lists/{name}/policy", status=200 if queue and queue.policy else 404)
        if queue:
            queue.policy = {}
    elif world.random.random() < 0.7:
        policy = world.random.choice(_POLICIES)
        world.ask("PUT", f"/lists/{name}/policy", json.dumps(policy))
        world.data.queue(name).policy = policy
    world.data.tidy()


def delete_list(world: World) -> None:
    """Delete a list with its idempotency keys."""
    name = world.random.choice([*NAMES, BURIED])
    queue = world.data.lists.pop(name, None)
    known = [pair for pair in world.data.pushes if pair[0] == name]
    world.ask("DELETE", f"/lists/{name}", status=200 if queue or known else 404)
    for pair in known:
        del world.data.pushes[pair]


def list_names(world: World) -> None:
    """List the names of lists."""
    rows = world.ask("GET", "/lists").json["lists"]
    world.check([row["key"] for row in rows], sorted(world.data.lists), "lists")


def _next(world: World, name: str, most: int) -> list[Item]:
    queue = world.data.lists.get(name, Queue())
    return [] if queue.policy.get("paused") else queue.of("ready")[:most]


def _name(world: World) -> str:
    return world.random.choice(NAMES)


STEPS = [
    push, push, push, push, push_lines, push_once, push_once, pop, pop, lease, lease, end_lease,
    end_lease, try_old_lease, set_policy,
    delete_list, list_names, *item_steps.STEPS,
]  # fmt: skip
