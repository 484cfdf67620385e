"""The release workflow: its steps are run here, with files and a `gh` that stand for the real ones."""

import hashlib
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import bambleweeny
import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))
JOBS: dict[str, Any] = WORKFLOW["jobs"]
TAG = f"v{bambleweeny.__version__}"
MACHINES = {"x86_64": "ubuntu-24.04", "aarch64": "ubuntu-24.04-arm"}
BUILT = {
    "binary": {"dist/bambleweeny", "dist/bambleweeny.cdx.json"},
    "image": {"dist/bambleweeny-image.tar"},
}
"""What each verb of build.sh leaves to be released."""
VERBS = {"run", "test", "check", "binary", "image", "bench", "clean"}


def run(job: str, step: str, place: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step as the workflow would, in a directory."""
    [found] = [item for item in JOBS[job]["steps"] if item.get("name") == step]
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", found["run"]],
        cwd=place / found.get("working-directory", "."),
        env={"PATH": f"{place}/bin:{os.environ['PATH']}", **variables},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def commands() -> str:
    return "\n".join(step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step)


def test_a_tag_of_a_version_starts_it_and_nothing_else():
    # NOTE: `on` is a yes in YAML 1.1.
    assert WORKFLOW[True] == {"push": {"tags": ["v*"]}}


def test_only_what_publishes_may_write():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job} == {
        "publish": {"contents": "write"}
    }
    assert "secrets." not in str(WORKFLOW)


def test_tests_come_before_builds_and_builds_before_the_release():
    assert "needs" not in JOBS["test"]
    assert (JOBS["build"]["needs"], JOBS["publish"]["needs"]) == ("test", "build")


def test_there_is_a_build_for_each_machine():
    assert {
        item["machine"]: item["runner"] for item in JOBS["build"]["strategy"]["matrix"]["include"]
    } == MACHINES
    assert JOBS["build"]["runs-on"] == "${{ matrix.runner }}"


def test_foreign_actions_are_of_one_house_and_pinned_by_digest():
    used = [step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step]
    assert used
    assert not [name for name in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", name)]


@pytest.mark.parametrize("file", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda f: f.name)
def test_each_digest_says_which_version_it_is(file):
    lines = [line for line in file.read_text("utf-8").splitlines() if "uses:" in line]
    assert lines
    for line in lines:
        assert re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_it_calls_verbs_of_build_sh():
    called = set(re.findall(r"\./build\.sh (\w+)", commands()))
    assert called == set(BUILT)
    usage = subprocess.run(
        [ROOT / "build.sh", "help"], capture_output=True, text=True, check=True
    ).stdout
    assert called <= set(re.findall(r"^  (\w+)", usage, re.MULTILINE)) | VERBS
    assert ".ci/run" in commands()
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


@pytest.mark.parametrize(("tag", "status"), [(TAG, 0), ("v0.0.9", 1), (TAG[1:], 1)])
def test_a_tag_that_is_not_the_version_stops_it(tag, status):
    done = run("test", "Compare the tag with the version", ROOT, GITHUB_REF_NAME=tag)
    assert done.returncode == status
    assert (f"The tag is {tag} and the version {TAG[1:]}" in done.stderr) == bool(status)


@pytest.fixture
def released(tmp_path) -> Path:
    """A checkout in which all was built, named and summed up, machine by machine."""
    for file in set().union(*BUILT.values()):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(file)
    together = tmp_path / "together"
    together.mkdir()
    for machine in MACHINES:
        done = run("build", "Name the files after the machine", tmp_path, MACHINE=machine)
        assert done.returncode == 0, done.stderr
        for file in (tmp_path / "release").iterdir():
            file.rename(together / file.name)
        (tmp_path / "release").rmdir()
    together.rename(tmp_path / "release")
    done = run("publish", "Write the checksums", tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_each_machine_has_its_files_and_all_are_summed_up(released):
    files = {file.name: file.read_bytes() for file in (released / "release").iterdir()}
    sums = files.pop("SHA256SUMS").decode()
    assert set(files) == {
        name.format(machine)
        for machine in MACHINES
        for name in ("bambleweeny-{}", "bambleweeny-{}.cdx.json", "bambleweeny-image-{}.tar")
    }
    assert sorted(sums.splitlines()) == sorted(
        f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in files.items()
    )


def test_what_is_published_has_every_file_and_the_notes_of_the_version(released):
    (released / "bin").mkdir()
    gh = released / "bin" / "gh"
    gh.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    gh.chmod(0o755)
    (released / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## [9.9.9] - 2030\n\nlater\n\n## [{TAG[1:]}] - 2026\n\nnow\n\n## [0.1.0] - 2020\n\nbefore\n"
    )
    done = run("publish", "Publish", released, GITHUB_REF_NAME=TAG, GITHUB_REPOSITORY="a/b")
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[:3] == ["release", "create", TAG]
    assert "--verify-tag" in said
    files = {f"release/{file.name}" for file in (released / "release").iterdir()}
    assert {word for word in said if word.startswith("release/")} == files
    assert (released / "notes.md").read_text() == f"## [{TAG[1:]}] - 2026\n\nnow\n\n"
