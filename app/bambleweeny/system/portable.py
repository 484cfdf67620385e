"""Calls that Windows lacks, for modules that the client and the command line also use."""

import os


def try_lock(fd: int, *, shared: bool) -> bool:
    """Lock an open file without waiting; return False if another process holds the lock."""
    # NOTE: Windows lacks this module. No server has locked a file there.
    import fcntl  # noqa: PLC0415

    try:
        fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def has_file_modes() -> bool:
    """Return whether file modes limit who can read a file; on Windows they do not."""
    return hasattr(os, "geteuid")


def user_id() -> int:
    """Return the effective user id; 0 on Windows, as in the state of each file there."""
    return os.geteuid() if hasattr(os, "geteuid") else 0


def usable_cores() -> int:
    """Return the number of cores that this process may use; outside of Linux, of all cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine_name() -> str:
    """Return the name of this machine; empty on Windows."""
    return os.uname().nodename if hasattr(os, "uname") else ""
