"""The output of a command: formatted at a terminal, plain in a pipe, or JSON."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TextIO

from bambleweeny.cli.escapes import to_people, visible, visible_json

if TYPE_CHECKING:
    from datetime import datetime


class Output:
    """Standard output, in one of the three forms."""

    speaker = "bambleweeny: "
    """The prefix of warnings."""

    def __init__(self, stream: TextIO, *, as_json: bool = False) -> None:
        self._stream = stream
        self.as_json = as_json
        self.is_terminal = stream.isatty()

    def value(self, value: bytes, **around: object) -> None:
        """Print bytes unchanged, as `cat` does; at a terminal, add a missing line end.

        In JSON, print an object with the fields of `around` and `value`.
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
        """Print one value of a stream on a new line; at a terminal with escaped controls."""
        if self.as_json:
            self.value(value, **around)
        elif self.is_terminal:
            self._print(value.removesuffix(b"\n").decode("utf-8", "backslashreplace"))
        else:
            self.value(value if value.endswith(b"\n") else value + b"\n")

    def values(self, values: Sequence[bytes], column: str) -> None:
        """Print values, one on each line."""
        if self.as_json:
            self.record([{column: as_text(value)} for value in values])
            return
        self._stream.flush()
        for value in values:
            self._stream.buffer.write(value if value.endswith(b"\n") else value + b"\n")
        self._stream.flush()

    def line(self, text: object, **as_record: object) -> None:
        """Print a line; in JSON, print the record instead."""
        if self.as_json and as_record:
            self.record(as_record)
        else:
            self._print(str(text))

    def say(self, sentence: str, **as_record: object) -> None:
        """Print a sentence to stderr; in JSON, print the record to stdout instead."""
        if self.as_json:
            self.record(as_record)
        else:
            to_people(sentence)

    def warn(self, doubt: str | None) -> None:
        """Print a warning to stderr, unless it is None."""
        if doubt:
            to_people(f"{self.speaker}warning: {doubt}")

    def done(self) -> None:
        """Print nothing; in JSON, print `{"ok": true}`."""
        if self.as_json:
            self.record({"ok": True})

    def record(self, record: object) -> None:
        """Print a record as JSON."""
        self._print(self._json(record))

    def document(self, document: object) -> None:
        """Print a document as JSON in lines; in JSON, print it as a record."""
        if self.as_json:
            self.record(document)
            return
        import json  # noqa: PLC0415  `get` does not need it

        text = json.dumps(document, ensure_ascii=False, indent=2)
        self._print(visible_json(text) if self.is_terminal else text)

    def flush(self) -> None:
        """Flush standard output."""
        self._stream.flush()

    def names(self, names: Iterable[str], column: str) -> None:
        """Print names, one on each line."""
        if self.as_json:
            self.record([{column: name} for name in names])
            return
        for name in names:
            self._print(name)

    def rows(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Print rows: a table at a terminal, tab-separated lines in a pipe.

        None is an empty cell, and null in JSON.
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
        # NOTE: the import takes longer than most commands, and is needed at a terminal only.
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(*(name.replace("_", " ").upper() for name in columns), box=None)
        for row in chain([first], iterator):
            texts = (visible(_cell(cell), keep="") for cell in row)
            table.add_row(*(Text(text, overflow="fold") for text in texts))
        Console(file=self._stream).print(table)

    def _json(self, record: object) -> str:
        import json  # noqa: PLC0415  `get` does not need it

        if not self.is_terminal:
            return json.dumps(record, ensure_ascii=False)
        return visible_json(json.dumps(record, ensure_ascii=False, indent=2))

    def _print(self, text: str) -> None:
        print(visible(text) if self.is_terminal else text, file=self._stream)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 key`, `2 keys`. `plural` is an irregular plural."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or f'{noun}s'}"


def as_text(value: bytes) -> str | dict[str, str]:
    """Return bytes in their JSON form: a string, or `{"base64": ...}`."""
    from bambleweeny.client.values import packed  # noqa: PLC0415  `get` does not need it

    return packed(value)


def as_moment(moment: "datetime") -> str:
    """Return a UTC time in the server's ISO 8601 format."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_in(seconds: int) -> str:
    """Return the time that is in some seconds, as `as_moment` does."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415  rarely needed

    return as_moment(datetime.now(UTC) + timedelta(seconds=seconds))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
