"""Libraries of the system: which Debian package each is of, and under which licence."""

import re
import subprocess
import sysconfig
from pathlib import Path, PurePosixPath
from platform import freedesktop_os_release

from bambleweeny.cli.commands.server.licenses import Notice
from component import Component, MissingLicense
from packageurl import PackageURL

_DOCUMENTS = Path("/usr/share/doc")
_COMMON = Path("/usr/share/common-licenses")
# By source package: a name, the SPDX expression, and the full text that the package refers to.
# NOTE: readline is not here, since its licence (GPL) would be that of the whole program.
_LICENSES = {
    "bzip2": ("bzip2", "bzip2-1.0.6", ""),
    "expat": ("Expat", "MIT", ""),
    "gcc": ("libgcc", "GPL-3.0-or-later WITH GCC-exception-3.1", "GPL-3"),
    "glibc": ("glibc", "LGPL-2.1-or-later", "LGPL-2.1"),
    "libffi": ("libffi", "MIT", ""),
    "libzstd": ("zstd", "BSD-3-Clause OR GPL-2.0-only", ""),
    "mpdecimal": ("mpdecimal", "BSD-2-Clause", ""),
    "openssl": ("OpenSSL", "Apache-2.0", "Apache-2.0"),
    "util-linux": ("libuuid", "BSD-3-Clause", ""),
    "xz-utils": ("liblzma", "0BSD OR LicenseRef-public-domain", ""),
    "zlib": ("zlib", "Zlib", ""),
}


def components_of_libraries(libraries: list[str]) -> list[Component]:
    """Give a component for each package that has one of these files, by file name.

    Raises MissingLicense for a file of no package, a package without a line above,
    and one whose documentation is not installed.
    """
    return [_component_of(package) for package in sorted({_package_of(name) for name in libraries})]


def _package_of(library: str) -> str:
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    found = [
        (PurePosixPath(path).parent.name != multiarch, package)
        for package, _, path in (
            line.partition(": ") for line in _ask("dpkg", "-S", f"*/{library}").splitlines()
        )
        if not package.startswith("diversion") and PurePosixPath(path).name == library
    ]
    if not found:
        raise MissingLicense(f"{library} is of no Debian package, so its licence is not known.")
    return min(found)[1].partition(",")[0]


def _component_of(package: str) -> Component:
    fields = "${Package} ${Version} ${Architecture} ${source:Package}"
    binary, version, architecture, source = _ask(
        "dpkg-query", "-W", f"-f={fields}", package
    ).split()
    known = _LICENSES.get(re.sub(r"^gcc-\d+$", "gcc", source))
    if known is None:
        raise MissingLicense(
            f"{binary} is in the build: leave it out, or name the licence of its source {source} "
            f"in packaging/contents/system_libraries.py."
        )
    name, license_, common = known
    texts = [_read(_DOCUMENTS / binary / "copyright", binary)]
    if common:
        texts.append(_read(_COMMON / common, "base-files"))
    return Component(
        Notice(name, version, license_, tuple(texts)), _url(binary, version, architecture)
    )


def _url(package: str, version: str, architecture: str) -> str:
    system = freedesktop_os_release()
    place = {"arch": architecture, "distro": f"{system['ID']}-{system.get('VERSION_ID', 'sid')}"}
    return PackageURL("deb", system["ID"], package, version, place).to_string()


def _read(path: Path, package: str) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except FileNotFoundError as ex:
        raise MissingLicense(
            f"{path} is not there: install {package} again with its documentation."
        ) from ex


def _ask(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError as ex:
        raise MissingLicense("Licences of libraries are asked of dpkg: build on Debian.") from ex
