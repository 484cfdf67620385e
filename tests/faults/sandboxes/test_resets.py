"""Deaths in the middle of a reset, and of the creation of a sandbox."""

import io
import json
import os
import random
import signal
import threading
import time

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.sandboxes.records import Bounds
from bambleweeny.core.sandboxes.sweeper import sweep
from bambleweeny.errors import BambleweenyError, Unauthorized
from bambleweeny.names import sandbox_tenant
from bambleweeny.store import open_store
from bambleweeny.store.engine.embedded import EmbeddedEngine
from verbs import services_over

KEYS = 1000
DEATHS = 6


def lines_of(value: str) -> io.BytesIO:
    """Lines of keys that all have the value, and of as many items as the value has characters."""
    rows = [{"key": {"name": f"k{n}", "value": value}} for n in range(KEYS)]
    rows += [{"item": {"list": "q", "value": letter}} for letter in value]
    return io.BytesIO("".join(json.dumps(row) + "\n" for row in rows).encode())


def reset_for_ever(services, place, stopped):
    """Switch between the seed and the snapshot until the engine is away."""
    while not stopped.is_set():
        try:
            services.sandboxes.sets.load(place, random.choice(["", "b"]))
        except BambleweenyError:
            return


def test_a_killed_engine_has_the_old_or_the_new_data_of_a_reset(temporary):
    engine = EmbeddedEngine(temporary, max_memory=128 << 20)
    engine.start()
    engine.wait_until_ready()
    store = open_store(engine.url)
    try:
        services = services_over(store)
        services.users.create_admin("changeme")
        admin = services.logins.log_in("admin", "changeme")
        _, made = services.sandboxes.create(admin, "", 3600, lines_of("a"))
        place = Caller(sandbox_tenant(admin.id, made.id), f"admin~{made.id}", "")
        services.imports.run(place, lines_of("bb"), "replace")
        services.sandboxes.sets.save(place, "b")
        for _ in range(DEATHS):
            stopped = threading.Event()
            thread = threading.Thread(target=reset_for_ever, args=(services, place, stopped))
            thread.start()
            stopped.wait(random.uniform(0.01, 0.05))
            os.kill(engine.pid, signal.SIGKILL)
            _, status = os.waitpid(engine.pid, 0)
            engine.reap(status)
            thread.join()
            engine.start()
            engine.wait_until_ready()
            names = [f"k{n}" for n in range(KEYS)]
            [value] = set(services.keys.values(place, names).values())
            assert services.items.stats(place, "q").ready == len(value)
            assert services.sandboxes.get(place).names == KEYS + 1
    finally:
        store.close()
        engine.stop()


@pytest.mark.parametrize("lines", [b"", lines_of("a").getvalue()])
def test_a_creation_that_broke_off_leaves_nothing(services, uli, store, raw, lines):
    sandboxes = services.sandboxes
    text, made = sandboxes.add(uli, "", 3600, Bounds(), 9, is_ready=False)
    place = Caller(sandbox_tenant(uli.id, made.id), f"uli~{made.id}", "")
    services.imports.run(place, io.BytesIO(lines), "merge")
    assert sandboxes.all(uli) == []
    with pytest.raises(Unauthorized):
        services.tokens.verify(text)
    assert sweep(store) == 0
    assert sweep(store, lambda: time.time() + 301) == 1
    assert [name for name in raw.keys("*") if b"~" in name] == []
    assert services.usage.of(uli).reserved == 0
