"""Sandboxes never mix: random operations in many at once, compared with a model in Python.

By hand: `PYTHONPATH=tests:tests/faults python -m faults.sandboxes --engine cluster --seconds 60`.
"""

import argparse
import random
import sys
from collections.abc import Sequence

from faults.sandboxes.endings import measure_ends
from faults.sandboxes.places import ENGINES, serving
from faults.sandboxes.run import run


def main(argv: Sequence[str] | None = None) -> int:
    """Run on each engine, and print what was done; 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="faults.sandboxes", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="[all]")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--sandboxes", type=int, default=32)
    parser.add_argument("--owners", type=int, default=4)
    parser.add_argument("--servers", type=int, default=3, help="over an external engine")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    args = parser.parse_args(argv)
    differences = 0
    for engine in args.engine or ENGINES:
        with serving(engine, args.servers) as place:
            verdict = run(
                place,
                engine,
                args.seed,
                owners=args.owners,
                sandboxes=args.sandboxes,
                seconds=args.seconds,
            )
            took, left = measure_ends(place, sandboxes=10, seconds=10)
            verdict.differences += [f"left 10 s after its end: {name}" for name in left]
        for difference in verdict.differences[:20]:
            print(difference)
        print(verdict)
        print(
            f"{engine}: {len(left)} keys were left {took:.1f} s after the end of 10 sandboxes",
            flush=True,
        )
        differences += len(verdict.differences)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
