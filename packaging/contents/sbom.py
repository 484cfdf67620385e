"""Write the bill of materials of a build: CycloneDX, the same for the same commit and tree.

The commit is what the build noted in the tree; the time is SOURCE_DATE_EPOCH.
"""

import os
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from bambleweeny.cli.version import build_of
from component import Component, MissingLicense
from components import components_of, read_arguments
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Entry
from cyclonedx.model.component import ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from tree import INTERNAL, PROGRAM, read_tree

LOCK = Path(__file__).parents[1] / "requirements-build.lock"


def bill_of(parts: Iterable[Component], *, commit: str, seconds: int, lock: str) -> str:
    """Give the document; `seconds` is its time since 1970, `lock` the text of the lock file."""
    hashes = hashes_of(lock)
    ours, *others = (_entry(part, hashes) for part in parts)
    ours.type = ComponentType.APPLICATION
    ours.properties.add(Property(name="commit", value=commit))
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, f"{ours.purl}#{commit}"),
        components=others,
    )
    bom.metadata.timestamp = datetime.fromtimestamp(seconds, UTC)
    bom.metadata.component = ours
    bom.register_dependency(ours, others)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def hashes_of(lock: str) -> dict[str, list[str]]:
    """Give, by package URL, the SHA-256 sums of which a download had one."""
    return {
        f"pkg:pypi/{name}@{version}": re.findall(r"--hash=sha256:([0-9a-f]{64})", rest)
        for name, version, rest in re.findall(
            r"^([a-z0-9.-]+)==(\S+)(.*(?:\n[ ].*)*)", lock, re.MULTILINE
        )
    }


def _entry(part: Component, hashes: dict[str, list[str]]) -> Entry:
    return Entry(
        name=part.notice.name,
        version=part.notice.version or None,
        type=ComponentType.LIBRARY,
        bom_ref=part.url,
        purl=PackageURL.from_string(part.url),
        licenses=[LicenseFactory().make_from_string(part.notice.license)],
        hashes=[
            HashType(alg=HashAlgorithm.SHA_256, content=one) for one in hashes.get(part.url, ())
        ],
    )


def main() -> None:
    """Write the file, or end with the sentence that says what is missing."""
    asked = read_arguments(__doc__)
    if not os.environ.get("SOURCE_DATE_EPOCH", "").isdigit():
        sys.exit("sbom.py: set SOURCE_DATE_EPOCH, for instance to: git log -1 --format=%ct")
    try:
        parts = components_of(read_tree(asked.tree), asked.redis_source, tuple(asked.linked))
    except MissingLicense as ex:
        sys.exit(f"sbom.py: {ex}")
    document = bill_of(
        parts,
        commit=build_of(asked.tree / INTERNAL / PROGRAM).commit,
        seconds=int(os.environ["SOURCE_DATE_EPOCH"]),
        lock=LOCK.read_text("utf-8"),
    )
    asked.out.write_text(document, "utf-8")


if __name__ == "__main__":
    main()
