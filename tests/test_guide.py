"""The guide and the README: every block is run, and the tables agree with the code."""

import re
from pathlib import Path

import pytest
from bambleweeny.guide.pages import contents
from blocks import Block, blocks_of, is_as_shown, need, printed_by
from servers import running

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "app" / "bambleweeny" / "guide"
README = ROOT / "README.md"
PAGES = [README, *(GUIDE / f"{name}.md" for name in contents())]
OF_A_KEPT_SERVER = {"backup"}
"""Pages whose reader runs `serve`; the others' runs `sandbox`."""


def run_page(page: Path, home: Path) -> list[tuple[Block, str]]:
    """Run a page's blocks against a server of its own."""
    blocks = [block for block in blocks_of(page) if not block.elsewhere]
    kind = "serve" if page.stem in OF_A_KEPT_SERVER else "sandbox"
    with running(kind, HOME=str(home), XDG_DATA_HOME="") as server:
        return list(zip(blocks, printed_by(blocks, server.url, home), strict=True))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_prints_what_the_page_shows(page, tmp_path):
    need("curl", "node")
    for block, printed in run_page(page, tmp_path):
        assert is_as_shown(printed, block.output), (
            f"{page.name}\n{block.text}\nprinted:\n{printed}\nshown:\n{block.output}"
        )
