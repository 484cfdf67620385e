"""Sizes of values as JSON, before they are written: parts that are shared are measured once."""

from typing import Any

from msgspec import Raw

_SCALAR = 4


class Sizes:
    """Measures values. A part that is in many places counts in each of them."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, int]] = {}

    def of(self, value: Any) -> int:
        """Return the least number of bytes that a value takes. O(parts), not O(bytes)."""
        if isinstance(value, str):
            return len(value) + 2
        if isinstance(value, Raw):
            return memoryview(value).nbytes
        if isinstance(value, int):
            return _SCALAR + value.bit_length() // 4
        if not isinstance(value, dict | list):
            return _SCALAR
        place = id(value)
        if place not in self._known:
            # NOTE: it is kept with its size, so that no other value gets its id.
            self._known[place] = (value, self._of_parts(value))
        return self._known[place][1]

    def _of_parts(self, value: dict[str, Any] | list[Any]) -> int:
        if isinstance(value, list):
            return 2 + len(value) + sum(map(self.of, value))
        return 2 + sum(len(name) + 4 + self.of(part) for name, part in value.items())
