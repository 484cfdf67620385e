"""Random operations on topics, and on routes and bins, which are called without a token."""

import json
from typing import Any

from bambleweeny.core.values import Base64, bytes_of
from faults.sandboxes import key_steps
from faults.sandboxes.model import Item, Key, Message, Public
from faults.sandboxes.world import World
from msgspec import convert

TOPICS = ["t1", "t2"]
HOOKS = "hooks"
"""The list of the bins, and of a rule that pushes."""
_MOST = 4
_NOBODY = "00000000-0000-4000-8000-000000000000"


def publish(world: World) -> None:
    """Publish a message."""
    name, value, type_ = _topic(world), world.value(), world.random.choice([None, "text/plain"])
    world.ask("POST", f"/topics/{name}", value, **({"Content_Type": type_} if type_ else {}))
    world.data.topics.setdefault(name, []).append(Message(value, type_))


def read_topic(world: World) -> None:
    """Compare the messages of a topic, read in pages or from its end."""
    name = world.random.choice([*TOPICS, *world.data.topics])
    messages = world.data.topics.get(name, [])
    if world.random.random() < 0.3:
        rows = world.ask("GET", f"/topics/{name}?last=2").json["messages"]
        messages = messages[-2:]
    else:
        rows = _all_messages(world, name)
    for row, message in zip(rows, messages, strict=False):
        value = bytes_of(convert(row["value"], type=str | Base64))
        if message.path:
            world.check(json.loads(value)["path"], message.path, f"call in {name}")
        else:
            world.check((value, row["type"]), (message.value, message.type), f"message of {name}")
    world.check(len(rows), len(messages), f"messages of {name}")


def _all_messages(world: World, name: str) -> list[dict[str, Any]]:
    rows, since = [], "all"
    while True:
        page = world.ask("GET", f"/topics/{name}?since={since}&limit=20").json
        rows += page["messages"]
        if len(page["messages"]) < 20:
            return rows
        since = page["next"]


def delete_topic(world: World) -> None:
    """Delete a topic, and list the others."""
    name = _topic(world)
    known = world.data.topics.pop(name, None)
    world.ask("DELETE", f"/topics/{name}", status=404 if known is None else 200)
    rows = world.ask("GET", "/topics").json["topics"]
    world.check([row["key"] for row in rows], sorted(world.data.topics), "topics")


def document_of(world: World, name: str) -> dict[str, Any]:
    """Return a document with rules that answer, count, write and push."""
    return {
        "name": name, "journal": f"calls-of-{name}", "rules": [
            {"path": "/text", "answers": [{"text": world.text()}]},
            {"path": "/count", "answers": [{"text": f"{world.text()} !@[$count]"}]},
            {"path": "/key", "answers": [{"key": "k0"}]},
            {"path": "/set", "then": [["set", "k1", "!@[$body]"]], "answers": [{"text": "set"}]},
            {"path": "/push", "then": [["push", HOOKS, "!@[$body]"]], "answers": [{"text": "ok"}]},
        ],
    }  # fmt: skip


def make_route(world: World) -> None:
    """Make a plain route or one with a document; one of four names is taken at times."""
    routes = world.data.routes
    if len(routes) >= _MOST:
        return
    if world.random.random() < 0.3:
        key = world.random.choice(key_steps.NAMES)
        body = json.dumps({"key": key, "content_type": "text/html"})
        routes.append(Public(_id_of(world.ask("POST", "/routes", body)), key, "text/html"))
        return
    name = f"shop{world.random.randrange(_MOST)}"
    is_taken = name in _named(routes)
    document = document_of(world, name)
    answer = world.ask("POST", "/routes", json.dumps(document), 409 if is_taken else 200)
    if not is_taken:
        routes.append(Public(_id_of(answer), "", document=document))
        world.data.topics.setdefault(document["journal"], [])


def replace_route(world: World) -> None:
    """Replace a document; its rules count anew."""
    routes = _named(world.data.routes)
    if routes:
        name = world.random.choice([*routes])
        route = routes[name]
        route.document, route.calls = document_of(world, name), 0
        world.ask(
            "PUT", f"/routes?id={world.random.choice([name, route.id])}", json.dumps(route.document)
        )


def delete_route(world: World) -> None:
    """Delete a route, with the journal that it made; its URL is unknown at once."""
    if len(world.data.routes) > 1:
        route = world.random.choice(world.data.routes)
        world.ask("DELETE", f"/routes?id={route.id}")
        world.data.routes.remove(route)
        if route.document:
            world.data.topics.pop(route.document["journal"], None)
        world.stranger("GET", f"/routes/{route.id}", status=404)


def call_route(world: World) -> None:
    """Call a route by its public URL, and compare what it answers and does."""
    if not world.data.routes:
        world.stranger("GET", f"/routes/{_NOBODY}", status=404)
        return
    route = world.random.choice(world.data.routes)
    if route.document is None:
        key = world.data.keys.get(route.target)
        answer = world.stranger("GET", f"/routes/{route.id}/any", status=200 if key else 404)
        if key:
            world.check(answer.body, key.value, "answer of a plain route")
        return
    rules, path = (
        route.document["rules"],
        world.random.choice(["text", "count", "key", "set", "push"]),
    )
    base, body = world.random.choice(_urls(world, "routes", route)), world.text().encode()
    key = world.data.keys.get("k0")
    status = 404 if path == "key" and key is None else 200
    answer = world.stranger("POST", f"{base}/{path}", body, status)
    journal = world.data.topics.get(route.document["journal"])
    if journal is not None:
        journal.append(Message(path=f"/{path}"))
    if path == "text":
        world.check(answer.body.decode(), rules[0]["answers"][0]["text"], "a text")
    elif path == "count":
        route.calls += 1
        text = rules[1]["answers"][0]["text"].replace("!@[$count]", f"{route.calls}")
        world.check(answer.body.decode(), text, "number of calls")
    elif path == "key" and key:
        world.check(answer.body, key.value, "the key of an answer")
    elif path == "set":
        world.data.keys["k1"] = Key(body)
    elif path == "push":
        world.data.queue(HOOKS).items[body] = Item(body)


def verify_calls(world: World) -> None:
    """Let the server compare the calls in a journal."""
    for route in _named(world.data.routes).values():
        journal = world.data.topics.get(route.document["journal"] if route.document else "", [])
        number = sum(one.path == "/text" for one in journal)
        body = json.dumps({"path": "/text", "count": number})
        found = world.ask("POST", f"/routes/verify?id={route.id}", body).json["matching"]
        world.check(found, number, "verified calls")


def make_bin(world: World) -> None:
    """Make a plain bin, or one that stores a request once."""
    bins = world.data.bins
    if len(bins) >= _MOST:
        return
    if world.random.random() < 0.4:
        answer = world.ask("POST", "/bins", json.dumps({"list": HOOKS}))
        bins.append(Public(_id_of(answer), HOOKS))
        return
    name = f"in{world.random.randrange(2)}"
    document = {"name": name, "list": HOOKS, "keep": "body", "once": "header x-id"}
    is_taken = name in _named(bins)
    answer = world.ask("POST", "/bins", json.dumps(document), 409 if is_taken else 200)
    if not is_taken:
        bins.append(Public(_id_of(answer), "", document=document))


def post_to_bin(world: World) -> None:
    """Post to the public URL of a bin; a part that came before is stored once."""
    if not world.data.bins:
        world.stranger("POST", f"/bins/{_NOBODY}", b"x", status=404)
        return
    one, body = world.random.choice(world.data.bins), world.value()
    once = f"{world.random.randrange(20)}"
    url = world.random.choice(_urls(world, "bins", one))
    world.stranger("POST", url, body, X_Id=once)
    if one.document and once in one.seen:
        return
    one.seen.add(once)
    world.data.queue(HOOKS).items[body] = Item(body)


def delete_bin(world: World) -> None:
    """Delete a bin; its URL is unknown at once."""
    if len(world.data.bins) > 1:
        one = world.random.choice(world.data.bins)
        world.ask("DELETE", f"/bins?id={one.id}")
        world.data.bins.remove(one)
        world.stranger("POST", f"/bins/{one.id}", b"x", status=404)


def pop_hook(world: World) -> None:
    """Pop what strangers pushed."""
    queue = world.data.lists.get(HOOKS)
    answer = world.ask("GET", f"/lists/{HOOKS}?max=5")
    found = [bytes_of(convert(one, type=str | Base64)) for one in answer.json]
    expected = [*queue.items][:5] if queue else []
    world.check(found, expected, "what strangers pushed")
    for body in found:
        del world.data.lists[HOOKS].items[body]
    world.data.tidy()


def _urls(world: World, noun: str, one: Public) -> list[str]:
    urls = [f"/{noun}/{one.id}"]
    if one.document:
        urls.append(f"/{noun}/@{world.owner}~{world.id}/{one.document['name']}")
    return urls


def _named(publics: list[Public]) -> dict[str, Public]:
    return {one.document["name"]: one for one in publics if one.document}


def _id_of(answer: Any) -> str:
    return str(answer.json["path"].rpartition("/")[2])


def _topic(world: World) -> str:
    return world.random.choice(TOPICS)


STEPS = [
    publish, publish, read_topic, read_topic, delete_topic, make_route, replace_route, delete_route,
    call_route, call_route, call_route, verify_calls, make_bin, post_to_bin, post_to_bin, delete_bin,
    pop_hook,
]  # fmt: skip
