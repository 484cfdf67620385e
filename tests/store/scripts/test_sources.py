"""The files of the Lua scripts: each is used, needs what it includes, and has a true header."""

import re
import subprocess
from functools import cache
from pathlib import Path

import lua_check
import pytest
from bambleweeny.store import scripts
from bambleweeny.store.scripts.assembly import Assembler
from tools import need

FOLDER = Path(scripts.__file__).parent
APP = FOLDER.parent.parent
NAMES = sorted(
    path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.lua")
)
SCRIPTS = {script.name: script for script in lua_check.all_scripts()}
FOLDERS = "|".join(sorted({name.partition("/")[0] for name in NAMES}))
FILES = re.compile(rf"[\w/]+\.(?:py|lua)\b|(?<=`)(?:{FOLDERS})/\w+").findall
_PARTS_OF_SANDBOXES = ("owner", "request_limits", "sets", "saved_keys", "saved_lists")
LIBRARIES = [
    name
    for name in NAMES
    if name.startswith("lib/")
    or name in ("batch/rollback", "rates/cell_rates")
    or name in (f"sandboxes/{part}" for part in _PARTS_OF_SANDBOXES)
]
ENTRY = re.compile(r"(KEYS|ARGV)\[(\d+)\] (\w+) \([^)]+\)(?:: .+)?").fullmatch
GROUP = re.compile(r"ARGV\[(\d+)\.\.\] (\w+ \([^)]+\)(?:, \w+ \([^)]+\))*): .+").fullmatch

source_of = Assembler().source


@cache
def text_of(name: str) -> str:
    return (FOLDER / f"{name}.lua").read_text("utf-8")


@cache
def code_of(name: str) -> str:
    lines = text_of(name).splitlines()
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("--"))


def sources_of(name: str) -> set[str]:
    """All files of a script or library, itself among them."""
    return {name}.union(*(sources_of(need.file) for need in source_of(name).needs))


@pytest.fixture(scope="module")
def free_names():
    """The names that each file uses and does not define."""
    need("luacheck")
    config = ["--config", str(lua_check._CONFIG), "--no-cache", "--only", "11"]
    ran = subprocess.run(
        ["luacheck", *config, "--formatter", "plain", *(f"{name}.lua" for name in NAMES)],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {name: set() for name in NAMES}
    for line in ran.stdout.splitlines():
        file, free = re.fullmatch(r"(.+)\.lua:\d+:\d+: .* variable '(\w+)'", line).groups()
        found[file].add("its_tag" if free.startswith("its_") else free)
    assert found["keys/put_keys_within_quota"] >= {"its_tag", "room_in_quota", "write_key"}
    return found


def defined_by(wanted) -> set[str]:
    """The names that a directive defines."""
    if wanted.kind != "include":
        return {wanted.function}
    first = re.findall(r"^local (?:function )?([\w, ]+)", code_of(wanted.file), re.MULTILINE)
    return {name.strip() for names in first for name in names.split(",")}


def test_every_script_is_used_and_every_file_is_in_one():
    code = "".join(
        path.read_text("utf-8") for path in APP.rglob("*.py") if FOLDER not in path.parents
    )
    for constant, value in vars(scripts).items():
        if isinstance(value, scripts.Script):
            assert re.search(rf"\b{constant}\b", code), f"{constant} is used nowhere"
            assert constant.lower() == value.name.rpartition("/")[2]
    assert set().union(*map(sources_of, SCRIPTS)) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_include_is_needed_and_none_is_missing(name, free_names):
    needs = source_of(name).needs
    for wanted in needs:
        assert free_names[name] & defined_by(wanted), f"{name} does not need {wanted.file}"
    defined = set().union(*map(defined_by, needs))
    assert free_names[name] <= defined, f"{name} lacks an include"


@pytest.mark.parametrize("name", NAMES)
def test_directives_are_understood_and_come_before_the_code(name):
    head = text_of(name).partition("\nlocal ")[0].partition("\nreturn ")[0]
    directives = re.findall(r"^--- .*$", text_of(name), re.MULTILINE)
    assert len(directives) == len(source_of(name).needs)
    assert all(directive in head for directive in directives)


def test_files_that_comments_name_exist():
    """Paths begin at `app/bambleweeny` or at the folder of the scripts, a bare name anywhere."""
    paths = [path.relative_to(APP).as_posix() for path in APP.rglob("*") if path.is_file()]
    named = {
        (name, found)
        for name in NAMES
        for comment in re.findall(r"--.*", text_of(name))
        for found in FILES(comment)
    }
    assert ("lib/items", "core/lists/codec.py") in named
    for name, found in named:
        file = found if "." in found else f"{found}.lua"
        assert any(f"/{path}".endswith(f"/{file}") for path in paths), f"{name} names {found}"


def test_nobody_includes_itself():
    files = {
        "a": '--- @include "b"\nlocal a = b',
        "b": '--- @function "c"\nlocal b = c',
        "c": '--- @lazy "a"\nreturn a',
    }
    with pytest.raises(ValueError, match=r"a -> b -> c -> a"):
        Assembler(files.__getitem__).script("a")


def bindings(name: str) -> dict[str, str]:
    """The locals at the top of a file's code, by what they are of KEYS and ARGV."""
    found = {}
    for line in code_of(name).splitlines():
        bound = re.fullmatch(r"local ([\w, ]+) = (.*)", line)
        parts = bound and re.findall(r"(?:^|, )(?:tonumber\()?((?:KEYS|ARGV)\[\d+\])", bound[2])
        if not parts:
            return found
        names = bound[1].split(", ")
        assert len(names) == len(parts), f"{name}: {line}"
        found |= dict(zip(parts, names, strict=True))
    return found


def header_of(name: str) -> tuple[dict[str, str], tuple[int, list[str]] | None, str]:
    """What a header says: the names of arguments, of those that repeat from one on, the rest."""
    comment = re.match(r"(?:--(?!-).*\n)+", text_of(name))[0]
    entries, group = {}, None
    _, _, rest = comment.partition("-- Input\n")
    for entry in re.findall(r"^--   ((?:KEYS|ARGV).*(?:\n--     .*)*)", rest, re.MULTILINE):
        line = re.sub(r"\n--     ", " ", entry)
        if found := ENTRY(line):
            entries[f"{found[1]}[{found[2]}]"] = found[3]
        else:
            found = GROUP(line)
            assert found, f"{name}: {line}"
            group = int(found[1]), re.findall(r"(\w+) \(", found[2])
    return entries, group, comment


@pytest.mark.parametrize("name", NAMES)
def test_headers_name_arguments_as_the_code_does(name):
    entries, group, comment = header_of(name)
    bound = {}
    for file in sorted(sources_of(name) - {name}) if name not in LIBRARIES else ():
        bound |= bindings(file) if file in LIBRARIES else {}
    bound |= bindings(name)
    assert entries == bound
    code = code_of(name)
    used = {int(index) for index in re.findall(r"ARGV\[(\d+)\]", code)}
    top = {int(part[5:-1]) for part in bindings(name) if part.startswith("ARGV")}
    assert {index for index in used - top if not group or index < group[0]} == set()
    assert re.match(r"-- [A-Z][^.]*\.", comment), f"{name} does not say what it does"
    if name not in LIBRARIES:
        assert re.search(r"^-- Output: ", comment, re.MULTILINE), name


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(LIBRARIES)))
def test_repeated_arguments_are_read_as_the_header_names_them(name):
    _, group, _ = header_of(name)
    code = code_of(name)
    if group is None:
        assert not re.search(r"#ARGV|unpack\(ARGV", code)
        return
    first, names = group
    is_loop = re.search(
        rf"^for \w+ = {first}, #ARGV{f', {len(names)}' if len(names) > 1 else ''} do", code, re.M
    )
    assert is_loop or re.search(rf"unpack\(ARGV{f', {first}' if first > 1 else ''}\)", code)
    if is_loop and len(names) > 1:
        unpacked = re.findall(
            r"^ +(?:local )?([\w, ]+) = unpack\(ARGV, index, index \+ (\d)\)", code, re.M
        )
        assert (", ".join(names), str(len(names) - 1)) in unpacked


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_errors_are_in_the_header(name):
    codes = {
        code for line in SCRIPTS[name].lines if line.file == name
        for code in re.findall(r"B9Y (\w+)", line.text)
    }  # fmt: skip
    stated = re.search(r"^-- Errors: ((?:.*\n)(?:--   .*\n)*)", text_of(name), re.MULTILINE)
    assert codes <= set(re.findall(r"\w+", stated[1] if stated else "")), name


def test_luacheck_finds_nothing_in_the_scripts():
    need("luacheck")
    assert lua_check.findings(list(SCRIPTS.values())) == []
    assert lua_check.long_lines(FOLDER) == []
