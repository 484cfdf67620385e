"""Counters that the workers of a server share in memory."""

import mmap
import threading
import time
from collections.abc import Callable, Iterator

Name = tuple[str, ...]

_NAMES = 256 << 10
_NUMBERS = 128 << 10
_PART = _NAMES + _NUMBERS


class SharedCounters:
    """Named rows of numbers, with a part for each worker; create it before the fork.

    A worker writes only its own part, and every worker reads all. A restarted worker continues
    with the numbers of the old one. `parts` is the number of workers; `clock` returns seconds,
    the same in all processes.
    """

    def __init__(self, parts: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self.parts = parts
        self._clock = clock
        self._began = clock()
        self._memory = memoryview(mmap.mmap(-1, parts * _PART))

    @property
    def age(self) -> float:
        """The seconds since the counters were created."""
        return self._clock() - self._began

    def part(self, number: int) -> "Part":
        """Return the part of a worker; call it in the worker's process."""
        return Part(self, self._slice(number))

    def sums(self) -> dict[Name, list[float]]:
        """Return the sums of all parts by name."""
        sums: dict[Name, list[float]] = {}
        for number in range(len(self._memory) // _PART):
            memory = self._slice(number)
            numbers = memory[_NAMES:].cast("d")
            for name, offset, size in _rows(memory):
                row: list[float] = list(numbers[offset : offset + size])
                so_far = sums.get(name)
                sums[name] = [a + b for a, b in zip(so_far, row, strict=True)] if so_far else row
        return sums

    def _slice(self, number: int) -> memoryview:
        return self._memory[number * _PART : (number + 1) * _PART]


class Part:
    """The numbers of one worker; its threads share them with `lock`."""

    def __init__(self, counters: SharedCounters, memory: memoryview) -> None:
        self.counters = counters
        self.lock = threading.Lock()
        self.numbers = memory[_NAMES:].cast("d")
        self._names = memory[:_NAMES]
        self._offsets = {name: (offset, size) for name, offset, size in _rows(memory)}
        self._free = sum(size for _, size in self._offsets.values())
        self._end = len(_text(memory))

    def row(self, size: int, *name: str) -> int:
        """Return the offset of a name's numbers, which begin as zeros.

        A name must not contain tabs or line ends. If there is no room, all further names get the
        same offset, which is never read.
        """
        with self.lock:
            if name not in self._offsets:
                self._offsets[name] = self._add(size, name)
            return self._offsets[name][0]

    def _add(self, size: int, name: Name) -> tuple[int, int]:
        line = "\t".join((str(size), *name)).encode() + b"\n"
        if self._end + len(line) >= _NAMES or self._free + 2 * size >= len(self.numbers):
            return len(self.numbers) - size, size
        offset, self._free = self._free, self._free + size
        self._names[self._end : self._end + len(line)] = line
        self._end += len(line)
        return offset, size


def _rows(memory: memoryview) -> Iterator[tuple[Name, int, int]]:
    """Yield the name, offset and size of each row."""
    offset = 0
    for line in _text(memory).decode().splitlines():
        size, *name = line.split("\t")
        yield tuple(name), offset, int(size)
        offset += int(size)


def _text(memory: memoryview) -> bytes:
    """Return the complete lines; the worker may be writing another one."""
    written = bytes(memory[:_NAMES]).partition(b"\0")[0]
    return written[: written.rfind(b"\n") + 1]
