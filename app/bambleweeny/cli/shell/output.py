"""What the shell prints: at a terminal, JSON in colour and a word for what prints nothing."""

import json

from bambleweeny.cli.output import Output


class ShellOutput(Output):
    """Standard output under a prompt."""

    speaker = ""

    def value(self, value: bytes, **around: object) -> None:
        """Print a value on lines of its own; at a terminal JSON is laid out and has colours."""
        if self.is_terminal and not self.as_json and value.lstrip()[:1] in (b"{", b"["):
            try:
                record = json.loads(value)
            except ValueError:
                pass
            else:
                self.record(record)
                return
        # NOTE: what answers several commands must be told apart, unlike what answers one.
        super().value(value if self.as_json or value.endswith(b"\n") else value + b"\n", **around)

    def record(self, record: object) -> None:
        """Print JSON."""
        if not self.is_terminal:
            super().record(record)
            return
        from rich.console import Console  # noqa: PLC0415

        Console(file=self._stream).print_json(json.dumps(record), ensure_ascii=False)

    def done(self) -> None:
        """Say OK to who watches."""
        if self.is_terminal and not self.as_json:
            self.line("OK")
        else:
            super().done()
