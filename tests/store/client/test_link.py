"""One connection to an engine: what signals may do to it."""

import subprocess
import sys

INTERRUPTED = """
import os, signal, threading
from bambleweeny.store.client.link import _packed
from bambleweeny.system.signals import interrupted_by_signals

commands = [("ZADD", "a", *range(2000))] * 20
for round in range(30):
    try:
        with interrupted_by_signals():
            threading.Timer(0.002, os.kill, (os.getpid(), signal.SIGTERM)).start()
            while True:
                _packed(commands)
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_a_signal_while_numbers_are_packed_interrupts_just_after_it():
    """An exception in the midst of it would crash the process, as hiredis does not expect one."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "interrupted\n" * 30), done.stderr
