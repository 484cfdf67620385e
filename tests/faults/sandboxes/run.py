"""Many sandboxes at once, and what is left of them."""

import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from faults.sandboxes.places import BYTES_OF_SANDBOX, Owner, Place
from faults.sandboxes.runner import Runner

_GONE_SECONDS = 60.0


@dataclass
class Verdict:
    """What was done, and what was not as it should be."""

    engine: str
    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        done = ", ".join(f"{number:,} {what}" for what, number in self.counts.most_common())
        number = len(self.differences)
        return f"{self.engine}, seed {self.seed}: {done}; {number} differences"


def run(
    place: Place,
    engine: str,
    seed: int,
    *,
    owners: int,
    sandboxes: int,
    seconds: float = 0,
    operations: int = 0,
) -> Verdict:
    """Let each of some sandboxes do random operations for so long, and at least so many."""
    verdict = Verdict(engine, seed)
    mine = [Owner(place, f"user{seed}-{number}") for number in range(owners)]
    before, end = place.names(), time.monotonic() + seconds

    def is_over(done: int) -> bool:
        return done >= operations and time.monotonic() >= end

    runners = [
        Runner(place, mine[n % owners], Random(f"{seed} {n}"), verdict.differences, is_over)
        for n in range(sandboxes)
    ]
    for runner in runners:
        runner.start()
    while any(runner.is_alive() for runner in runners):
        for one in mine:
            verdict.differences += one.export_differences()
            verdict.counts["looks at the owners"] += 1
            time.sleep(0.05)
    _check_reserved(verdict, mine, runners)
    for runner in runners:
        runner.end()
        verdict.counts += runner.counts
    for one in mine:
        verdict.differences += one.differences()
        one.http.close()
    left = left_names(place, before)
    verdict.differences += [f"left in the engine: {name}" for name in sorted(left)]
    return verdict


def _check_reserved(verdict: Verdict, owners: list[Owner], runners: list[Runner]) -> None:
    """Compare the number of sandboxes, and the bytes reserved for them, with what is used."""
    for owner in owners:
        number = sum(len(runner.worlds) for runner in runners if runner.owner is owner)
        expected = {"count": number, "bytes": number * BYTES_OF_SANDBOX}
        if (found := owner.usage()["sandboxes"]) != expected:
            verdict.differences.append(f"{owner.name} has {found}, expected {expected}")


def left_names(place: Place, before: set[str], seconds: float = _GONE_SECONDS) -> set[str]:
    """Return keys of the engine that sandboxes have left, once none is or that time is over."""
    end = time.monotonic() + seconds
    while True:
        new = place.names() - before
        left = {name for name in new if "~" in name or ":route:" in name or ":bin:" in name}
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.05)
