"""What is linked into the engine, read from the source that it is built of.

The parts of the source that are for other programs (linenoise, hdr_histogram, jemalloc)
are not in it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from bambleweeny.cli.commands.server.licenses import Notice
from component import Component, MissingLicense
from packageurl import PackageURL

_COMMENT = re.compile(r"/\*(.*?)\*/", re.DOTALL)
_EDGE = re.compile(r"^[ \t*]+|[ \t*]+$", re.MULTILINE)


@dataclass(frozen=True)
class _Part:
    name: str
    license: str
    files: tuple[str, ...]
    version: tuple[str, str] | None = None


_PARTS = (
    _Part(
        "Redis",
        "BSD-3-Clause",
        (
            "COPYING",
            "src/crc16.c",
            "src/geohash.c",
            "src/mt19937-64.c",
            "src/pqsort.c",
            "src/quicklist.c",
        ),
        ("src/version.h", r'REDIS_VERSION "(.+)"'),
    ),
    _Part(
        "hiredis",
        "BSD-3-Clause",
        ("deps/hiredis/COPYING",),
        ("deps/hiredis/hiredis.h", r"HIREDIS_(?:MAJOR|MINOR|PATCH) (\d+)"),
    ),
    _Part("Lua", "MIT", ("deps/lua/COPYRIGHT",), ("deps/lua/src/lua.h", r'"Lua (\d+\.\d+\.\d+)"')),
    _Part("Lua BitOp", "MIT", ("deps/lua/src/lua_bit.c",)),
    _Part(
        "lua-cjson",
        "MIT",
        ("deps/lua/src/lua_cjson.c", "deps/lua/src/fpconv.c"),
        ("deps/lua/src/lua_cjson.c", r'CJSON_VERSION +"(.+)"'),
    ),
    _Part(
        "lua-cmsgpack",
        "MIT",
        ("deps/lua/src/lua_cmsgpack.c",),
        ("deps/lua/src/lua_cmsgpack.c", r'"lua-cmsgpack (.+)"'),
    ),
    _Part("lua-struct", "MIT", ("deps/lua/src/lua_struct.c",)),
    _Part("LibLZF", "BSD-2-Clause OR GPL-2.0-or-later", ("src/lzf_c.c",)),
    _Part("SipHash", "CC0-1.0", ("src/siphash.c",)),
    _Part("crcspeed", "Zlib", ("src/crcspeed.c",)),
    _Part("setproctitle", "MIT", ("src/setproctitle.c",)),
)


def components_of_engine(source: Path) -> list[Component]:
    """Give the parts of the engine from the top of Redis's source.

    Raises MissingLicense where a file is missing or names no copyright.
    """
    try:
        return [_component_of(part, source) for part in _PARTS]
    except FileNotFoundError as ex:
        raise MissingLicense(f"{ex.filename} is not there: is {source} Redis's source?") from ex


def _component_of(part: _Part, source: Path) -> Component:
    texts = tuple(_notice_in(source / file) for file in part.files)
    version = ""
    if part.version:
        file, pattern = part.version
        version = ".".join(re.findall(pattern, _read(source / file)))
    slug = part.name.lower().replace(" ", "-")
    kind, owner = ("github", "redis") if slug in ("redis", "hiredis") else ("generic", None)
    url = PackageURL(kind, owner, slug, version or None).to_string()
    return Component(Notice(part.name, version, part.license, texts), url)


def _notice_in(file: Path) -> str:
    """Give a text as it is, and of a C file the comments that speak of copyright."""
    text = _read(file)
    if file.suffix != ".c":
        return text
    found = [
        _EDGE.sub("", comment).strip()
        for comment in _COMMENT.findall(text)
        if re.search("copyright.*(permi|warrant|public)", comment, re.IGNORECASE | re.DOTALL)
    ]
    if not found:
        raise MissingLicense(f"{file} names no copyright any more: see where it went.")
    return "\n\n".join(found)


def _read(file: Path) -> str:
    return file.read_text("utf-8", errors="replace")
