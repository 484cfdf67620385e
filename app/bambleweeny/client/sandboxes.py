"""Sandboxes: throw-away parts of a server, for tests and prototypes."""

import builtins
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from json import dumps
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Protocol, TypedDict, TypeVar

from bambleweeny.client.transport.connection import LINES, Connection, Query, path_of
from bambleweeny.client.values import packed
from bambleweeny.errors import InvalidRequest, NotFound, Unauthorized

SELF = "self"
"""The id of a sandbox for a client that has its token."""

Line = bytes | str | Mapping[str, Any]
"""A line of a seed, as an export has it, or the record that it is in JSON, also with bytes."""
Seed = Path | bytes | str | Mapping[str, Any] | Iterable[Line]
"""A file, its text, or its lines; a record alone is a line."""
_SEED_RULE = "A seed is a Path, the text of such a file, or a list of records."


class _InSandbox(Protocol):
    """What a sandbox needs of its client."""

    sandboxes: "Sandboxes[Any]"

    def close(self) -> None: ...


class _Place(TypedDict, total=False):
    id: str
    userid: int | None


C = TypeVar("C", bound=_InSandbox)


class Sandbox(Generic[C]):
    """A sandbox: keys, lists, topics, routes and bins that only its token reaches.

    `token` is None unless `Sandboxes.create` made this object: the server shows it once. Then
    `client()` is a client of the data inside. In a `with` block the sandbox is deleted at the end.
    `ends` is when the sandbox ends with all its data; `names` and `bytes` are what it stored when
    it was read.
    """

    def __init__(
        self,
        row: Mapping[str, Any],
        calls: "Sandboxes[C]",
        open_client: Callable[[str], C],
        userid: int | None,
    ) -> None:
        self.id: str = row["id"]
        self.name: str = row["name"]
        self.token: str | None = row.get("token")
        self.made = datetime.fromisoformat(row["made"])
        self.ends = datetime.fromisoformat(row["ends"])
        self.names: int = row["names"]
        self.bytes: int = row["bytes"]
        self.snapshots: tuple[str, ...] = tuple(row["snapshots"])
        self._client = open_client(self.token) if self.token else None
        self._calls: Sandboxes[Any] = self._client.sandboxes if self._client else calls
        self._place: _Place = {"id": SELF} if self._client else {"id": self.id, "userid": userid}

    def __repr__(self) -> str:
        return f"Sandbox(id={self.id!r}, name={self.name!r}, ends={self.ends.isoformat()!r})"

    def __enter__(self) -> "Sandbox[C]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        ex: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.delete()
        except (NotFound, Unauthorized):
            pass  # it has ended
        finally:
            self.close()

    def client(self) -> C:
        """Return the client of the data in the sandbox, the same at each call.

        InvalidRequest without the token, which only `Sandboxes.create` returns.
        """
        if self._client is None:
            raise InvalidRequest(
                "The token of a sandbox is shown once, when it is made.",
                hint="Use the sandbox that `create` returned.",
            )
        return self._client

    def reset(self, to: str | None = None, *, delete_snapshots: bool = False) -> None:
        """Replace the data by the seed, or by a snapshot; atomic. See `Sandboxes.reset`."""
        self._calls.reset(to=to, delete_snapshots=delete_snapshots, **self._place)

    def snapshot(self, name: str) -> None:
        """Save the data as a snapshot, in place of the one with that name."""
        self._calls.snapshot(name, **self._place)

    def delete_snapshot(self, name: str) -> None:
        """Delete a snapshot; NotFound if there is none."""
        self._calls.delete_snapshot(name, **self._place)

    def extend(self, ttl: int | str) -> datetime:
        """Let the sandbox end this long from now, 72h at most, and return when it ends."""
        self.ends = self._calls.extend(ttl, **self._place).ends
        return self.ends

    def delete(self) -> None:
        """End the sandbox, and delete its data. Its token is refused at once."""
        self._calls.delete(**self._place)

    def close(self) -> None:
        """Close the connections of its client; the sandbox stays."""
        if self._client is not None:
            self._client.close()


class Sandboxes(Generic[C]):
    """The sandboxes of a user; with the token of one, "self" is its id."""

    def __init__(self, connection: Connection, open_client: Callable[[str], C]) -> None:
        self._connection = connection
        self._open_client = open_client

    def create(
        self,
        seed: Seed | None = None,
        *,
        ttl: int | str | None = None,
        name: str | None = None,
        from_: str | None = None,
        userid: int | None = None,
    ) -> Sandbox[C]:
        """Make a sandbox, and return it with its token. It ends after `ttl`, 1h by default.

        The `seed` is a Path, the text of such a file, or its lines: those of an export, where a
        key may have a `ttl`, and an item a `delay` or a `ttl`, that count from now. In records a
        value may be bytes or {"json": ...}, and a document an object. `from_` is "ID" or
        "ID/SNAPSHOT" of a sandbox that is copied instead. If the seed is refused, there is no
        sandbox, and the error's `index` is the position of the line, counted from 0.
        InvalidRequest for a seed of another type.
        TooManySandboxes, or MaxBytesExceeded if the user's bytes have no room for it.
        """
        query: Query = {"ttl": ttl, "name": name, "from": from_, "userid": userid}
        body = None if seed is None else _lines_of(seed)
        row = self._connection.call(
            "POST", "/sandboxes", query=query, body=body, headers={"Content-Type": LINES}
        ).json()
        return self._sandbox(row, userid)

    def list(self, *, userid: int | None = None) -> builtins.list[Sandbox[C]]:
        """Return the user's sandboxes, without their tokens; the one that ends first is first."""
        answer = self._connection.call("GET", "/sandboxes", query={"userid": userid})
        return [self._sandbox(row, userid) for row in answer.json()["sandboxes"]]

    def get(self, id: str = SELF, *, userid: int | None = None) -> Sandbox[C]:
        """Return a sandbox, without its token; NotFound if there is none."""
        answer = self._connection.call("GET", _path(id), query={"userid": userid})
        return self._sandbox(answer.json(), userid)

    def extend(self, ttl: int | str, *, id: str = SELF, userid: int | None = None) -> Sandbox[C]:
        """Let a sandbox end this long from now, 72h at most, and return it."""
        query: Query = {"ttl": ttl, "userid": userid}
        return self._sandbox(self._connection.call("PATCH", _path(id), query=query).json(), userid)

    def reset(
        self,
        id: str = SELF,
        *,
        to: str | None = None,
        delete_snapshots: bool = False,
        userid: int | None = None,
    ) -> None:
        """Replace the data of a sandbox by its seed, or by the snapshot `to`; atomic.

        URLs of routes and bins stay. Items have new ids, so that no earlier lease is valid.
        `delete_snapshots` deletes all snapshots in the same step. NotFound if there is no such
        snapshot.
        """
        flag = 1 if delete_snapshots else None
        query: Query = {"to": to, "delete_snapshots": flag, "userid": userid}
        self._connection.call("POST", f"{_path(id)}/reset", query=query, is_safe=True)

    def snapshot(self, name: str, id: str = SELF, *, userid: int | None = None) -> None:
        """Save the data of a sandbox as a snapshot, in place of the one with that name.

        TooManySnapshots if it would be the sixth; SnapshotTooLarge.
        """
        path = _path(id) + path_of("snapshots", name)
        self._connection.call("PUT", path, query={"userid": userid})

    def delete_snapshot(self, name: str, id: str = SELF, *, userid: int | None = None) -> None:
        """Delete a snapshot; NotFound if there is none."""
        path = _path(id) + path_of("snapshots", name)
        self._connection.call("DELETE", path, query={"userid": userid})

    def delete(self, id: str = SELF, *, userid: int | None = None) -> None:
        """End a sandbox, and delete its data; its token is refused at once."""
        self._connection.call("DELETE", _path(id), query={"userid": userid})

    def _sandbox(self, row: Mapping[str, Any], userid: int | None) -> Sandbox[C]:
        return Sandbox(row, self, self._open_client, userid)


def _path(id: str) -> str:
    return path_of("sandboxes", id)


def _lines_of(seed: Seed) -> bytes:
    if isinstance(seed, Path):
        return seed.read_bytes()
    if isinstance(seed, str | bytes):
        return seed.encode() if isinstance(seed, str) else seed
    if isinstance(seed, Mapping):
        seed = [seed]
    if not isinstance(seed, Iterable):
        raise InvalidRequest(f"A seed is not {seed!r:.60}.", hint=_SEED_RULE)
    lines = (_bytes_of(number, line) for number, line in enumerate(seed, 1))
    return b"".join(line.rstrip(b"\r\n") + b"\n" for line in lines)


def _bytes_of(number: int, line: Line) -> bytes:
    if isinstance(line, bytes):
        return line
    if isinstance(line, str):
        return line.encode()
    if not isinstance(line, Mapping):
        raise InvalidRequest(f"Line {number}: a record is not {line!r:.60}.", hint=_SEED_RULE)
    try:
        return dumps(line, default=_in_json).encode()
    except (TypeError, ValueError) as ex:
        raise InvalidRequest(f"Line {number}: the record has no form in JSON: {ex}.") from ex


def _in_json(value: object) -> object:
    """Return what stands for a value that JSON does not have."""
    if isinstance(value, bytes | bytearray):
        return packed(bytes(value))
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r:.60} is of the type {type(value).__name__}")
