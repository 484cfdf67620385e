"""The client: every call of the server, with the nouns and verbs of its URLs."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Unpack

from bambleweeny.client.accounting import Accounting, AuditEntries, AuditEntry
from bambleweeny.client.batch import Batch
from bambleweeny.client.bins import Bins
from bambleweeny.client.events import Event, EventNames, follow_events
from bambleweeny.client.key_options import Condition, Counting, Writing
from bambleweeny.client.keys import Keys
from bambleweeny.client.lists import Lists
from bambleweeny.client.routes import Routes
from bambleweeny.client.sandboxes import Sandboxes
from bambleweeny.client.tokens import Tokens
from bambleweeny.client.topics import Topics
from bambleweeny.client.transfer import Imported, ImportPlan, Transfer
from bambleweeny.client.transport.connection import Connection
from bambleweeny.client.transport.login import Login
from bambleweeny.client.users import Users
from bambleweeny.client.values import ABSENT, Data, Value
from bambleweeny.errors import InvalidRequest


class Client:
    """A client of one server, logged in as one user. Threads can share a client.

    The client logs in at the first call that needs a token, and logs in again when the token
    expires. `token` is a session or a named token; the client never renews it, and reports at
    once that the server refuses it. ValueError if the arguments give both a token and a user
    name, or only one of user name and password.

    `timeout` is in seconds. It limits connecting, and each time that the client waits for
    data of an answer. It does not include the `wait` of a call.

    Every failure is a subclass of `bambleweeny.errors.BambleweenyError`. An error answer of
    the server raises the class for its code, such as NotFound. A call without an answer
    raises a NoAnswer:

      NoAnswer
        Unreachable        nothing was sent
        ConnectionBroken   a write may or may not have happened
        TimedOut           a write may or may not have happened

    If the connection breaks, a read is retried once. A write is never retried, except a push
    with an idempotency key and the reset of a sandbox. `retry_after` of an error has the seconds
    after which a call may succeed, or None.

    The option `userid` is the id of the user for which the admin acts; Forbidden unless the
    client is the admin's. Durations (`ttl`, `delay`, `wait`) are seconds, or a text such
    as "30s", "5m", "2h" or "7d". A call with `wait` returns immediately if the server has no
    free slot for it. Values are bytes, a str (sent as UTF-8), or any JSON value as `json=`.
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
        self._transfer = Transfer(self._connection)
        self._accounting = Accounting(self._connection)
        self.keys = Keys(self._connection)
        self.lists = Lists(self._connection)
        self.topics = Topics(self._connection)
        self.routes = Routes(self._connection)
        self.bins = Bins(self._connection)
        self.users = Users(self._connection)
        self.tokens = Tokens(self._connection)
        self.sandboxes: Sandboxes[Client] = Sandboxes(
            self._connection, lambda token: Client(url, token=token, timeout=timeout)
        )

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
        """Close the connections. A later call raises RuntimeError."""
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
        """Add to a counter and return the new number; see `Keys.incr`."""
        return self.keys.incr(name, by, **how)

    def push(self, list: str, value: Data | None = None, *, json: object = ABSENT) -> str:
        """Add an item to a list and return its id; see `Lists.push`."""
        return self.lists.push(list, value, json=json)

    def pop(self, list: str, wait: int | str | None = None) -> Value | None:
        """Remove the oldest item of a list and return it; see `Lists.pop`."""
        return self.lists.pop(list, wait)

    def batch(self, atomic: bool = False, *, userid: int | None = None) -> Batch:
        """Collect operations in a `with` block and send them at its end; see `Batch`."""
        return Batch(self._connection, atomic=atomic, userid=userid)

    def export(self, *, userid: int | None = None) -> Iterator[bytes]:
        """Return the user's data as lines of JSON: keys, lists, topics, routes and bins.

        A named token that may not write bins gets `[secret]` in place of their secrets. The
        lines are streamed while the iterator is read. ConnectionBroken if the stream
        ends before the export is complete.
        """
        return self._transfer.export(userid)

    def import_(
        self, lines: Iterable[bytes], mode: str = "merge", *, userid: int | None = None
    ) -> Imported:
        """Import the lines of an export, and return the number of records of each kind.

        The `mode` is one of:

        - `merge` overwrites existing keys and policies, and adds items and messages;
        - `skip` leaves existing keys, lists and topics as they are;
        - `replace` first deletes all keys, lists, topics, routes and bins of the user.

        In a bin the secret `[secret]` keeps that of the bin which exists, else InvalidBin.

        The lines are sent in requests of 256 kB. If the server refuses a line, earlier lines
        stay imported. The error's `info` and `hint` name the line, counted from 1, and
        `index` is its position, counted from 0.
        """
        return self._transfer.import_(lines, mode, userid)

    def plan_import(
        self, lines: Iterable[bytes], mode: str = "merge", *, userid: int | None = None
    ) -> ImportPlan:
        """Return what `import_` would do with the lines, and change nothing.

        The server makes the checks of the import, up to the first error. It cannot know what
        others change meanwhile, and what lists and topics will drop at their bounds.
        """
        return self._transfer.plan(lines, mode, userid)

    def events(
        self, *, kinds: str | None = None, userid: int | None = None, **names: Unpack[EventNames]
    ) -> Iterator[Event]:
        """Yield an event for each change of a key or list. The iterator never ends.

        `names` are `keys`, `lists`, `topics`, `routes` and `bins`, comma-separated; a name that
        ends with * is a prefix. `kinds` are comma-separated, such as list.pop, or * for all;
        the default is key.set, key.del and list.push, and each kind of the named topics, routes
        and bins. There is no history: events before the first `next()`, or while the connection
        is broken, are lost. A stream that breaks after its first event is opened again every
        second.
        """
        return follow_events(self._connection, kinds, userid, names)

    def usage(self, *, userid: int | None = None) -> dict[str, Any]:
        """Return what the user stores by noun, its `limits`, and its `traffic` of 35 days.

        A limit of 0 is none. The traffic of the last ten seconds may be missing.
        """
        return self._accounting.usage(userid)

    def audit(
        self,
        since: str | None = None,
        *,
        action: str | None = None,
        after: str | None = None,
        limit: int | None = None,
        last: int | None = None,
        userid: int | None = None,
    ) -> AuditEntries:
        """Return entries of the audit trail, oldest first: for the admin those of all users.

        Up to `limit`, 100 by default, that follow `since` or `after`, else the newest; or the
        newest `last`. `since` is "all", a time, a duration such as "1h", or an id; `after` is an
        id, such as `next` of the page before. `action` selects actions and those below them:
        "login" selects `login.refused` too. InvalidRequest names all actions if one is unknown.
        """
        return self._accounting.audit(
            since=since, action=action, after=after, limit=limit, last=last, userid=userid
        )

    def follow_audit(
        self,
        since: str | None = None,
        *,
        action: str | None = None,
        last: int | None = None,
        userid: int | None = None,
    ) -> Iterator[AuditEntry]:
        """Yield entries of the audit trail as they are made. The iterator never ends.

        It begins with up to 100 entries after `since` or with the newest `last`, by default with
        new ones. It reconnects as `topics.subscribe` does, and then continues after the last one.
        """
        return self._accounting.follow_audit(action, since, last, userid)

    def login_code(self) -> str:
        """Return a code with which another program logs in as this user: `tokens.use_code`.

        It can be used once, within a minute, and that session expires with the client's.
        InsufficientScope for a named token.
        """
        code: str = self._connection.call("POST", "/auth/code").json()["code"]
        return code

    def logout(self) -> None:
        """End the session on the server, and forget its token.

        A client with a password logs in again at its next call. InsufficientScope for a named
        token: revoke that with `tokens.revoke_text()`.
        """
        login = self._connection.login
        if login.current is None and login.is_given:
            return
        self._connection.call("POST", "/auth/logout")
        login.drop()

    def set_password(self, password: str, *, current: str | None = None) -> None:
        """Change the user's password. All earlier tokens of the user become invalid.

        `current` is the current password. A client that was created with a password knows
        it; without it, InvalidRequest. Forbidden if it is wrong.
        """
        known = self._connection.login.password if current is None else current
        if known is None:
            raise InvalidRequest("The current password is needed.", hint="Give it as current=.")
        change = {"current": known, "password": password}
        self._connection.call("PUT", "/auth/password", json=change)
        self._connection.login.change_password(password)

    def set_admin_password(self, password: str) -> None:
        """Set the password of user 0, whose earlier tokens become invalid. Admin only."""
        self._connection.call("PUT", "/config/admin", json={"password": password})
        self._connection.login.change_password(password, of="admin")

    def info(self) -> dict[str, Any]:
        """Return the server's and the engine's state. Admin only."""
        return self._fetch("/info")

    def save(self) -> None:
        """Write all data to disk; returns after the write is complete. Admin only."""
        self._fetch("/save")

    def about(self) -> dict[str, Any]:
        """Return `msg`, `release`, `version`, `instance`, `docs` and `console` of the server.

        No login. `console` is missing if the server has none.
        """
        return self._fetch("/", is_public=True)

    def health(self) -> dict[str, Any]:
        """Check that the server process answers, without a check of its store. No login."""
        return self._fetch("/healthz", is_public=True)

    def ready(self, *, reads: bool = False) -> dict[str, Any]:
        """Check that the store accepts writes; with `reads`, that it can be read. No login.

        StoreFull or StoreUnavailable if it does not.
        """
        return self._fetch("/readyz?reads" if reads else "/readyz", is_public=True)

    def metrics(self) -> str:
        """Return the server's metrics in the Prometheus text format. No login."""
        return self._connection.call("GET", "/metrics", is_public=True).value.text()

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document of the server. No login."""
        return self._fetch("/openapi.json", is_public=True)

    def _fetch(self, path: str, *, is_public: bool = False) -> dict[str, Any]:
        answer: dict[str, Any] = self._connection.call("GET", path, is_public=is_public).json()
        return answer
