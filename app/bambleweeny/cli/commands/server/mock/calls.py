"""The calls of a mock on standard output: in columns at a terminal, plain in a pipe."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bambleweeny.cli.arguments.calls import line_of, target_of
from bambleweeny.cli.escapes import visible
from bambleweeny.cli.output import Output

if TYPE_CHECKING:
    from rich.console import Console

_METHOD_WIDTH = 7
_TARGET_WIDTH = 36
_COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}


class CallPrinter:
    """Prints calls as they come. NO_COLOR turns the colours off."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._console = _console() if out.is_terminal else None

    def show(self, call: Mapping[str, Any]) -> None:
        """Print one call of a journal."""
        if self._console is None:
            self._out.line(line_of(call))
            self._out.flush()
            return
        from rich.text import Text  # noqa: PLC0415

        status = call.get("status", "")
        colour = _COLOURS.get(status // 100, "") if isinstance(status, int) else ""
        columns = (
            (f"{call['method']:<{_METHOD_WIDTH}} ", "bold"),
            f"{visible(target_of(call), keep=''):<{_TARGET_WIDTH}} ",
            (f"{status!s:<3}", colour),
            (f" {call.get('rule', '')}".rstrip(), "dim"),
        )
        self._console.print(Text.assemble(*columns), soft_wrap=True)


def _console() -> "Console":
    # NOTE: the import takes long, and is needed at a terminal only.
    from rich.console import Console  # noqa: PLC0415

    return Console(file=sys.stdout, highlight=False)
