"""Random operations on keys."""

import json
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode

from bambleweeny.core.values import Base64, bytes_of
from faults.sandboxes.model import Key
from faults.sandboxes.world import World
from msgspec import convert

NAMES = [*(f"k{number}" for number in range(6)), "app:a", "app:b:c", "app:b:d"]
COUNTERS = ["n1", "n2"]
_TYPES = ["", "", "application/json", "text/css"]
_PLAIN = ("text/plain; charset=utf-8", "text/plain", "application/octet-stream")


def etag_of(value: bytes) -> str:
    """Return the ETag of a value as the contract has it."""
    return f'"{sha1(value).hexdigest()}"'


def set_key(world: World) -> None:
    """Write a key, with a type and a TTL or without."""
    name, value, type_ = _name(world), world.value(), world.random.choice(_TYPES)
    before, ttl = world.data.keys.get(name), world.random.choice([0, 0, 0, 600, 3600])
    keeps = not ttl and world.random.random() < 0.2
    query = {"ttl": ttl} if ttl else {"keepttl": 1} if keeps else {}
    if world.random.random() < 0.3:
        query["return"] = "old"
    headers = {"Content_Type": type_} if type_ else {}
    is_empty = "return" in query and before is None
    path = f"/keys/{name}?{urlencode(query)}"
    answer = world.ask("PUT", path, value, 204 if is_empty else 200, **headers)
    if "return" in query:
        world.check(answer.body, before.value if before else b"", "the old value")
    kept = before.ends if keeps and before else None
    world.data.keys[name] = Key(value, type_, world.span.after(ttl) if ttl else kept)


def expire_soon(world: World) -> None:
    """Write a key that expires while others are used."""
    name, value = _name(world), world.value()
    world.ask("PUT", f"/keys/{name}?ttl=3", value)
    world.data.keys[name] = Key(value, "", world.span.after(3))


def get_key(world: World) -> None:
    """Read a key whole, a part of it, or only if it has changed."""
    name = _name(world)
    key = world.data.keys.get(name)
    if key is None:
        world.ask("GET", f"/keys/{name}", status=404)
        return
    how = world.random.choice(["", "", "range", "unchanged"])
    if how == "range" and key.value:
        answer = world.ask("GET", f"/keys/{name}", status=206, Range="bytes=0-2")
        world.check(answer.body, key.value[:3], "a range")
    elif how == "unchanged":
        world.ask("GET", f"/keys/{name}", status=304, If_None_Match=etag_of(key.value))
    else:
        check_key(world, name, key)


def check_key(world: World, name: str, key: Key) -> None:
    """Compare all that a GET shows of a key."""
    answer = world.ask("GET", f"/keys/{name}")
    world.check(answer.body, key.value, f"value of {name}")
    world.check(answer.headers["ETag"], etag_of(key.value), f"ETag of {name}")
    shown = answer.headers["Content-Type"]
    if key.type:
        world.check(shown.partition(";")[0], key.type, f"type of {name}")
    elif shown not in _PLAIN:
        world.check(shown, _PLAIN, f"type of {name}")
    left = answer.headers["B9Y-TTL"]
    world.check(left is not None, key.ends is not None, f"a TTL of {name}")
    if key.ends:
        world.check_time(int(left), key.ends, f"TTL of {name}")


def compare_and_set(world: World) -> None:
    """Write or delete a key if it has a certain ETag, or if it does not exist."""
    name, value = _name(world), world.value()
    key = world.data.keys.get(name)
    how = world.random.choice(["new", "right", "wrong"])
    if how == "new":
        status = 412 if key else 200
        world.ask("PUT", f"/keys/{name}", value, status, If_None_Match="*")
    else:
        tag = etag_of(key.value if key and how == "right" else b"none of them")
        status = 200 if key and how == "right" else 412
        if world.random.random() < 0.3:
            world.ask(
                "DELETE", f"/keys/{name}", status=404 if key is None else status, If_Match=tag
            )
            if status == 200:
                del world.data.keys[name]
            return
        world.ask("PUT", f"/keys/{name}", value, status, If_Match=tag)
    if status == 200:
        world.data.keys[name] = Key(value)


def change_ttl(world: World) -> None:
    """Set, remove or renew a TTL."""
    name = _name(world)
    key, ttl = world.data.keys.get(name), world.random.choice(["none", 900, "touch"])
    if ttl == "touch":
        world.ask("GET", f"/keys/{name}?touch=1200", status=200 if key else 404)
        ttl = 1200
    else:
        world.ask("PATCH", f"/keys/{name}?ttl={ttl}", status=200 if key else 404)
    if key:
        key.ends = None if ttl == "none" else world.span.after(float(ttl))


def patch_key(world: World) -> None:
    """Merge a patch into a JSON object, which a key of its own has."""
    field, value = world.random.choice("abc"), world.random.choice([None, world.text()])
    key = world.data.keys.get("json", Key(b"{}", "application/json"))
    world.ask(
        "PATCH",
        "/keys/json",
        json.dumps({field: value}),
        Content_Type="application/merge-patch+json",
    )
    merged = json.loads(key.value)
    merged.pop(field, None)
    if value is not None:
        merged[field] = value
    answer = world.ask("GET", "/keys/json")
    world.check(answer.json, merged, "a merged object")
    key.value = answer.body
    world.data.keys["json"] = key


def count(world: World) -> None:
    """Step a counter, within a bound at times."""
    name, by = world.random.choice(COUNTERS), world.random.choice([1, 1, -3, 10])
    key = world.data.keys.get(name)
    now = int(key.value) if key else 0
    most = world.random.choice([None, 50])
    query = f"?by={by}" + (f"&max={most}" if most else "")
    is_over = most is not None and now + by > most
    answer = world.ask("POST", f"/incr/{name}{query}", status=409 if is_over else 200)
    if not is_over:
        world.check(int(answer.body), now + by, f"counter {name}")
        world.data.keys[name] = Key(b"%d" % (now + by), key.type if key else "", key and key.ends)


def delete_key(world: World) -> None:
    """Delete a key, and read what it was at times."""
    name, wants = world.random.choice([*NAMES, *COUNTERS, "json"]), world.random.random() < 0.4
    key = world.data.keys.pop(name, None)
    query = "?return=old" if wants else ""
    answer = world.ask("DELETE", f"/keys/{name}{query}", status=200 if key else 404)
    if key and wants:
        world.check(answer.body, key.value, "the deleted value")


def delete_prefix(world: World) -> None:
    """Delete the keys whose names begin in some way."""
    prefix = world.random.choice(["app:", "app:b:", "k0"])
    answer = world.ask("DELETE", f"/keys?prefix={prefix}&confirm=1")
    gone = [name for name in world.data.keys if name.startswith(prefix)]
    world.check(answer.json["deleted"], len(gone), f"keys of {prefix} deleted")
    for name in gone:
        del world.data.keys[name]


def list_keys(world: World) -> None:
    """List keys in pages with their values, by folders, or some of them."""
    names = sorted(world.data.keys)
    how = world.random.choice(["pages", "folders", "names", "count"])
    if how == "pages":
        world.check(keys_in_pages(world, 4), [(n, world.data.keys[n].value) for n in names], "keys")
    elif how == "folders":
        found = world.ask("GET", "/keys?prefix=app:&delimiter=:").json
        rest = [name.removeprefix("app:") for name in names if name.startswith("app:")]
        world.check(
            [row["key"] for row in found["keys"]],
            [f"app:{n}" for n in rest if ":" not in n],
            "a folder",
        )
        folders = sorted({f"app:{n.partition(':')[0]}:" for n in rest if ":" in n})
        world.check(found["prefixes"], folders, "folders")
    elif how == "names":
        wanted = sorted(world.random.sample(NAMES, 3))
        found = world.ask("GET", f"/keys?names={','.join(wanted)}&values=1").json["keys"]
        have = {name: world.data.keys[name].value for name in wanted if name in world.data.keys}
        world.check({row["key"]: _bytes(row["value"]) for row in found}, have, "named keys")
    else:
        world.check(world.ask("GET", "/keys?count=1").json["count"], len(names), "number of keys")


def keys_in_pages(world: World, limit: int) -> list[tuple[str, bytes]]:
    """Return all names and values, page by page."""
    found, after = [], ""
    while True:
        page = world.ask("GET", f"/keys?values=1&limit={limit}{after}").json
        found += [(row["key"], _bytes(row["value"])) for row in page["keys"]]
        if not page.get("next"):
            return found
        after = f"&after={page['next']}"


def _bytes(value: Any) -> bytes:
    return bytes_of(convert(value, type=str | Base64))


def _name(world: World) -> str:
    return world.random.choice(NAMES)


STEPS = [
    set_key, set_key, set_key, get_key, get_key, compare_and_set, compare_and_set, change_ttl,
    patch_key, count, count, delete_key, delete_prefix, list_keys, list_keys,
]  # fmt: skip
