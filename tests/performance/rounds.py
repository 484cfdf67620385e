"""Rounds: every call in turn, again and again, so that a noisy moment strikes all alike."""

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from statistics import median

from performance.calls import Call, all_calls, fill_queues
from performance.processes import cpu_seconds
from performance.programs import greeting, serving
from performance.report import Cell, Table

COLUMNS = ["call", "operations/s", "of hello", "operations/CPU s", "of hello, by CPU", "p99 ms"]


@dataclass(frozen=True)
class _Sample:
    """What one call did in one round; `per_cpu` is by the CPU seconds of all its server's processes."""

    rate: float
    per_cpu: float
    p99: float | None


def table_of_calls(place: Path, *, rounds: int, seconds: int, only: Sequence[str] = ()) -> Table:
    """Measure the calls whose names have one of these words in them, or all."""
    fill_queues(place, rounds, seconds)
    with greeting(place) as hello, serving(place) as server:
        known = all_calls(hello, server, seconds)
        chosen = [call for call in known if not only or _is_chosen(call, only)]
        baselines = {call.baseline for call in chosen}
        calls = [call for call in known if call in chosen or call.name in baselines]
        samples = _samples_of(calls, rounds)
    return Table("calls", COLUMNS, [_row(call, samples) for call in calls])


def _is_chosen(call: Call, only: Sequence[str]) -> bool:
    return any(fnmatch(call.name.lower(), f"*{word.lower()}*") for word in only)


def _samples_of(calls: Sequence[Call], rounds: int) -> dict[str, list[_Sample]]:
    samples: dict[str, list[_Sample]] = defaultdict(list)
    for number in range(rounds):
        for call in calls:
            print(f"round {number + 1} of {rounds}: {call.name}", file=sys.stderr)
            samples[call.name].append(_sample(call, number))
    return samples


def _sample(call: Call, number: int) -> _Sample:
    before = cpu_seconds(call.pid)
    load = call.measure(number)
    spent = cpu_seconds(call.pid) - before
    done = load.requests * call.operations
    return _Sample(done / load.seconds, done / spent, load.p99)


def _row(call: Call, samples: dict[str, list[_Sample]]) -> list[Cell]:
    """Give medians; the ratios are those of each round, to the hello of the same round."""
    own = samples[call.name]
    pairs = list(zip(own, samples[call.baseline], strict=True))
    waits = [sample.p99 for sample in own if sample.p99 is not None]
    return [
        call.name,
        median(sample.rate for sample in own),
        median(sample.rate / hello.rate for sample, hello in pairs),
        median(sample.per_cpu for sample in own),
        median(sample.per_cpu / hello.per_cpu for sample, hello in pairs),
        median(waits) if waits else None,
    ]
