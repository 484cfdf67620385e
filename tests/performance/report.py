"""Tables: printed so that they can stand in a README, kept as JSON, compared with earlier ones."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version, release

from bambleweeny import __version__
from bambleweeny.store.engine.embedded import engine_executable
from performance.programs import CORES

Cell = str | float | int | None
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Table:
    """Rows of numbers; the first cell of each says what it is about."""

    name: str
    columns: list[str]
    rows: list[list[Cell]]

    def __str__(self) -> str:
        return _drawn(self.columns, [[_shown(cell) for cell in row] for row in self.rows])


def facts_of_run() -> dict[str, object]:
    """Give what a reader of tables must know; when the run begins, since commits go on."""
    return {
        "commit": _commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": f"{_cpu_model()}, {len(CORES)} cores used, Linux {release()}",
        "versions": _versions(),
    }


def as_json(facts: dict[str, object], tables: list[Table]) -> str:
    """Give the facts and the tables as they are kept."""
    return json.dumps({**facts, "tables": [asdict(table) for table in tables]}, indent=1) + "\n"


def heading(facts: dict[str, object]) -> str:
    """Give the lines above the tables."""
    versions = ", ".join(f"{name} {number}" for name, number in dict(facts["versions"]).items())  # type: ignore[call-overload]
    return f"commit {facts['commit']}, {facts['date']}\n{facts['cpu']}\n{versions}\n"


def compared(tables: list[Table], file: Path) -> Iterator[Table]:
    """Give the tables that an earlier file has too, each number with its change since then."""
    then = {table["name"]: table for table in json.loads(file.read_text())["tables"]}
    for table in tables:
        if earlier := then.get(table.name):
            before = {
                row[0]: dict(zip(earlier["columns"], row, strict=True)) for row in earlier["rows"]
            }
            rows = [_changed(table.columns, row, before.get(row[0], {})) for row in table.rows]
            yield Table(f"{table.name}, against {file.name}", table.columns, rows)


def _changed(columns: list[str], row: list[Cell], before: dict[str, Cell]) -> list[Cell]:
    cells: list[Cell] = [row[0]]
    for column, now in zip(columns[1:], row[1:], strict=True):
        old = before.get(column)
        if isinstance(now, str | None) or isinstance(old, str | None) or not old:
            cells.append(now)
        else:
            cells.append(f"{_shown(now)} ({(now / old - 1) * 100:+.0f} %)")
    return cells


def _shown(cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, str):
        return cell
    if cell == int(cell) or abs(cell) >= 100:
        return f"{cell:,.0f}"
    return f"{cell:.2f}" if abs(cell) >= 0.1 else f"{cell:.2g}"


def _drawn(columns: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[n]) for row in [columns, *rows]) for n in range(len(columns))]
    line = ["---", *["---:"] * (len(columns) - 1)]
    drawn = []
    for row in [columns, line, *rows]:
        first, *rest = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
        drawn.append(f"| {' | '.join(cells)} |")
    return "\n".join(drawn)


def _commit() -> str:
    git = ["git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--exclude", "*"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown CPU"


def _versions() -> dict[str, str]:
    redis = subprocess.run(
        [engine_executable(), "--version"], capture_output=True, text=True, check=True
    )
    packages = ("falcon", "waitress", "hiredis", "msgspec")
    return {
        "bambleweeny": __version__,
        "python": python_version(),
        **{package: version(package) for package in packages},
        "redis": redis.stdout.split("v=")[1].split()[0],
    }
