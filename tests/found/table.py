"""All rows, in the order of their kinds."""

import importlib

from found.rows import ROWS

__all__ = ["ROWS"]

KINDS = (
    "http",
    "silence",
    "texts",
    "strangers",
    "browser",
    "contract",
    "cluster",
    "command_line",
    "processes",
    "log_lines",
    "releases",
)

for kind in KINDS:
    importlib.import_module(f"found.{kind}")
