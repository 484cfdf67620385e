"""The bill of materials: valid, the same twice, and in step with the licences."""

import json
import re
from pathlib import Path

import pytest
from bambleweeny import __version__
from bambleweeny.cli.commands.server.licenses import render
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from sbom import bill_of, hashes_of

PACKAGING = Path(__file__).parent.parent.parent / "packaging"
LOCK = (PACKAGING / "requirements-build.lock").read_text("utf-8")


def bill(parts, commit="0badcab"):
    return bill_of(parts, commit=commit, seconds=1_763_832_000, lock=LOCK)


@pytest.fixture
def document(parts):
    return json.loads(bill(parts))


def test_it_is_valid(parts):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill(parts)) is None


def test_it_is_the_same_twice_and_in_any_order(parts):
    first, *others = parts
    assert bill(parts) == bill([first, *reversed(others)])


def test_its_number_is_of_the_commit_and_its_time_is_given(parts, document):
    assert document["metadata"]["timestamp"] == "2025-11-22T17:20:00+00:00"
    assert document["serialNumber"] != json.loads(bill(parts, "1badcab"))["serialNumber"]


def test_it_says_whose_bill_it_is(document):
    ours = document["metadata"]["component"]
    assert (ours["name"], ours["version"], ours["type"]) == (
        "bambleweeny",
        __version__,
        "application",
    )
    assert ours["properties"] == [{"name": "commit", "value": "0badcab"}]
    (needs,) = [entry["dependsOn"] for entry in document["dependencies"] if "dependsOn" in entry]
    assert set(needs) == {entry["bom-ref"] for entry in document["components"]}


def test_every_package_has_the_sums_of_the_lock(document):
    bundled = [e for e in document["components"] if e["purl"].startswith("pkg:pypi/")]
    assert len(bundled) > 15
    for entry in bundled:
        locked = re.search(
            rf"^{re.escape(entry['purl'][9:].replace('@', '=='))}\b.*\n( .*\n)+", LOCK, re.M
        )
        assert "hashes" in entry, entry["purl"]
        sums = {one["content"] for one in entry["hashes"]}
        assert sums == set(re.findall(r"sha256:(\w+)", locked[0]))


def test_sums_are_read_to_the_end_of_an_entry_and_no_further():
    lock = f"a==1 ; x \\\n    --hash=sha256:{'1' * 64} \\\n    --hash=sha256:{'2' * 64}\n    # via b\nb==2 \\\n    --hash=sha256:{'3' * 64}\n"
    assert hashes_of(lock) == {
        "pkg:pypi/a@1": ["1" * 64, "2" * 64],
        "pkg:pypi/b@2": ["3" * 64],
    }


def test_every_licence_is_an_id_or_an_expression(document):
    for entry in document["components"]:
        (license_,) = entry["licenses"]
        assert "expression" in license_ or "id" in license_["license"], entry["name"]


def test_what_is_in_the_bill_is_in_the_licences_and_back(parts, document):
    contents = render(part.notice for part in parts).partition("\n\n")[0].splitlines()
    listed = sorted(re.sub(r"  .*", "", line) for line in contents)
    billed = [document["metadata"]["component"], *document["components"]]
    assert listed == sorted(f"{e['name']} {e.get('version', '')}".strip() for e in billed)
