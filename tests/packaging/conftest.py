"""What the tests of packaging share: what is built, a tree with all in it, a source of the engine."""

import fcntl
import subprocess
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from bambleweeny.cli.commands.server.licenses import required_distributions
from bambleweeny.cli.version import build_of, commit_of
from component import Component
from components import components_of
from second_build import SecondBuild
from tools import need
from tree import Tree

# What is required and not bundled, and what other Pythons alone require.
LEFT_OUT = {"bambleweeny", "importlib-resources", "psutil", "pycparser", "redis", "setuptools"}
LINKED = ("libc.so.6",)
NOTICE = "/* {0}\n * Copyright (c) {0}\n * Permission is hereby granted.\n */\nint x;\n"
VERSIONS = {
    "src/version.h": '#define REDIS_VERSION "6.2.99"\n#define REDIS_VERSION_NUM 0x1\n',
    "deps/hiredis/hiredis.h": "#define HIREDIS_MAJOR 1\n#define HIREDIS_MINOR 0\n#define HIREDIS_PATCH 7\n",
    "deps/lua/src/lua.h": '#define LUA_RELEASE "Lua 5.1.9"\n#define LUA_VERSION "Lua 5.1"\n',
    "deps/lua/src/lua_cjson.c": '#define CJSON_VERSION   "2.1.9"\n',
    "deps/lua/src/lua_cmsgpack.c": '#define LUACMSGPACK_VERSION "lua-cmsgpack 0.4.9"\n',
}
TEXTS = ["COPYING", "deps/hiredis/COPYING", "deps/lua/COPYRIGHT"]
CODE = [
    *(f"src/{name}.c" for name in ("crc16", "geohash", "mt19937-64", "pqsort", "quicklist")),
    *(f"src/{name}.c" for name in ("lzf_c", "siphash", "crcspeed", "setproctitle")),
    *(f"deps/lua/src/{name}.c" for name in ("fpconv", "lua_bit", "lua_cjson", "lua_cmsgpack")),
    "deps/lua/src/lua_struct.c",
]


ROOT = Path(__file__).parents[2]
SECOND = pytest.StashKey[SecondBuild]()


@pytest.fixture(scope="session")
def binary_file() -> Path:
    """The program as one file."""
    return built("binary", "bambleweeny", "gcc", "make")


@pytest.fixture(scope="session")
def image_archive() -> Path:
    """The archive of the image."""
    return built("image", "bambleweeny-image.tar", "gcc", "make", "buildah", "podman", "runc")


def pytest_collection_finish(session):
    """Begin the second build where it is wanted, and where the first one has been."""
    wanted = any("second_build" in getattr(item, "fixturenames", ()) for item in session.items)
    # NOTE: each of several processes has all tests, and one runs this; the others go on meanwhile.
    wanted = wanted and not hasattr(session.config, "workerinput")
    if wanted and not session.config.option.collectonly and (ROOT / ".venv-build").exists():
        _begin_second_build(session.config)


def pytest_unconfigure(config):
    if SECOND in config.stash:
        config.stash[SECOND].remove()


@pytest.fixture(scope="session")
def second_build(request, binary_file) -> Path:
    """The place of the project, built once more."""
    build = _begin_second_build(request.config)
    build.wait()
    return build.clone


def _begin_second_build(config) -> SecondBuild:
    if SECOND not in config.stash:
        config.stash[SECOND] = SecondBuild()
    return config.stash[SECOND]


def built(verb: str, name: str, *tools: str) -> Path:
    """Answer a file of dist/, built anew where it is of another commit or older than its sources."""
    need(*tools)
    file = ROOT / "dist" / name
    (ROOT / "build").mkdir(exist_ok=True)
    # NOTE: binary and image are made of one folder, so another process waits until a build is done.
    with (ROOT / "build" / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not _is_current(file):
            done = subprocess.run(
                [ROOT / "build.sh", verb], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
    return file


def _is_current(file: Path) -> bool:
    sources = subprocess.check_output(
        ["git", "ls-files", "-z", "app", "packaging", "Dockerfile.tiny", "pyproject.toml"],
        cwd=ROOT,
        text=True,
    )
    newest = max((ROOT / source).stat().st_mtime for source in sources.split("\0")[:-1])
    noted = ROOT / "build" / "tree" / "_internal" / "bambleweeny"
    return (
        file.exists()
        and file.stat().st_mtime >= newest
        and build_of(noted).commit == commit_of(ROOT)
    )


@pytest.fixture(scope="session")
def redis_source(tmp_path_factory) -> Path:
    """As much of Redis's source as tells licences and versions."""
    place = tmp_path_factory.mktemp("redis")
    written = dict.fromkeys(TEXTS, "Do what you like.\n")
    written |= {name: NOTICE.format(Path(name).name) for name in CODE}
    for name, text in VERSIONS.items():
        written[name] = text + written.get(name, "")
    for name, text in written.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return place


@pytest.fixture(scope="session")
def bundled() -> list[Distribution]:
    """What a build is made of, of all that is installed."""
    return [
        one
        for one in required_distributions()
        if one.metadata["Name"].lower().replace("_", "-") not in LEFT_OUT
    ]


@pytest.fixture(scope="session")
def tree(bundled) -> Tree:
    files = {str(file) for one in bundled for file in one.files if file.suffix != ".py"}
    modules = {
        ".".join(file.with_suffix("").parts).removesuffix(".__init__")
        for one in bundled
        for file in one.files
        if file.suffix == ".py"
    }
    libraries = {"libz.so.1", "libpython3.11.so.1.0", "python3.11/lib-dynload/_x.cpython-311.so"}
    ours = {"bambleweeny.cli", "pyi_rth_inspect", "json.decoder"}
    return Tree(frozenset(files | libraries), frozenset(modules | ours))


@pytest.fixture(scope="session")
def parts(tree, redis_source) -> list[Component]:
    need("dpkg")
    return components_of(tree, redis_source, LINKED)
