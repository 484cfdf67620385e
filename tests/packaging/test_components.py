"""What a build bundles, and that nothing in it goes without a licence."""

import json
import re
from dataclasses import replace

import pytest
from bambleweeny import __version__
from bambleweeny.cli.commands.server.licenses import notices_of_engine
from component import MissingLicense
from components import components_of
from engine_notices import engine_notices
from engine_parts import components_of_engine
from system_libraries import components_of_libraries
from tools import need


def named(parts):
    return {part.url.partition("@")[0]: part.notice for part in parts}


def test_all_that_is_bundled_is_named_and_ours_is_first(parts, bundled):
    assert parts[0].notice.title == f"bambleweeny {__version__}"
    found = named(parts)
    for one in bundled:
        name = one.metadata["Name"].lower().replace("_", "-")
        assert found[f"pkg:pypi/{name}"].version == one.version
    assert not {"pkg:pypi/setuptools", "pkg:pypi/pytest", "pkg:pypi/ruff"} & set(found)


def test_what_is_not_python_is_named_too(parts):
    names = {part.notice.name for part in parts}
    assert names >= {"CPython", "PyInstaller bootloader", "Redis", "Lua", "glibc", "zlib"}
    assert names >= {"hiredis", "libyaml", "libargon2", "libffi", "swagger-ui"}
    assert named(parts)["pkg:npm/preact"].license == "MIT"
    assert len(named(parts)["pkg:npm/htm"].texts) == 2


def test_each_has_an_address_of_its_own_a_licence_and_a_text(parts):
    assert len({part.url for part in parts}) == len(parts)
    for part in parts:
        assert re.fullmatch(r"[A-Za-z0-9.-]+( (AND|OR|WITH) [A-Za-z0-9.-]+)*", part.notice.license)
        assert all(text.strip() for text in part.notice.texts), part.url
        assert part.notice.texts, part.url


def test_the_exception_of_the_bootloader_is_there_and_not_the_whole_gpl(parts):
    (text,) = named(parts)["pkg:pypi/pyinstaller"].texts
    assert "Bootloader Exception" in text
    assert len(text) < 10_000


def test_the_lgpl_of_the_c_library_is_there_whole(parts):
    (glibc,) = [part for part in parts if part.notice.name == "glibc"]
    assert re.fullmatch(r"pkg:deb/[a-z]+/libc6@\S+\?arch=\w+&distro=\S+", glibc.url)
    assert any("GNU LESSER GENERAL PUBLIC LICENSE" in text for text in glibc.notice.texts)


def test_a_module_of_no_package_ends_the_build(tree, redis_source):
    strange = replace(tree, modules=tree.modules | {"strange.thing"})
    with pytest.raises(MissingLicense, match=r"in the build: strange\.$"):
        components_of(strange, redis_source, ())


def test_a_library_of_no_package_ends_the_build(tree, redis_source):
    need("dpkg")
    strange = replace(tree, files=tree.files | {"libstrange.so.7"})
    with pytest.raises(MissingLicense, match=r"libstrange\.so\.7 is of no Debian package"):
        components_of(strange, redis_source, ())


def test_a_library_without_a_known_licence_ends_the_build():
    need("dpkg")
    with pytest.raises(MissingLicense, match="libselinux1 is in the build: leave it out"):
        components_of_libraries(["libselinux.so.1"])


def test_a_run_from_source_has_the_notices_of_the_same_parts(redis_source):
    built = components_of_engine(redis_source)
    written = notices_of_engine()
    assert [(part.notice.name, part.notice.license) for part in built] == [
        (notice.name, notice.license) for notice in written
    ]
    assert json.loads(engine_notices(redis_source))[0]["version"] == "6.2.99"


def test_the_parts_of_the_engine_have_the_versions_of_the_source(redis_source):
    titles = {part.notice.title for part in components_of_engine(redis_source)}
    assert titles >= {"Redis 6.2.99", "hiredis 1.0.7", "Lua 5.1.9", "lua-cjson 2.1.9"}
    assert titles >= {"lua-cmsgpack 0.4.9", "LibLZF", "SipHash"}
    assert not titles & {"linenoise", "hdr_histogram", "jemalloc"}


def test_of_a_c_file_only_the_notice_is_taken(redis_source):
    found = named(components_of_engine(redis_source))
    assert found["pkg:generic/lua-cjson"].texts[0] == (
        "lua_cjson.c\nCopyright (c) lua_cjson.c\nPermission is hereby granted."
    )


def test_another_source_ends_the_build(tmp_path):
    with pytest.raises(MissingLicense, match=r"is .* Redis's source"):
        components_of_engine(tmp_path)


def test_a_package_whose_licence_has_no_spdx_id_ends_the_build(
    tree, redis_source, monkeypatch, tmp_path
):
    (tmp_path / "odd.py").touch()
    folder = tmp_path / "odd-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: odd\nVersion: 1\nLicense: Odd\n")
    (folder / "LICENSE").write_text("Do what you like.\n")
    (folder / "RECORD").write_text("odd.py,,\nodd-1.dist-info/LICENSE,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingLicense, match=r"odd 1 names its licence 'Odd': give its SPDX id"):
        components_of(replace(tree, modules=tree.modules | {"odd"}), redis_source, ())
    (folder / "LICENSE").unlink()
    (folder / "RECORD").write_text("odd.py,,\n")
    with pytest.raises(MissingLicense, match="odd 1 brings no text"):
        components_of(replace(tree, modules=tree.modules | {"odd"}), redis_source, ())
