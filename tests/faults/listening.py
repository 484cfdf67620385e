"""`listen` against a receiver that fails, hangs and restarts, while it is killed itself.

By hand, with tests in PYTHONPATH: `python -m faults.listening --events 1000 --kills 3`.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from dataclasses import asdict, dataclass, field
from random import Random

from bambleweeny import Client
from receivers import Received, Receiver, kept
from servers import running

_LIST = "hooks"
_TIMEOUT = 1
_ANSWERS = ("fails", "breaks", "hangs")


@dataclass
class Verdict:
    """What the receiver got."""

    mode: str
    events: int
    requests: int
    delivered: int
    distinct: int
    byte_identical: int
    duplicates: int
    missing: int
    is_in_order: bool
    faults: int
    kills: int
    restarts: int
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Tell whether each event arrived as it was sent, and in the order that is promised."""
        return not self.missing and self.byte_identical == self.delivered and self.is_in_order


def body_of(number: int) -> bytes:
    """The body of an event: its number, and bytes of all kinds."""
    return b"%d:" % number + Random(number).randbytes(number * 37 % 3000)


@dataclass
class Trouble:
    """Decides on the answers: some events meet a fault once; some kill the listener."""

    faults: dict[int, str]
    kills: set[int]
    restarts: set[int]
    listener: "subprocess.Popen[bytes] | None" = None
    receiver: Receiver = field(default_factory=Receiver)
    met: Counter[str] = field(default_factory=Counter)
    stopped: threading.Event = field(default_factory=threading.Event)

    def answer(self, got: Received) -> int | None:
        """Answer a request, after what is to happen at its event."""
        number = int(got.body.partition(b":")[0])
        if number in self.kills and self.listener:
            self.kills.discard(number)
            self.met["kills"] += 1
            self.listener.kill()
            self.listener.wait()
        if number in self.restarts:
            self.restarts.discard(number)
            self.met["restarts"] += 1
            threading.Thread(target=self._restart, daemon=True).start()
        fault = self.faults.pop(number, "")
        if fault:
            self.met["faults"] += 1
        if fault == "hangs":
            self.stopped.wait(_TIMEOUT + 1)
        return {"fails": 500, "breaks": None, "hangs": 500}.get(fault, 200)

    def _restart(self) -> None:
        self.receiver.stop()
        time.sleep(0.05)
        self.receiver.start()


def account_for_listening(
    events: int, *, kills: int, faults: int, restarts: int, is_in_order: bool
) -> Verdict:
    """Send events, listen to them with faults, and judge what arrived."""
    begun = time.monotonic()
    places = [events * (2 * at + 1) // (2 * faults) for at in range(faults)]
    trouble = Trouble(
        {place: _ANSWERS[at % len(_ANSWERS)] for at, place in enumerate(places)},
        {events * (at + 1) // (kills + 1) + 1 for at in range(kills)},
        {events * (at + 1) // (restarts + 1) + 3 for at in range(restarts)},
    )
    receiver = trouble.receiver
    receiver.answer = trouble.answer
    receiver.start()
    try:
        with running("sandbox", BAMBLEWEENY_LOG_LEVEL="warning") as server:
            with Client(server.url, "admin", "changeme") as client:
                for number in range(events):
                    client.push(_LIST, _item_of(number))
                _listen_until_done(server.url, trouble, events, is_in_order=is_in_order)
    finally:
        trouble.stopped.set()
        receiver.stop()
    verdict = judge("in order" if is_in_order else "default", events, receiver)
    verdict.faults, verdict.kills = trouble.met["faults"], trouble.met["kills"]
    verdict.restarts, verdict.seconds = trouble.met["restarts"], time.monotonic() - begun
    return verdict


def _item_of(number: int) -> bytes:
    """An event as a plain bin keeps it, or as one that keeps requests."""
    body = body_of(number)
    return kept({"base64": b64encode(body).decode()}, path=f"/{number}") if number % 2 else body


def _listen_until_done(url: str, trouble: Trouble, events: int, *, is_in_order: bool) -> None:
    words = ["--lease", "2s", "--timeout", f"{_TIMEOUT}s", *(["--in-order"] if is_in_order else [])]
    deadline = time.monotonic() + 60 + events
    while len({got.body for got in trouble.receiver.delivered}) < events:
        assert time.monotonic() < deadline, "not all events arrive"
        if trouble.listener is None or trouble.listener.poll() is not None:
            trouble.listener = subprocess.Popen(
                [sys.executable, "-m", "bambleweeny", "listen", _LIST, "--to", trouble.receiver.url, *words],
                env={
                    **os.environ, "BAMBLEWEENY_URL": url, "BAMBLEWEENY_USER": "admin",
                    "BAMBLEWEENY_PASSWORD": "changeme",
                },
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
        time.sleep(0.05)
    assert trouble.listener is not None
    trouble.listener.terminate()
    trouble.listener.wait(timeout=30)


def judge(mode: str, events: int, receiver: Receiver) -> Verdict:
    """Hold what was delivered against what was sent."""
    delivered = receiver.delivered
    numbers = [int(got.body.partition(b":")[0]) for got in delivered]
    retried = {
        number
        for number, got in zip(numbers, delivered, strict=True)
        if got.header("b9y-attempt") != "1"
    }
    # NOTE: without --in-order, later events overtake one that is retried.
    promised = [n for n in dict.fromkeys(numbers) if mode == "in order" or n not in retried]
    return Verdict(
        mode=mode,
        events=events,
        requests=len(receiver.received),
        delivered=len(delivered),
        distinct=len({*numbers}),
        byte_identical=sum(
            got.body == body_of(n) for n, got in zip(numbers, delivered, strict=True)
        ),
        duplicates=len(numbers) - len({*numbers}),
        missing=len({*range(events)} - {*numbers}),
        is_in_order=promised == sorted(promised),
        faults=0,
        kills=0,
        restarts=0,
        seconds=0.0,
    )


def main() -> None:
    """Listen in both modes, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--faults", type=int, default=15)
    parser.add_argument("--restarts", type=int, default=3)
    args = parser.parse_args()
    for number, is_in_order in enumerate((False, True)):
        verdict = account_for_listening(
            args.events,
            kills=args.kills,
            faults=args.faults,
            restarts=args.restarts,
            is_in_order=is_in_order,
        )
        cells = asdict(verdict)
        if not number:
            print("| " + " | ".join(cells).replace("_", " ") + " |")
            print("| --- " + "| ---: " * (len(cells) - 1) + "|")
        texts = [f"{c:,.1f}" if isinstance(c, float) else str(c) for c in cells.values()]
        print("| " + " | ".join(texts) + " |", flush=True)
        assert verdict.is_clean, verdict


if __name__ == "__main__":
    main()
