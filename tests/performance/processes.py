"""What the system says of processes: their families, their CPU time, their memory."""

import os
from pathlib import Path

from servers import children_of

_TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Give a process and all that descend from it; none where it has just ended."""
    try:
        children = children_of(pid)
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [pid, *(member for child in children for member in family(child))]


def engine_of(pid: int) -> int:
    """Give the engine among the children of a server."""
    [engine] = [child for child in children_of(pid) if _name(child) == "redis-server"]
    return engine


def workers_of(pid: int) -> list[int]:
    """Give the workers among the children of a server."""
    return [child for child in children_of(pid) if _name(child) != "redis-server"]


def cpu_seconds(pid: int) -> float:
    """Give the CPU time of a process and all that descend from it, to 10 ms.

    The system's on their behalf is included, and that of those who have ended, such as
    an engine's child that wrote the append-only file anew.
    """
    return sum(_ticks(member) for member in family(pid)) / _TICKS


def precise_cpu_seconds(pid: int) -> float:
    """Give the CPU time of all threads of a process, to the nanosecond."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def proportional_bytes(*pids: int) -> int:
    """Give the memory of processes; what several share is counted once among them (PSS)."""
    return sum(_line_of(Path(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in pids)


def resident_bytes(pid: int) -> int:
    """Give the memory of a process with all that it shares (RSS)."""
    return _line_of(Path(f"/proc/{pid}/status"), "VmRSS")


def _ticks(pid: int) -> int:
    try:
        # NOTE: the name of the command, in brackets, may have blanks.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has just ended; its parent has its time now
    return sum(map(int, fields[11:15]))


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def _line_of(file: Path, word: str) -> int:
    [line] = [line for line in file.read_text().splitlines() if line.startswith(f"{word}:")]
    return int(line.split()[1]) << 10
