"""Servers over each kind of engine, and what is in the engine."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from bambleweeny.core.sandboxes.records import Bounds
from bambleweeny.store.client.cluster import slot_of
from engines import LOCAL, RedisServer
from faults.sandboxes.model import line_of_item, line_of_key, line_of_message
from moving import Masters
from servers import Http, Server, running

ENGINES = ("embedded", "external", "cluster")
PASSWORD = "secret"
ADMIN_PASSWORD = "x"
BYTES_OF_SANDBOX = Bounds().bytes
_MOST_BYTES = 8 << 30


@dataclass
class Place:
    """Servers over one engine; `clients` are of its nodes, and are not ours."""

    urls: list[str]
    clients: list[redis.Redis]
    engine: RedisServer | Masters | None = None
    """None if it is that of the server."""

    def names(self) -> set[str]:
        """Return the names of all keys of the engine."""
        return {name.decode() for one in self.clients for name in one.scan_iter(count=1000)}

    @property
    def admin(self) -> Http:
        """A new client of the admin."""
        with Http(self.urls[0]) as http:
            login = {"username": "admin", "password": ADMIN_PASSWORD}
            return Http(self.urls[0], http.post("/auth/token?raw", json=login).text)

    def kill_engine(self, user_id: int) -> None:
        """Kill the engine, or the node of a Cluster that has the data of a user; start it again."""
        node = self.engine
        if isinstance(node, Masters):
            node = node.servers[node.owner_of(slot_of(b"b9y:{%d}:user" % user_id))]
        assert isinstance(node, RedisServer)
        node.kill()
        node.again()


@contextmanager
def serving(engine: str, servers: int = 3, *more: str) -> Iterator[Place]:
    """Run servers over an engine: one with two workers over its own, else several of one worker."""
    options = ["--max-sandboxes", "200", "--log-level", "warning", *more]
    with tempfile.TemporaryDirectory(prefix="b9y") as folder, ExitStack() as stack:
        place = Path(folder)
        if engine == "embedded":
            url = stack.enter_context(_server(place, "--workers", "2", *options)).url
            client = redis.Redis(unix_socket_path=str(place / "run" / "engine.sock"))
            yield Place([url], [stack.enter_context(client)])
            return
        outside: RedisServer | Masters
        if engine == "cluster":
            outside = Masters(place, count=3)
            url, nodes = outside.url, outside.servers
        else:
            outside = RedisServer(place)
            url, nodes = f"redis://{LOCAL}:{outside.port}", [outside]
        stack.callback(outside.stop)
        options += ["--workers", "1", "--redis-url", url]
        urls = [
            stack.enter_context(_server(place / f"data{n}", *options)).url for n in range(servers)
        ]
        yield Place(urls, [stack.enter_context(node.client()) for node in nodes], outside)


def _server(data: Path, *options: str) -> AbstractContextManager[Server]:
    variables = {"BAMBLEWEENY_ADMIN_PASSWORD": ADMIN_PASSWORD}
    return running("serve", "--data-dir", str(data), *options, **variables)


class Owner:
    """A user with data of its own, whose names are those of its sandboxes too."""

    def __init__(self, place: Place, name: str) -> None:
        self.name = name
        with place.admin as admin:
            made = admin.post("/users", json={"username": name, "password": PASSWORD})
            self.id = made.json()["id"]
            admin.put(f"/users/{self.id}", json={"max_bytes": _MOST_BYTES})
        with Http(place.urls[0]) as http:
            login = {"username": name, "password": PASSWORD}
            self.token = http.post("/auth/token?raw", json=login).text
        self.http = Http(place.urls[0], self.token)
        self._fill()
        self._export, self._usage = self.export(), self.usage()

    def _fill(self) -> None:
        value = f"mark-0000{self.id:04}".encode()
        lines = "".join(line_of_key(key, value) for key in ("k0", "k1", "app:b:c", "json"))
        lines += (
            line_of_item("q0", value) + line_of_item("hooks", value) + line_of_message("t1", value)
        )
        assert self.http.post("/import", data=lines).json()["keys"] == 4
        self.http.post("/routes", json={"name": "shop0", "rules": [{"answers": [{"text": "own"}]}]})
        self.http.post("/bins", json={"name": "in0", "list": "hooks"})

    def export(self) -> bytes:
        """Return the lines of all its data."""
        return self.http.get("/export").content

    def usage(self) -> dict:
        """Return the names and bytes that it uses, and those reserved for sandboxes."""
        usage = self.http.get("/usage").json()
        return {name: usage[name] for name in ("names", "bytes", "sandboxes") if name in usage}

    def export_differences(self) -> list[str]:
        """Return the export if it is not as it was."""
        now = self.export()
        return [] if now == self._export else [f"{self.name}: {now!r}, was {self._export!r}"]

    def differences(self) -> list[str]:
        """Return in which respect it is not as it was."""
        now = self.usage()
        changed = [] if now == self._usage else [f"{self.name}: {now}, was {self._usage}"]
        return changed + self.export_differences()
