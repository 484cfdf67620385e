"""The output of the shell: at a terminal, JSON in colour, and OK for empty output."""

import json

from bambleweeny.cli.output import Output


class ShellOutput(Output):
    """Standard output of the shell."""

    speaker = ""

    def value(self, value: bytes, **around: object) -> None:
        """Print a value and a line end; at a terminal, print JSON indented and in colour."""
        if self._print_formatted(value):
            return
        # NOTE: add a line end, so that the outputs of several commands do not run together.
        super().value(value if self.as_json or value.endswith(b"\n") else value + b"\n", **around)

    def message(self, value: bytes, **around: object) -> None:
        """Print one value of a stream; JSON is printed as by `value`."""
        if not self._print_formatted(value):
            super().message(value, **around)

    def _print_formatted(self, value: bytes) -> bool:
        """Print a JSON object or array at a terminal; return False if the value is not printed."""
        if not self.is_terminal or self.as_json or value.lstrip()[:1] not in (b"{", b"["):
            return False
        try:
            record = json.loads(value)
        except (ValueError, RecursionError):
            return False
        self.record(record)
        return True

    def record(self, record: object) -> None:
        """Print JSON."""
        if not self.is_terminal:
            super().record(record)
            return
        from rich.console import Console  # noqa: PLC0415
        from rich.highlighter import JSONHighlighter  # noqa: PLC0415

        text = JSONHighlighter()(self._json(record))
        Console(file=self._stream).print(text, soft_wrap=True)

    def done(self) -> None:
        """Print OK at a terminal."""
        if self.is_terminal and not self.as_json:
            self.line("OK")
        else:
            super().done()
