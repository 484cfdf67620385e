"""Runs the command line with what Windows has: `python as_on_windows.py WORDS`.

Modules of Unix cannot be imported, and functions of Unix are deleted from the modules that
both have. With no words it imports every module of the client and the command
line, and prints how many.
"""

import os
import select
import signal
import socket
import sys
from importlib import import_module
from importlib.abc import MetaPathFinder
from pkgutil import walk_packages

MODULES = {
    "crypt", "fcntl", "grp", "nis", "pty", "pwd", "readline", "resource", "spwd",
    "syslog", "termios", "tty",
}  # fmt: skip
NAMES = {
    os: (
        "chown chroot fchmod fchown fork forkpty getegid geteuid getgid getgroups getloadavg getpgid "
        "getpriority getuid killpg mkfifo mknod nice openpty pipe2 pread pwrite sched_getaffinity "
        "sched_setaffinity setpgid setsid setuid statvfs sync uname wait3 wait4"
    ),
    signal: "SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGUSR1 SIGUSR2 SIGWINCH alarm "
    "pthread_sigmask setitimer sigwait",
    select: "epoll poll",
    socket: "AF_UNIX",
}
OF_PYTEST = "bambleweeny.client.pytest_plugin"
"""Only pytest imports it; an installation of the client alone lacks pytest."""
OF_THE_SERVER = {
    "backup",
    "engine",
    "import_original",
    "outcome",
    "process",
    "run",
    "yaml_documents",
}
"""Modules of the command line that only commands with a server import."""


class Hidden(MetaPathFinder):
    """Hides the modules of Unix."""

    def find_spec(self, name, path=None, target=None):
        if name in MODULES:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)


def hide() -> None:
    """Hide the modules of Unix and delete its functions."""
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Hidden())
    for module, names in NAMES.items():
        for name in names.split():
            delattr(module, name)


def import_all() -> int:
    """Import every module that an installation of the client alone needs."""
    count = 0
    for package in ("bambleweeny.client", "bambleweeny.cli"):
        home = import_module(package)
        for found in walk_packages(home.__path__, f"{package}."):
            name = found.name
            if name.rpartition(".")[2] not in OF_THE_SERVER and not name.startswith(OF_PYTEST):
                import_module(found.name)
                count += 1
    return count


if __name__ == "__main__":
    hide()
    if sys.argv[1:]:
        from bambleweeny.cli import main

        raise SystemExit(main(sys.argv[1:]))
    print(import_all())
