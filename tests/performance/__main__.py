"""`./build.sh bench`: measures, and prints tables."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from performance import cores, flat, memory, queues, report, sandboxes, waits
from performance.mocks.table import tables as tables_of_mocks
from performance.programs import LOAD_CORE, CannotMeasure, require_tools
from performance.public import bins, strangers
from performance.report import Table
from performance.rounds import table_of_calls
from performance.starts import table_of_starts
from performance.suites import table as suites

_SHORT_KEYS = 10_000


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what is asked for; 0: it went well, 1: it could not be measured."""
    args = _parser().parse_args(argv)
    os.sched_setaffinity(0, {LOAD_CORE})
    # NOTE: who ends the bench ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    facts = report.facts_of_run()
    try:
        require_tools()
        with tempfile.TemporaryDirectory(prefix="bambleweeny-bench-") as place:
            tables = _measure(args, Path(place))
    except CannotMeasure as ex:
        print(f"bench: {ex}", file=sys.stderr)
        return 1
    print(report.heading(facts))
    shown = [*tables, *(report.compared(tables, args.compare) if args.compare else ())]
    for table in shown:
        print(f"{table.name}:\n\n{table}\n")
    if args.json:
        args.json.write_text(report.as_json(facts, tables))
    return 0


def _measure(args: argparse.Namespace, place: Path) -> list[Table]:
    rounds = args.rounds or (1 if args.short else 5)
    seconds = args.seconds or (1 if args.short else 3)
    keys = args.keys or (_SHORT_KEYS if args.short else None)
    only = args.only.split(",") if args.only else []
    match args.what:
        case "starts":
            return [table_of_starts(place / "starts", times=1 if args.short else 10)]
        case "flat":
            return flat.tables(place, keys=keys or 1_000_000, rounds=rounds)
        case "memory":
            return [memory.table(place, number=keys or 100_000)]
        case "cores":
            return [cores.table(place, rounds=rounds, seconds=seconds)]
        case "queues":
            return [queues.table(place, rounds=rounds, number=1_600 if args.short else 16_000)]
        case "mocks":
            warming = 1 if args.short else 60
            return tables_of_mocks(place / "mocks", rounds=rounds, seconds=seconds, warming=warming)
        case "bins":
            return bins.tables(place / "bins", rounds=rounds, seconds=seconds)
        case "sandboxes":
            return sandboxes.tables(place, times=10 if args.short else 100)
        case "suites":
            rounds = args.rounds or (1 if args.short else 3)
            return [suites.table(place, rounds=rounds, only=only, is_short=args.short)]
        case "strangers":
            return strangers.tables(place, rounds=rounds, seconds=seconds)
        case "waits":
            return [
                waits.table(
                    place, seconds=2 if args.short else 20, rounds=rounds, rate_seconds=seconds
                )
            ]
    calls = table_of_calls(place, rounds=rounds, seconds=seconds, only=only)
    return (
        [calls]
        if only
        else [calls, table_of_starts(place / "starts", times=1 if args.short else 10)]
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./build.sh bench",
        description="Measure this server on this machine, on a core of its own.",
        epilog="examples:\n  ./build.sh bench --json before.json\n"
        "  ./build.sh bench --only 'get,put' --rounds 9 --compare before.json\n  ./build.sh bench flat",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what", nargs="?", default="calls", choices=("calls", "starts", "flat", "memory", "cores", "waits", "queues", "strangers", "mocks", "bins", "sandboxes", "suites"),
        help="calls: each call beside a bare hello, and starts (the default); starts: those alone; "
        "flat: costs in a full store beside an empty one; memory: bytes of a key and of an item; cores: two workers on two "
        "cores; waits: what waiting clients and streams cost; queues: push, lease and acknowledge beside beanstalkd; "
        "sandboxes: times to make, reset, copy and delete them, and what others notice; suites: 40 tests of a shop with sandboxes, and without; "
        "strangers: what public requests cost the engine, and others; bins: bins that keep requests beside a plain one, and a flood of one; mocks: mock routes beside json-server, Mockoon and WireMock from npm, "
        "of which WireMock is warmed for a minute a case, and the others are stopped while one is measured",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each is measured [5]")
    parser.add_argument("--seconds", type=int, metavar="N", help="how long each time [3]")
    parser.add_argument(
        "--only",
        metavar="WORDS",
        help="calls that have one of these in their names: get,put,bin; of suites the runners: pytest,node:test,playwright",
    )
    parser.add_argument(
        "--keys",
        type=int,
        metavar="N",
        help="keys of the full store, or of which the memory is measured",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--compare", type=Path, metavar="FILE", help="show the changes since that --json"
    )
    parser.add_argument(
        "--short", action="store_true", help="a quick look, to see that all of it works"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
