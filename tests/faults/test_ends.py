"""Ends: a server that is told to end under load fails no request that it has accepted."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from servers import Server, children_of, is_alive, start, until

CLIENTS = 8
OPTIONS = ("--workers", "2", "--log-level", "warning")


class Caller(threading.Thread):
    """Counts on a counter of its own, over connections that are kept, until nobody listens."""

    def __init__(self, number, port, token):
        super().__init__()
        self.path, self.port = f"/incr/end-{number}", port
        self.headers = {"Authorization": f"Bearer {token}"}
        self.counted, self.failed, self.connection = 0, [], None

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while True:
            try:
                connection.connect()
            except ConnectionRefusedError:
                return
            try:
                while self._count(connection):
                    pass
            except (OSError, http.client.HTTPException) as ex:
                self.failed.append(repr(ex))
            finally:
                connection.close()

    def _count(self, connection):
        connection.request("POST", self.path, headers=self.headers)
        answer = connection.getresponse()
        body = answer.read()
        if (answer.status, body) != (200, b"%d" % (self.counted + 1)):
            self.failed.append((answer.status, body))
        self.counted += 1
        return answer.headers.get("Connection", "").lower() != "close"


def load(server):
    port = int(server.url.rpartition(":")[2])
    callers = [Caller(number, port, server.token(password="x")) for number in range(CLIENTS)]
    for caller in callers:
        caller.start()
    until(lambda: min(caller.counted for caller in callers) >= 30)
    return callers


def serve(data):
    return start("serve", "--data-dir", str(data), *OPTIONS, BAMBLEWEENY_ADMIN_PASSWORD="x")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_accepted_request_fails_when_it_ends_under_load(tmp_path, number):
    server = serve(tmp_path)
    callers = load(server)
    children = children_of(server.process.pid)
    assert len(children) == 3
    before = time.monotonic()
    assert server.stop(number) == 0
    seconds = time.monotonic() - before
    for caller in callers:
        caller.join()
    counted = sum(caller.counted for caller in callers)
    failed = [failure for caller in callers for failure in caller.failed]
    print(f"\nended in {seconds:.2f} s, {counted} answers, failed: {failed}")
    assert not any(is_alive(child) for child in children)
    assert failed == []
    assert seconds < 8
    everything_counted_is_there(tmp_path, callers)


def everything_counted_is_there(data, callers):
    server = serve(data)
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
    for caller in callers:
        path = caller.path.replace("/incr", "/keys")
        connection.request("GET", path, headers=caller.headers)
        assert connection.getresponse().read() == b"%d" % caller.counted
    connection.close()
    assert server.stop() == 0


@pytest.fixture
def first_process(tmp_path):
    """A server that is process 1 of a process space of its own, as in a container."""
    unshare = [shutil.which("unshare"), "--pid", "--fork", "--mount-proc", "--kill-child"]
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a process space cannot be made")
    process = subprocess.Popen(
        [*unshare, sys.executable, "-m", "bambleweeny", "serve", "--data-dir", str(tmp_path),
         *OPTIONS, "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "BAMBLEWEENY_ADMIN_PASSWORD": "x"},
    )  # fmt: skip
    banner = ""
    while "  Login" not in banner:
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        banner += line
    yield Server(process, banner)
    if process.poll() is None:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_1_of_a_container_ends_as_well(tmp_path, first_process, number):
    callers = load(first_process)
    [supervisor] = children_of(first_process.process.pid)
    children = children_of(supervisor)
    assert len(children) == 3
    os.kill(supervisor, number)
    first_process.log += first_process.process.communicate(timeout=20)[1]
    for caller in callers:
        caller.join()
    assert [failure for caller in callers for failure in caller.failed] == []
    assert first_process.process.returncode == 0
    assert not any(is_alive(child) for child in [supervisor, *children])
    everything_counted_is_there(tmp_path, callers)


def test_process_1_reaps_whoever_is_left_to_it(first_process):
    """An orphan of its process space becomes its child, and must not stay a zombie."""
    [supervisor] = children_of(first_process.process.pid)
    orphan = ["nsenter", "--target", str(supervisor), "--pid", "sh", "-c", "sleep 0.01 & exit"]
    subprocess.run(orphan, check=True)
    until(lambda: len(children_of(supervisor)) <= 3)
    os.kill(supervisor, signal.SIGTERM)
    first_process.process.communicate(timeout=20)
    assert first_process.process.returncode == 0
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", int(first_process.url.rpartition(":")[2])))
