"""The client: every call of the server, under the same nouns and verbs as in its URLs."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Unpack

from bambleweeny.client.batch import Batch
from bambleweeny.client.bins import Bins
from bambleweeny.client.events import Event, follow_events
from bambleweeny.client.key_options import Condition, Counting, Writing
from bambleweeny.client.keys import Keys
from bambleweeny.client.lists import Lists
from bambleweeny.client.routes import Routes
from bambleweeny.client.tokens import Tokens
from bambleweeny.client.topics import Topics
from bambleweeny.client.transfer import Imported, OwnData
from bambleweeny.client.transport.connection import Connection
from bambleweeny.client.transport.login import Login
from bambleweeny.client.users import Users
from bambleweeny.client.values import ABSENT, Data, Value
from bambleweeny.errors import InvalidRequest


class Client:
    """A server, as one user sees it; any number of threads can share it.

    It logs in at the first call that needs it, and renews its token by itself; a
    `token` of the caller's is never renewed. `timeout` are the seconds that connecting,
    and each pause in an answer, may take.

    Every failure is a `bambleweeny.errors.BambleweenyError`: what the server refuses
    is of the class of its code, and what was not answered is a NoAnswer.

      NoAnswer
        Unreachable        nothing was sent
        ConnectionBroken   a write may or may not have happened
        TimedOut           a write may or may not have happened

    A read whose connection broke is tried once more, a write never is.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8080",
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        *,
        timeout: float = 30.0,
    ) -> None:
        self._connection = Connection(url, Login(username, password, token), timeout)
        self._own_data = OwnData(self._connection)
        self.keys = Keys(self._connection)
        self.lists = Lists(self._connection)
        self.topics = Topics(self._connection)
        self.routes = Routes(self._connection)
        self.bins = Bins(self._connection)
        self.users = Users(self._connection)
        self.tokens = Tokens(self._connection)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        ex: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a call after that is a RuntimeError."""
        self._connection.close()

    def set(
        self,
        name: str,
        value: Data | None = None,
        *,
        json: object = ABSENT,
        **how: Unpack[Writing],
    ) -> str:
        """Write a key; see `Keys.set`."""
        return self.keys.set(name, value, json=json, **how)

    def get(self, name: str, *, touch: int | str | None = None, path: str | None = None) -> Value:
        """Read a key; see `Keys.get`."""
        return self.keys.get(name, touch=touch, path=path)

    def delete(self, name: str, **condition: Unpack[Condition]) -> None:
        """Delete a key; see `Keys.delete`."""
        self.keys.delete(name, **condition)

    def incr(self, name: str, by: int = 1, **how: Unpack[Counting]) -> int:
        """Count; see `Keys.incr`."""
        return self.keys.incr(name, by, **how)

    def push(self, list: str, value: Data | None = None, *, json: object = ABSENT) -> str:
        """Add an item to a list and give its id; see `Lists.push`."""
        return self.lists.push(list, value, json=json)

    def pop(self, list: str, wait: int | str | None = None) -> Value | None:
        """Take the oldest item off a list; see `Lists.pop`."""
        return self.lists.pop(list, wait)

    def batch(self, atomic: bool = False, *, userid: int | None = None) -> Batch:
        """Collect operations in a `with`, and send them at its end; see `Batch`."""
        return Batch(self._connection, atomic=atomic, userid=userid)

    def export(self, *, userid: int | None = None) -> Iterator[bytes]:
        """Return all that the user owns as lines of JSON: keys, lists, topics, routes and bins.

        They come as they are read; ConnectionBroken where they end too early.
        """
        return self._own_data.export(userid)

    def import_(
        self, lines: Iterable[bytes], mode: str = "merge", *, userid: int | None = None
    ) -> Imported:
        """Take lines of an export in, as `merge`, `skip` or `replace`; return how many.

        `merge` overwrites keys and policies and adds items and messages, `skip` leaves keys,
        lists and topics that are there, `replace` deletes all that the user owns first: keys,
        lists, topics, routes and bins. Sent in parts of 256 kB: what is refused leaves what
        was before it, as its hint says.
        """
        return self._own_data.take(lines, mode, userid)

    def events(
        self, *, keys: str | None = None, lists: str | None = None, userid: int | None = None
    ) -> Iterator[Event]:
        """Give what happens to keys and lists, for as long as one asks for more.

        `keys` and `lists` are names with commas between, a * at the end of one stands for
        any rest; without both it is all. There is no history: what happens before the
        first is asked for, or while the connection is broken, is missed.
        """
        return follow_events(self._connection, keys, lists, userid)

    def set_password(self, password: str, *, current: str | None = None) -> None:
        """Change the user's own password, which ends its earlier tokens.

        `current` is needed only by a client that was given a token. Forbidden where
        it is wrong.
        """
        known = self._connection.login.password if current is None else current
        if known is None:
            raise InvalidRequest("The current password is needed.", hint="Give it as current=.")
        change = {"current": known, "password": password}
        self._connection.call("PUT", "/auth/password", json=change)
        self._connection.login.change_password(password)

    def set_admin_password(self, password: str) -> None:
        """Set the admin's password, which ends the admin's earlier tokens; admin only."""
        self._connection.call("PUT", "/config/admin", json={"password": password})
        self._connection.login.change_password(password)

    def info(self) -> dict[str, Any]:
        """Give the engine's state; admin only."""
        return self._told("/info")

    def save(self) -> None:
        """Put everything on disk, and return when it is there; admin only."""
        self._told("/save")

    def about(self) -> dict[str, Any]:
        """Tell who is there: `msg`, `release`, `version`, `instance` and `docs`."""
        return self._told("/", is_public=True)

    def health(self) -> dict[str, Any]:
        """Tell whether the process answers; its store is not asked."""
        return self._told("/healthz", is_public=True)

    def ready(self, *, reads: bool = False) -> dict[str, Any]:
        """Tell whether the store takes writes, or with `reads` whether it can be read.

        StoreFull or StoreUnavailable where it does not.
        """
        return self._told("/readyz?reads" if reads else "/readyz", is_public=True)

    def metrics(self) -> str:
        """Give the server's numbers in the text format of Prometheus."""
        return self._connection.call("GET", "/metrics", is_public=True).value.text()

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI document of the server."""
        return self._told("/openapi.json", is_public=True)

    def _told(self, path: str, *, is_public: bool = False) -> dict[str, Any]:
        answer: dict[str, Any] = self._connection.call("GET", path, is_public=is_public).json()
        return answer
