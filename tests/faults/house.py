"""A server on data of its own, of which a process is killed."""

import random
import signal
import time
from pathlib import Path

import psutil
import redis
import requests
from servers import Http, Server, start


class House:
    """A server that is started again on the same data and port after its supervisor dies."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.server = self._start("127.0.0.1:0")
        self.port = int(self.server.url.rpartition(":")[2])
        self.token = self.server.token(password="x")

    def _start(self, listen: str) -> Server:
        return start(
            "serve", "--data-dir", str(self.data), "--workers", "2", "--log-level", "warning",
            listen=listen, BAMBLEWEENY_ADMIN_PASSWORD="x",
        )  # fmt: skip

    def kill(self, victim: str) -> float:
        """Kill one of the kind; return the seconds until writes worked again."""
        before = time.monotonic()
        if victim == "supervisor":
            children = psutil.Process(self.server.process.pid).children(recursive=True)
            self.server.stop(signal.SIGKILL)
            self.server = self._start(f"127.0.0.1:{self.port}")
            _, alive = psutil.wait_procs(children, timeout=20)
            assert not alive, "something outlived the supervisor"
        else:
            children = psutil.Process(self.server.process.pid).children()
            engines = [child for child in children if child.name() == "redis-server"]
            workers = [child for child in children if child not in engines]
            random.choice(engines if victim == "engine" else workers).kill()
        with Http(self.server.url, self.token) as http:
            while True:
                try:
                    if http.put("/keys/probe", data=b"x").status_code == 200:
                        return time.monotonic() - before
                except requests.ConnectionError:
                    pass
                assert time.monotonic() - before < 30
                time.sleep(0.005)

    def index_agrees_with_data(self) -> None:
        """Compare the cardinalities that the quota counts with what is there."""
        with redis.Redis(unix_socket_path=str(self.data / "run" / "engine.sock")) as raw:
            for index, prefix in (("keys", "key"), ("lists", "ready")):
                listed = {name.decode() for name in raw.zrange(f"b9y:{{0}}:{index}", 0, -1)}
                there = {
                    key.decode().removeprefix(f"b9y:{{0}}:{prefix}:")
                    for key in raw.scan_iter(f"b9y:{{0}}:{prefix}:*", count=1000)
                }
                assert listed == there
