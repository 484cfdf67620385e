"""How scripts are assembled, and how an error names the line of a source."""

import re
from pathlib import Path

import lua_check
import pytest
from bambleweeny.core.batch.operations import Pop, Set
from bambleweeny.errors import InternalError
from bambleweeny.store import scripts
from bambleweeny.store.scripts import with_sources
from bambleweeny.store.scripts.assembly import Assembler
from queues import key
from tools import need

FOLDER = Path(scripts.__file__).parent


def assembled(**files):
    """The script `main` of files that are given by name."""
    return Assembler(files.__getitem__).script("main")


def place_in(file, text):
    """File and line of the only line of a source that has a text."""
    lines = (FOLDER / file).read_text("utf-8").splitlines()
    [number] = [number for number, line in enumerate(lines, 1) if text in line]
    return f"{file}:{number}"


def test_a_file_is_included_once_and_before_what_needs_it(store):
    script = assembled(
        main='--- @include "one"\n--- @include "two"\nreturn one + two',
        one='--- @include "two"\n-- A comment.\n\nlocal one = two + 1',
        two="local two = 1",
    )
    assert script.text == "local two = 1\nlocal one = two + 1\nreturn one + two\n"
    assert store.run(script, []) == 3
    assert [script.location_of(line) for line in (1, 2, 3)] == [
        "two.lua:1",
        "one.lua:4",
        "main.lua:3",
    ]
    assert script.location_of(4) == "main:?"


def test_a_script_is_a_function_with_arguments_of_its_own(store):
    script = assembled(
        main='--- @function "double"\nreturn {double({21}), ARGV[1]}',
        double='--- @include "factor"\nreturn ARGV[1] * factor',
        factor="local factor = 2",
    )
    assert store.run(script, [], "mine") == [42, b"mine"]
    assert script.text.startswith("local factor = 2\nlocal function double(ARGV)\n")


def test_a_lazy_function_has_its_includes_inside(store):
    script = assembled(
        main='--- @lazy "rare"\nif ARGV[1] then\n  return rare({5})\nend\nreturn 0',
        rare='--- @include "limit"\nreturn limit + ARGV[1]',
        limit="local limit = 10",
    )
    assert script.text.startswith("local function rare(...)\nlocal limit = 10\n")
    assert (store.run(script, []), store.run(script, [], "1")) == (0, 15)


def test_a_lazy_function_whose_includes_are_there_is_a_plain_one(store):
    script = assembled(
        main='--- @lazy "rare"\n--- @include "limit"\nreturn rare({5}) + limit',
        rare='--- @include "limit"\nreturn limit + ARGV[1]',
        limit="local limit = 10",
    )
    assert script.text.count("local limit") == 1
    assert script.text.count("function") == 1
    assert store.run(script, []) == 25


def test_one_function_of_a_library_can_be_lazy(store):
    files = {
        "main": '--- @lazy "library" second\nreturn second(1)',
        "library": "local function first(n)\n  return n + 1\nend\n"
        "local function second(n)\n  return first(n) + 1\nend",
    }
    script = Assembler(files.__getitem__).script("main")
    assert script.text.startswith("local function second(...)\nlocal function first(n)\n")
    assert store.run(script, []) == 3
    files["main"] = '--- @include "library"\n' + files["main"].replace("second(1)", "first(1)")
    assert Assembler(files.__getitem__).script("main").text.count("second") == 1


def test_a_lazy_function_may_have_the_name_of_its_library(store):
    files = {
        "main": '--- @lazy "library" library\nreturn library(1)',
        "library": "local function first(n)\n  return n + 1\nend\n"
        "local function library(n)\n  return first(n) + 1\nend",
    }
    assert store.run(Assembler(files.__getitem__).script("main"), []) == 3


@pytest.mark.parametrize(
    "text",
    [
        "ERR Error running script (call to f_{sha}): @user_script:{line}: WRONGTYPE Operation",
        "ERR Error running script (call to f_{sha}): @user_script: {line}: WRONGTYPE Operation",
        "ERR user_script:{line}: Script attempted to access 'x' script: {sha}, on @user_script:{line}.",
        "ERR user_script:{line}: attempt to call a nil value script: lists/pop_oldest",
    ],
)
def test_an_error_of_a_script_names_the_line_of_its_source(text):
    script = scripts.POP_OLDEST
    line = next(
        n
        for n, line in enumerate(script.lines, 1)
        if "'LPOP'" in line.text and "item =" in line.text
    )
    wanted = script.location_of(line)
    assert wanted.startswith(("lists/pop_oldest.lua:", "lib/"))
    located = with_sources(text.format(sha=script.sha, line=line))
    assert wanted in located
    assert "user_script" not in located


@pytest.mark.parametrize(
    "text", ["WRONGTYPE Operation", "ERR user_script:3: x", "ERR user_script:3: x f_" + "0" * 40]
)
def test_an_error_of_no_known_script_stays_as_it_is(text):
    assert with_sources(text) == text


def test_the_log_names_the_line_at_which_a_script_failed(services, uli, raw, caplog):
    raw.set(key("list", "q"), "of another type")
    with pytest.raises(InternalError):
        services.lists.pop(uli, "q")
    [record] = caplog.records
    assert place_in("lists/pop_oldest.lua", "local counters = ") in record.getMessage()


def test_the_log_names_the_line_at_which_a_lazy_function_failed(services, uli, raw, caplog):
    services.lists.push(uli, "q", b"x")
    raw.hset(key("list", "q"), "policy", "{")
    numbers = raw.hget(key("list", "q"), "numbers")
    raw.hset(key("list", "q"), "numbers", b"\x01" + numbers[1:])
    with pytest.raises(InternalError):
        services.lists.pop(uli, "q")
    [record] = caplog.records
    assert place_in("lib/list.lua", "list.policy = policy and cjson") in record.getMessage()


def test_the_log_names_the_line_at_which_an_operation_of_a_batch_failed(services, uli, raw, caplog):
    raw.set(key("list", "q"), "of another type")
    first, second = services.batch.run(uli, [Set("k", "v"), Pop("q")])
    assert not isinstance(first, InternalError)
    assert isinstance(second, InternalError)
    [record] = caplog.records
    assert place_in("lists/pop_oldest.lua", "local counters = ") in record.getMessage()


def test_a_finding_of_luacheck_names_file_and_line():
    need("luacheck")
    script = assembled(
        main='--- @include "library"\nreturn used(missing)',
        library="local function used()\nend\n\nlocal function unused()\nend",
    )
    found = lua_check.findings([script])
    assert [re.sub(r" \(.*", "", finding) for finding in found] == [
        "library.lua:4: unused function 'unused'",
        "main.lua:2: accessing undefined variable 'missing'",
    ]


def test_a_function_that_one_of_two_scripts_uses_is_no_finding():
    need("luacheck")
    files = {
        "one": '--- @include "library"\nreturn used()',
        "two": '--- @include "library"\nreturn used() + unused()',
        "library": "local function used()\nend\nlocal function unused()\nend",
    }
    both = Assembler(files.__getitem__)
    assert len(lua_check.findings([both.script("one")])) == 1
    assert lua_check.findings([both.script("one"), both.script("two")]) == []
