"""Sandboxes with something of every kind in them."""

import json

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.sandboxes.sandboxes import Sandboxes
from bambleweeny.core.usage.byte_counts import NOUNS, _count


@pytest.fixture
def sandboxes(services) -> Sandboxes:
    return services.sandboxes


@pytest.fixture
def keys_of(store):
    """A function that returns the names of all keys of sandboxes in the engine."""

    def found() -> list[str]:
        [names] = store.read(("KEYS", "*"))
        texts = sorted(name.decode() for name in names)
        public = [name for name in texts if name.startswith(("b9y:route:", "b9y:bin:"))]
        return [name for name in texts if "}~" in name] + public

    return found


@pytest.fixture
def state_of(services, store):
    """A function that returns all that a sandbox has, without what a reset changes."""

    def order_of(line: dict) -> list[str]:
        """Routes and bins are in the order of their ids, which differ in a copy."""
        is_public = "route" in line or "bin" in line
        return [json.dumps(line)] if is_public else []

    def state(place: Caller) -> dict:
        exported = [json.loads(line) for line in b"".join(services.exports.of(place)).splitlines()]
        for one in exported:
            for times in one.values():
                times.pop("at", None)
                times["ends"] = "ends" in times
                times["expires"] = "expires" in times
        lists = [name for page in services.lists.walk(place) for name in page]
        return {
            "exported": sorted(exported, key=order_of),
            "stats": [services.items.stats(place, name)[:5] for name in lists],
            "routes": sorted(one.id for one in services.routes.owned_by(place)),
            "bins": sorted(one.id for one in services.inboxes.bins.owned_by(place)),
            "bytes": counted(place),
        }

    def counted(place: Caller) -> int:
        """Return the bytes of the data, counted, once they agree with what scripts keep."""
        bytes_ = sum(_count(store, place, noun) for noun in NOUNS)
        tenant = store.schema.tenant(place.id)
        [[most, room], saved, expiring] = store.read(
            ("HMGET", tenant.user, "max_bytes", "room"),
            ("HVALS", tenant.saved_sets),
            ("HMGET", tenant.expiring_bytes, " idempotent", " idempotent_old"),
        )
        pushes = sum(int(one or 0) for one in expiring)
        assert int(most) - int(room) == bytes_ + sum(map(int, saved)) + pushes
        return bytes_

    return state
