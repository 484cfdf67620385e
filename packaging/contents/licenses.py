"""Write the licences of all that a build bundles, for its command `licenses`."""

import sys

from bambleweeny.cli.commands.server.licenses import render
from component import MissingLicense
from components import components_of, read_arguments
from tree import read_tree


def main() -> None:
    """Write the file, or end with the sentence that says what is missing."""
    asked = read_arguments(__doc__)
    try:
        parts = components_of(read_tree(asked.tree), asked.redis_source, tuple(asked.linked))
    except MissingLicense as ex:
        sys.exit(f"licenses.py: {ex}")
    asked.out.write_text(render(part.notice for part in parts), "utf-8")


if __name__ == "__main__":
    main()
