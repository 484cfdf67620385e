"""What the shell prints: at a terminal, JSON in colour and a word for what prints nothing."""

import json

from bambleweeny.cli.output import Output


class ShellOutput(Output):
    """Standard output under a prompt."""

    speaker = ""

    def value(self, value: bytes, **around: object) -> None:
        """Print a value on lines of its own; at a terminal JSON is laid out and has colours."""
        if self._is_laid_out(value):
            return
        # NOTE: what answers several commands must be told apart, unlike what answers one.
        super().value(value if self.as_json or value.endswith(b"\n") else value + b"\n", **around)

    def message(self, value: bytes, **around: object) -> None:
        """Print one value of a stream, JSON as `value` does."""
        if not self._is_laid_out(value):
            super().message(value, **around)

    def _is_laid_out(self, value: bytes) -> bool:
        """Lay JSON out at a terminal; False where that is not what the value is, or wanted."""
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
        """Say OK to who watches."""
        if self.is_terminal and not self.as_json:
            self.line("OK")
        else:
            super().done()
