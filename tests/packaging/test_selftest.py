"""What the test of a built program finds out about its processes."""

import subprocess
import sys
from pathlib import Path

from selftest import is_running
from servers import until

TWO_THREADS = """
import ctypes, sys, threading
threading.Thread(target=sys.stdin.read).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def test_a_process_runs_until_its_last_thread_has_ended():
    with subprocess.Popen([sys.executable, "-c", TWO_THREADS], stdin=subprocess.PIPE) as process:
        stat = Path(f"/proc/{process.pid}/stat")
        until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z")
        assert is_running(process.pid)
        process.stdin.close()
        until(lambda: not is_running(process.pid))
        assert stat.exists()
    assert not is_running(process.pid)
