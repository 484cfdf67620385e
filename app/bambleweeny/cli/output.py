"""What a command prints: for people at a terminal, plain in a pipe, or JSON."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TextIO

from bambleweeny.cli.escapes import to_people, visible, visible_json

if TYPE_CHECKING:
    from datetime import datetime


class Output:
    """Standard output, and how it is wanted."""

    speaker = "bambleweeny: "
    """Who warns."""

    def __init__(self, stream: TextIO, *, as_json: bool = False) -> None:
        self._stream = stream
        self.as_json = as_json
        self.is_terminal = stream.isatty()

    def value(self, value: bytes, **around: object) -> None:
        """Print bytes as they are, as `cat` does; a terminal's next line begins a line.

        In JSON they stand among `around` as `value`.
        """
        if self.as_json:
            self.record({**around, "value": as_text(value)})
            return
        if self.is_terminal and not value.endswith(b"\n"):
            value += b"\n"
        self._stream.flush()
        self._stream.buffer.write(value)
        self._stream.flush()

    def message(self, value: bytes, **around: object) -> None:
        """Print one value of a stream on lines of its own; at a terminal without its controls."""
        if self.as_json:
            self.value(value, **around)
        elif self.is_terminal:
            self._print(value.removesuffix(b"\n").decode("utf-8", "backslashreplace"))
        else:
            self.value(value if value.endswith(b"\n") else value + b"\n")

    def values(self, values: Sequence[bytes], column: str) -> None:
        """Print values, each on a line of its own."""
        if self.as_json:
            self.record([{column: as_text(value)} for value in values])
            return
        self._stream.flush()
        for value in values:
            self._stream.buffer.write(value if value.endswith(b"\n") else value + b"\n")
        self._stream.flush()

    def line(self, text: object, **as_record: object) -> None:
        """Print a line, or in JSON the record that says the same."""
        if self.as_json and as_record:
            self.record(as_record)
        else:
            self._print(str(text))

    def say(self, sentence: str, **as_record: object) -> None:
        """Tell people on stderr what was done, or in JSON give the record."""
        if self.as_json:
            self.record(as_record)
        else:
            to_people(sentence)

    def warn(self, doubt: str | None) -> None:
        """Say on stderr what may be wrong, where something is."""
        if doubt:
            to_people(f"{self.speaker}warning: {doubt}")

    def done(self) -> None:
        """Say nothing, or in JSON that it went well."""
        if self.as_json:
            self.record({"ok": True})

    def record(self, record: object) -> None:
        """Print something as JSON."""
        self._print(self._json(record))

    def flush(self) -> None:
        """Have what was printed arrive, though more will follow."""
        self._stream.flush()

    def names(self, names: Iterable[str], column: str) -> None:
        """Print names, one a line."""
        if self.as_json:
            self.record([{column: name} for name in names])
            return
        for name in names:
            self._print(name)

    def rows(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Print rows: a table on a terminal, in a pipe lines with tabs between.

        What is None is left empty; in JSON it is null.
        """
        if self.as_json:
            self.record([dict(zip(columns, row, strict=True)) for row in rows])
        elif self.is_terminal:
            self._table(columns, rows)
        else:
            for row in rows:
                self._print("\t".join(map(_cell, row)))

    def _table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        first = next(iterator := iter(rows), None)
        if first is None:
            return
        # NOTE: it takes longer than most commands, and only people at a terminal see it.
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(*(name.replace("_", " ").upper() for name in columns), box=None)
        for row in chain([first], iterator):
            texts = (visible(_cell(cell), keep="") for cell in row)
            table.add_row(*(Text(text, overflow="fold") for text in texts))
        Console(file=self._stream).print(table)

    def _json(self, record: object) -> str:
        import json  # noqa: PLC0415  `get` needs none

        if not self.is_terminal:
            return json.dumps(record, ensure_ascii=False)
        return visible_json(json.dumps(record, ensure_ascii=False, indent=2))

    def _print(self, text: str) -> None:
        print(visible(text) if self.is_terminal else text, file=self._stream)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Give a number with its noun: `1 key`, `2 keys`. A noun may have a plural of its own."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or f'{noun}s'}"


def as_text(value: bytes) -> str | dict[str, str]:
    """Give bytes as they stand in JSON."""
    from bambleweeny.client.values import packed  # noqa: PLC0415  `get` needs none

    return packed(value)


def as_moment(moment: "datetime") -> str:
    """Give a moment of UTC as the server writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
