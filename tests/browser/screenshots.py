"""Pictures of the console, of a sandbox with data: `./build.sh screenshots` runs this."""

import argparse
import base64
import tempfile
from pathlib import Path
from typing import Any

from bambleweeny import Client
from browser.conftest import browsing
from browser.consoles import Console
from browser.filled import fill
from servers import running

NAMES = {"home": "home", "keys/app:settings": "key", "lists/jobs": "list", "inbox/": "inbox", "routes/": "route"}  # fmt: skip
"""The pages in the guide: how an address begins, and the name of its picture."""
SIZES = ((1280, 800), (390, 844))
MOST_BYTES = 100_000
QUALITY = 70


def main() -> None:
    """Write the pictures of the guide, or with --all those of every page, theme and width."""
    parser = argparse.ArgumentParser(prog="./build.sh screenshots", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--all", action="store_true", help="every page, light and dark, 1280 and 390 wide"
    )
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with (
        running("sandbox", BAMBLEWEENY_LOG_LEVEL="warning") as server,
        Client(server.url, username="admin", password="changeme") as client,
        tempfile.TemporaryDirectory() as profile,
        browsing(profile) as browser,
    ):
        addresses = fill(client)
        console = Console(browser, server, client)
        console.log_in()
        if args.all:
            _take_all(console, addresses, args.folder)
        else:
            _take_those_of_the_guide(console, addresses, args.folder)


def _take_those_of_the_guide(console: Console, addresses: list[str], folder: Path) -> None:
    for beginning, name in NAMES.items():
        address = next(one for one in addresses if one.startswith(beginning))
        picture = _taken(console, address, SIZES[0], "light")
        assert len(picture) <= MOST_BYTES, (name, len(picture))
        (folder / f"console-{name}.webp").write_bytes(picture)


def _take_all(console: Console, addresses: list[str], folder: Path) -> None:
    for size in SIZES:
        for theme in ("light", "dark"):
            for address in addresses:
                name = address.partition("/")[0] + ("-one" if "/" in address else "")
                place = folder / f"{name}-{size[0]}-{theme}.png"
                if not place.exists():
                    place.write_bytes(_taken(console, address, size, theme, "png"))


def _taken(
    console: Console, address: str, size: tuple[int, int], theme: str, form: str = "webp"
) -> bytes:
    browser, (width, height) = console.browser, size
    with console.sized(width, height, is_mobile=width < 600):
        console.open(address)
        console.run(f"document.documentElement.dataset.theme = '{theme}'")
        console.find("#content h1")
        console.gone("#content .loading")
        console.find(".state.live")
        options = {"format": form} | ({"quality": QUALITY} if form == "webp" else {})
        return console.until(lambda: _settled(browser, options))


def _settled(browser: Any, options: dict[str, Any]) -> bytes:
    """Return a picture of the page; nothing while it still changes."""
    first, *others = (
        browser.execute_cdp_cmd("Page.captureScreenshot", options)["data"] for _ in range(4)
    )
    return base64.b64decode(first) if {first} == {*others} else b""


if __name__ == "__main__":
    main()
