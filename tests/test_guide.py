"""The guide and the README: every block is run, and what they list is what the code has."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import requests
from bambleweeny import config, errors, names, options
from bambleweeny.api.requests import waiting
from bambleweeny.cli.command_table import COMMANDS, verb_of
from bambleweeny.cli.connection.connection_options import Connection
from bambleweeny.cli.parsing import choose
from bambleweeny.core import nesting
from bambleweeny.core.audit import trail
from bambleweeny.core.batch import batch
from bambleweeny.core.bins import (
    bin_documents,
    challenges,
    documents,
    inbox,
    schemes,
    verification,
)
from bambleweeny.core.lists import items, leases, lists
from bambleweeny.core.mocks import limits as mocks
from bambleweeny.core.mocks import scope, values
from bambleweeny.core.mocks.documents import Answer, RouteDocument, Rule
from bambleweeny.core.mocks.journal import Entry
from bambleweeny.core.mocks.matching import matchers
from bambleweeny.core.mocks.matching.conditions import When
from bambleweeny.core.usage import traffic
from bambleweeny.core.values import MOST_BYTES_AT_ONCE, MOST_BYTES_OF_A_PAGE
from bambleweeny.guide.markdown import anchor_of, sections_of
from bambleweeny.guide.pages import contents
from bambleweeny.guide.search import LONGEST_QUERY, search
from bambleweeny.server.http import waitress_settings
from bambleweeny.server.http.buffers import limits
from bambleweeny.server.http.delays import places
from blocks import blocks_of, is_as_shown, printed_by
from servers import running
from tools import need

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "app" / "bambleweeny" / "guide"
README = ROOT / "README.md"
HOME = GUIDE / "README.md"
TOPICS = [GUIDE / f"{name}.md" for name in contents()]
PAGES = [README, HOME, *TOPICS]
KEPT_SERVERS = {"backup"}
"""Pages whose reader runs `serve`; a reader of the others runs `sandbox`."""
APART = {*KEPT_SERVERS, "sandboxes-in-tests"}
"""Pages whose data no other page can meet."""
INSTALLED = {"install", "upgrade"}
"""Pages whose reader has put the program into a folder of the PATH."""
FINDS_PROGRAM = "export PATH=$PWD/.venv/bin:$PWD/dist:$PATH"
KEPT_FILES = {
    "restored", "bambleweeny.mjs", "bambleweeny.d.mts", "bambleweeny.postman_collection.json",
}  # fmt: skip
"""Files that a reader wants to have; all others go to a temporary folder."""
TRIED_ELSEWHERE = {
    "./build.sh run": "tests/server/test_serve.py",
    "./build.sh binary": "tests/packaging/test_binary.py",
    "./build.sh image": "tests/packaging/test_image.py",
    "./build.sh bench": "tests/performance/test_bench.py",
    "sudo install": "tests/packaging/test_systemd.py",
    "sudo bambleweeny backup": "tests/cli/commands/server/test_backup.py",
    "export REDIS_PASSWORD": "tests/packaging/test_compose.py",
    "kubectl": "tests/packaging/test_kubernetes.py",
    "bambleweeny serve --base-path": "tests/server/test_base_path.py",
    "BAMBLEWEENY_REDIS_URL=": "tests/store/client/test_url.py",
    "BAMBLEWEENY_ADMIN_PASSWORD=": "tests/server/test_serve.py",
    "bambleweeny backup": "tests/cli/commands/server/test_backup.py",
    "bambleweeny restore --replace": "tests/test_guide.py",
    "./build.sh sdk": "tests/contract/test_generated_clients.py",
    "npx newman": "tests/api/docs/test_postman.py",
    "bambleweeny import-original": "tests/cli/commands/server/test_import_original.py",
    "bambleweeny login": "tests/cli/connection/test_target.py",
    "bambleweeny sub": "tests/cli/commands/workers/test_sub.py",
    "source <(bambleweeny completion": "tests/cli/commands/test_completion.py",
    "pip install .": "build.sh",
    "python3 -m venv": "tests/packaging/test_client_alone.py",
    f"{FINDS_PROGRAM}\ncd": "tests/test_guide.py",
}
"""Beginnings of the blocks that need root, a cluster, another host or a build, and their tests."""


def text_of(name: str) -> str:
    return (GUIDE / f"{name}.md").read_text("utf-8")


def rows(text: str, column: int = 0) -> list[str]:
    """Read the words in code of a column of a page's tables."""
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return [word for row in cells for word in re.findall(r"`([^`]+)`", row[column])]


Reader = tuple[Path, str]
"""The home of a reader, and the URL of a sandbox."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Iterator[Reader]:
    """A reader that follows all pages in one sandbox, in the order of the guide."""
    yield from _reader(tmp_path_factory)


@pytest.fixture(scope="module")
def reader_backwards(tmp_path_factory) -> Iterator[Reader]:
    """A reader that follows the pages in one sandbox, the last one first."""
    yield from _reader(tmp_path_factory)


def _reader(tmp_path_factory) -> Iterator[Reader]:
    home = tmp_path_factory.mktemp("home")
    with running("sandbox", HOME=str(home), XDG_DATA_HOME="") as server:
        yield home, server.url


def follow(page: Path, home: Path, url: str) -> None:
    """Run the blocks of a page, and compare what they print and leave with what it shows."""
    blocks = [block for block in blocks_of(page) if not block.elsewhere]
    if not blocks:
        return
    for block, printed in zip(blocks, printed_by(blocks, url, home), strict=True):
        assert is_as_shown(printed, block.output), (
            f"{page.name}\n{block.text}\nprinted:\n{printed}\nshown:\n{block.output}"
        )
    left = {path.name for path in home.iterdir()} - KEPT_FILES
    assert not [name for name in left if not name.startswith((".", "block-", "page.bash"))]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_block_prints_what_the_page_shows(page, reader, tmp_path):
    need("curl", "node", "openssl")
    if page.stem in KEPT_SERVERS:
        with running("serve", HOME=str(tmp_path), XDG_DATA_HOME="") as server:
            follow(page, tmp_path, server.url)
    else:
        follow(page, *reader)


@pytest.mark.parametrize(
    "page", [page for page in TOPICS[::-1] if page.stem not in APART], ids=lambda page: page.stem
)
def test_no_page_changes_what_an_earlier_one_prints(page, reader_backwards):
    need("curl", "node", "openssl")
    follow(page, *reader_backwards)


def test_a_page_finds_the_program_before_it_runs_it():
    for page in PAGES:
        blocks = [one for one in blocks_of(page) if one.language == "sh" and not one.elsewhere]
        text = "".join(block.text for block in blocks)
        used = re.search(r"(?<![\w/.-])bambleweeny(?= [a-z-])", text)
        if used and page.stem not in INSTALLED:
            assert FINDS_PROGRAM in text[: used.start()], page


@pytest.mark.parametrize("page", ["python", "javascript"])
def test_what_a_page_leaves_does_not_change_its_outputs(page, tmp_path):
    need("curl", "node")
    blocks = blocks_of(GUIDE / f"{page}.md")
    mine = [block for block in blocks if not block.elsewhere]
    with running("sandbox", HOME=str(tmp_path)) as server:
        for block, printed in zip(
            mine * 2, printed_by(mine * 2, server.url, tmp_path), strict=True
        ):
            assert is_as_shown(printed, block.output), block.text


def test_a_backup_is_restored_by_the_commands_that_are_shown(tmp_path):
    text = text_of("backup")
    commands = [
        re.search(rf"^bambleweeny {words} monday.ndjson$", text, re.M)[0]
        for words in ("backup", "restore --data-dir ~/restored", "restore --replace")
    ]
    variables = {"HOME": str(tmp_path), "XDG_DATA_HOME": ""}
    with running("serve", **variables) as server:
        data = server.said("Data")
    done = subprocess.run(
        ["bash", "-e"],
        input="\n".join(commands),
        env={**variables, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    places = re.findall(r"(?:from|to) (/\S+)\.$", done.stderr, re.MULTILINE)
    assert places == [data, str(tmp_path / "restored"), data]
    assert "1 user, 0 keys, 0 items, 0 topics, 0 messages, 0 routes and 0 bins" in done.stderr


def test_the_commands_against_a_mock_are_right(tmp_path):
    commands = re.findall(r"`(bambleweeny route \w+ --url [^`]+)`", text_of("mock-apis"))
    (tmp_path / "blog.json").write_text('{"rules": [{"path": "/posts/{id}"}]}', "utf-8")
    with running("mock", str(tmp_path / "blog.json"), HOME=str(tmp_path)) as server:
        assert requests.get(f"{server.url}posts/7", timeout=10).status_code == 200
        done = subprocess.run(
            ["bash", "-c", "\n".join(commands * 2).replace("http://127.0.0.1:8080/", server.url)],
            env={"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stderr.startswith("1 call as expected.\n"), done.stderr
    assert "\nbambleweeny: 0 calls match" in done.stderr


def test_the_first_block_about_mocks_prints_what_is_shown(tmp_path):
    first, *_ = [block for block in blocks_of(GUIDE / "mock-apis.md") if block.elsewhere]
    _, _, written, command = first.text.splitlines()
    subprocess.run(["bash", "-c", written], cwd=tmp_path, check=True)
    shown, *_ = re.findall(r"^```text\n(.*?)^```$", text_of("mock-apis"), re.M | re.S)
    *lines, call = shown.splitlines()[1:]
    kind, file = command.split()[1:]
    with running(kind, str(tmp_path / file), HOME=str(tmp_path)) as server:
        answer = requests.get(f"{server.url}posts/1", timeout=10)
        assert f"answers `{answer.text}`" in text_of("mock-apis")
        for line in lines:
            name, words = line.split(maxsplit=1)
            assert re.sub(r":\d+/", ":8080/", server.said(name)) == words
        assert server.process.stdout.readline() == f"{call}\n"


def test_most_pages_have_blocks_and_most_blocks_are_run():
    blocks = [block for page in PAGES for block in blocks_of(page)]
    assert sum(not block.elsewhere for block in blocks) > 80
    assert sum(block.elsewhere for block in blocks) <= 30


def test_a_block_that_is_not_run_here_has_another_test():
    for page in PAGES:
        for block in blocks_of(page):
            if block.elsewhere:
                [test] = {t for b, t in TRIED_ELSEWHERE.items() if block.text.startswith(b)}
                assert (ROOT / test).exists(), test


def test_the_quickstart_shows_what_a_sandbox_prints(tmp_path):
    [shown] = re.findall(r"^```text\n(.*?)^```$", text_of("quickstart"), re.M | re.S)
    with running("sandbox", HOME=str(tmp_path)) as server:
        for line in shown.splitlines()[1:]:
            name, words = line.split(maxsplit=1)
            said = re.sub(
                r":\d+", ":8080", re.sub(r"sandbox-\w+", "sandbox-4162rfyg", server.said(name))
            )
            assert said == words


def test_no_block_has_a_prompt():
    for page in PAGES:
        for block in blocks_of(page):
            assert not re.search(r"^\$ ", block.text, re.M), page


def test_every_command_in_a_block_takes_its_options():
    """Parse the commands of all blocks, also of those that are not run."""
    found = 0
    for page in PAGES:
        for block in blocks_of(page):
            text = block.text.replace("\\\n", " ")
            for line in re.findall(r"^ *(?:bambleweeny|\./build\.sh run) (.+)$", text, re.M):
                name, *words = shlex.split(re.split(r" \d?[|<>&]", line)[0])
                if name.startswith("-"):
                    continue
                verb, _ = choose(name, verb_of(name), COMMANDS[name].help, words)
                found += verb is not None
    assert found > 40


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        assert "://" not in target, target
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), target
        if anchor:
            assert anchor in {one.anchor for one in sections_of(file.read_text("utf-8"))}, target


def test_the_table_of_contents_has_every_page_and_no_other():
    assert {f"{name}.md" for name in contents()} | {"README.md"} == {
        path.name for path in GUIDE.glob("*.md")
    }
    for page in contents().values():
        assert page.section and page.summary.endswith("."), page
        assert page.text.startswith("# "), page


def test_pages_stay_short():
    assert 120 <= README.read_text("utf-8").count("\n") <= 160
    for page in TOPICS:
        assert page.read_text("utf-8").count("\n") <= 200, page


def test_the_readme_links_to_every_page():
    text = README.read_text("utf-8")
    for name in contents():
        assert f"(app/bambleweeny/guide/{name}.md)" in text, name


def test_json_blocks_are_json():
    for page in PAGES:
        for text in re.findall(r"^```json\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
            json.loads(text)


def test_the_options_page_names_every_option_and_no_other():
    table = text_of("options")
    flags = [options.flag_of(column) for column in fields(config.Config)]
    assert re.findall(r"^\| `(--[a-z-]+)", table, re.MULTILINE) == flags
    for column in fields(config.Config):
        default = re.escape(options.option_of(column).shown_default)
        metavar = options.option_of(column).metavar
        row = rf"^\| `{options.flag_of(column)} {metavar}` \|.*\| {default} \|$"
        assert re.search(row, table, re.M), row


def test_the_command_line_page_names_every_command_and_every_client_option():
    text = text_of("cli")
    shown, _, commands = text.partition("## Commands")
    flags = [options.flag_of(column) for column in fields(Connection)]
    assert re.findall(r"^\| `(--[a-z-]+)", shown, re.MULTILINE) == flags
    assert set(rows(commands)) == set(COMMANDS)


def test_the_http_page_names_every_path_and_no_other():
    contract = (ROOT / "app/bambleweeny/openapi.yaml").read_text("utf-8")
    paths = re.findall(r"^  (/\S*):$", contract, re.MULTILINE)
    table = text_of("http").partition("## Paths")[2].partition("\n## ")[0]
    assert sorted(rows(table)) == sorted(paths)


def test_the_errors_page_names_every_code_with_its_status_and_class():
    text = text_of("errors")
    table = re.findall(r"^\| `(\w+)` \| (\d+) \| `(\w+)` \| \S.+ \|$", text, re.M)
    answered = {
        (code, str(kind.status), kind.__name__)
        for code, kind in errors.CATALOGUE.items()
        if code != "error"
    }
    assert set(table) == answered
    assert len(table) == len(answered)
    unanswered = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", text, re.M)
    kinds = [errors.NoAnswer, *errors.NoAnswer.__subclasses__()]
    assert sorted(unanswered) == sorted((kind.code, kind.__name__) for kind in kinds)


def test_the_limits_page_has_the_limits_of_the_code():
    text = text_of("limits")
    for row, number in {
        "headers of a request": f"{waitress_settings._LARGEST_HEADERS >> 10} kB",
        "items that one call takes, leases or shows": f"{MOST_BYTES_OF_A_PAGE >> 20} MB, at least one item",
        "values of an answer": f"{MOST_BYTES_AT_ONCE >> 20} MB",
        "`!@[` in a text, and its size": (
            f"{nesting._MOST_PLACEHOLDERS:,}; {nesting.MOST_NESTED_BYTES >> 20} MB"
        ),
        "nested keys, and their values": (
            f"{nesting._MOST_NAMES}; {nesting.MOST_NESTED_BYTES >> 20} MB"
        ),
        "audit entries of a user; of the instance": f"{trail.MOST_OF_USER:,} successes and {trail.MOST_OF_USER:,} failures; {trail.MOST_OF_INSTANCE:,} of each",
        "days of traffic": f"{traffic.DAYS}",
        "connections of a worker": f"{limits._MOST_CONNECTIONS:,}, or what `ulimit -n` leaves",
        "`?wait=`": f"{waiting._MAX_WAIT} s",
        "name of a key, list or topic": "255 of `A-Z a-z 0-9 _ : . -`",
        "items of a lease": f"{leases.MOST_LEASED}",
        "items of a pop": f"{lists.MOST_POPPED:,}",
        "items that one call shows": f"{items.MOST_SHOWN:,}",
        "items that one call moves": f"{items.MOST_MOVED:,}",
        "delay of an item": f"{lists.LONGEST_DELAY // 86400} d",
        "TTL of an item": f"{lists.LONGEST_ITEM_TTL // 86400} d",
        "length of a lease": f"{leases.LONGEST_LEASE // 3600} h",
        "leases in one `/ack`": f"{leases.MOST_CHANGED:,}",
        "characters of a new password": f"`--min-password`, 6; at most {names.LONGEST_PASSWORD:,}",
        "operations": f"{batch._MOST_OPERATIONS:,}",
        "document of a bin": f"{bin_documents.DOCUMENT_BYTES >> 10} kB",
        "secrets of a bin; bytes of each": f"{verification.SECRETS}; {schemes.SECRET_BYTES:,}",
        "characters of a search": f"{LONGEST_QUERY}",
    }.items():
        assert f"| {row} | {number} |" in text, row


def test_the_mock_reference_has_the_limits_and_the_words_of_the_code():
    text = text_of("mock-reference")
    for row, number in {
        "a document; rules; answers of a rule": (
            f"{mocks.DOCUMENT_BYTES >> 10} kB; {mocks.RULES}; {mocks.ANSWERS}"
        ),
        "operations in `then`; keys in `when.key`": f"{mocks.OPERATIONS}; {mocks.KEY_CONDITIONS}",
        "segments of a path; `*` in a text; placeholders of an answer": (
            f"{mocks.SEGMENTS}; {mocks.WILDCARDS}; {mocks.PLACEHOLDERS}"
        ),
        "candidates: rules with `when.key` that match one request": f"{mocks.CANDIDATES}",
        "an answer; the values that `then` writes": f"{mocks.ANSWER_BYTES >> 20} MB",
        "a text that is compared; a body that is parsed": (
            f"{mocks.TEXT_CHARACTERS >> 10} kB; {mocks.BODY_BYTES >> 10} kB"
        ),
        "a delay; delayed answers of a worker": f"{mocks.DELAY_MS // 1000} s; {places._MOST_DELAYED}",
        "a collection": f"{mocks.OBJECTS:,} objects, {mocks.COLLECTION_BYTES >> 20} MB",
        "a document to import": f"{mocks.IMPORT_BYTES >> 20} MB",
    }.items():
        assert f"| {row} | {number} |" in text, row
    for kind in (RouteDocument, Rule, Answer, When):
        for field in msgspec.structs.fields(kind):
            assert f"`{field.name}`" in text or f'"{field.name}":' in text, field.name
    for word in (*(f"${name}" for name in scope._SOURCES), *values._FILTERS, *matchers._OPERATORS):
        assert re.search(rf"[`\"{{]{re.escape(word)}[`\".]", text), word


def test_the_webhook_reference_has_the_limits_and_the_words_of_the_code():
    text = text_of("webhook-reference")
    for field, bounds in {
        "`name`": "none; 1 to 64 of `A-Z a-z 0-9 _ . -`",
        "`max_body`": f"`{documents.DEFAULT_MAX_BODY >> 10}kb`; at most the server's `--max-body`",
        "`rate`": f"`{documents.DEFAULT_RATE}`; up to 1,000,000",
        "`ends`, `ends_at`": f"always; 1 s to {documents._LONGEST_LIFE // 86400} d",
        "`once`": f"none; up to {inbox._ONCE_CHARACTERS} characters; remembered for 24 h",
        "`secrets`": f"1 to {verification.SECRETS}, of 1 to {schemes.SECRET_BYTES:,} bytes; base64 for `standard`",
        "`tolerance`": f"{verification.Verify.__struct_defaults__[0]}; 1 to {verification.TOLERANCE:,}",
    }.items():
        assert re.search(rf"^\| {re.escape(field)} \|.*\| {re.escape(bounds)} \|$", text, re.M), (
            field
        )
    for kind in (documents.BinDocument, verification.Verify, Entry):
        for field in msgspec.structs.fields(kind):
            assert f"`{field.encode_name}`" in text, field.encode_name
    for provider in get_args(challenges.ChallengeName):
        assert re.search(rf"^\| `{provider}`", text, re.M), provider
    for scheme in schemes.SCHEMES:
        assert f"`{scheme}`" in text, scheme
        assert scheme in text_of("webhook-providers"), scheme


def test_the_metrics_page_names_the_metrics_of_a_server(sandbox):
    shown = set(re.findall(r"`(bambleweeny_\w+)", text_of("monitoring")))
    real = requests.get(f"{sandbox.url}/metrics", timeout=10).text
    assert shown <= set(re.findall(r"^# TYPE (\w+)", real, re.M))


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("dead letter", "queues"), ("TTL", "keys"), ("507", "errors"), ("systemd", "install"),
        ("stripe", "webhook-providers"), ("slack challenge", "webhook-providers"), ("redeliver", "webhook-reference"),
        ("websocket xylophone", None), ("--fsync", "options"), ("wiremock", "coming-from"),
        ("quota", "access"), ("sentinel", "growing"), ("Idempotency-Key", "queues"),
        ("lock", "recipes"), ("leas", "queues"), ("rate limiter", "recipes"), ("   ", None),
        ("'\"<zzz>", None), ("restore", "backup"), ("isolation", "sandboxes-in-tests"), ("parallel tests", "sandboxes-in-tests"),
        ("playwright", "sandboxes-in-javascript"), ("redrive", "queues"),
    ],
)  # fmt: skip
def test_a_search_finds_the_page(query, page):
    found = [one.page.name for one in search(query)]
    assert len(found) <= 20
    assert page in found[:6] if page else not found


def test_anchors_are_those_of_a_code_host():
    assert anchor_of("What comes along, and what does not") == "what-comes-along-and-what-does-not"
    assert anchor_of("SQS, ElasticMQ") == "sqs-elasticmq"
