"""Resets during which a process of the server or its engine is killed."""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests
from faults.sandboxes.whole_steps import record_of
from servers import Http, until

NAMES = 600
_RESETTING = 3
_SNAPSHOT = "b"


@dataclass
class Deaths:
    """How often it was killed, how many resets were done meanwhile, and what was wrong after."""

    kills: int = 0
    resets: int = 0
    unanswered: int = 0
    seeds: int = 0
    """How often the seed was found; else it was the snapshot."""
    wrong: list[str] = field(default_factory=list)


def lines_of(value: str) -> str:
    """Return lines of many keys with the value, of items, messages, a route and a bin."""
    keys = [{"key": {"name": f"k{n}", "value": f"{value}{n}"}} for n in range(NAMES)]
    more = [{"item": {"list": f"q-{value}", "value": f"{value}{n}"}} for n in range(50)]
    more += [{"message": {"topic": "t", "value": f"{value}{n}"}} for n in range(20)]
    route = {"name": "shop", "rules": [{"path": "/x", "answers": [{"text": value}]}]}
    more += [{"route": {"document": json.dumps(route)}}, {"bin": {"list": f"q-{value}"}}]
    return "".join(json.dumps(line) + "\n" for line in [*keys, *more])


def kill_during_resets(url: str, token: str, kill: Callable[[], object], times: int) -> Deaths:
    """Switch between the seed and a snapshot with several clients while `kill` is called.

    `kill` returns once the server answers again, at the same URL. Each time the sandbox is exactly
    as the seed or as the snapshot has it.
    """
    found = Deaths()
    with Http(url, token) as owner:
        made = owner.post("/sandboxes?ttl=1h", data=lines_of("a")).json()
    with Http(url, made["token"]) as world:
        assert world.post("/import?mode=replace", data=lines_of("bb")).status_code == 200
        assert world.put(f"/sandboxes/self/snapshots/{_SNAPSHOT}").status_code == 200
        states = [_state_of(world)]
        assert world.post("/sandboxes/self/reset").status_code == 200
        states.insert(0, _state_of(world))
    assert states[0] != states[1]
    for _ in range(times):
        is_over = threading.Event()
        threads = [
            threading.Thread(target=_reset, args=(url, made["token"], is_over, found))
            for _ in range(_RESETTING)
        ]
        wanted = found.resets + _RESETTING
        for thread in threads:
            thread.start()
        until(lambda wanted=wanted: found.resets > wanted)
        is_over.wait(random.uniform(0.1, 0.4))
        kill()
        found.kills += 1
        is_over.set()
        for thread in threads:
            thread.join()
        with Http(url, made["token"]) as world:
            state = _state_of(world)
        found.seeds += state == states[0]
        if state not in states:
            lines = set(state) - set(states[0]) - set(states[1])
            found.wrong.append(f"{len(state)} lines, {sorted(lines, key=repr)[:5]} of neither")
    return found


def _reset(url: str, token: str, is_over: threading.Event, found: Deaths) -> None:
    with Http(url, token) as world:
        while not is_over.is_set():
            query = random.choice(["", f"?to={_SNAPSHOT}"])
            try:
                is_done = world.post(f"/sandboxes/self/reset{query}").status_code == 200
            except requests.RequestException:
                is_done = False
            found.resets += is_done
            found.unanswered += not is_done
            if not is_done:
                time.sleep(0.01)


def _state_of(world: Http) -> list[tuple]:
    """Return all that it has, as records and counts."""
    lines = _persistently(world, "/export").content.splitlines()
    shown = _persistently(world, "/sandboxes/self").json()
    counts = ("names", shown["names"], *shown["snapshots"])
    lists = _persistently(world, "/lists?stats=1").json()["lists"]
    items = [("list", row["key"], row["ready"], row["bytes"]) for row in lists]
    return sorted([*(record_of(line) for line in lines), *items, counts], key=repr)


def _persistently(world: Http, path: str, seconds: float = 30) -> requests.Response:
    end = time.monotonic() + seconds
    while True:
        try:
            answer = world.get(path)
        except requests.RequestException:
            answer = None
        if answer is not None and answer.status_code == 200:
            return answer
        assert time.monotonic() < end, answer and answer.text
        time.sleep(0.05)
