"""The operations of the core on an engine: read, write, run."""

from collections import deque
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.changes import Changes
from bambleweeny.store.client.link import Command
from bambleweeny.store.client.pipelining import Pipelining, current
from bambleweeny.store.client.protocol import ReplyError
from bambleweeny.store.client.pubsub import PubSub
from bambleweeny.store.client.topology import Connection, Engine
from bambleweeny.store.guard import UnknownScript, translate, translate_each
from bambleweeny.store.schema import Schema
from bambleweeny.store.scripts import Script

Reply = Any

_REPLICA_MILLISECONDS = 2000
_MOST_TOGETHER = 16


class Store:
    """An engine and its key space. Thread-safe; a process may fork after `close()`. The number of
    connections is the highest number of calls that were active at the same time.

    A call costs one round trip. A script that the engine does not know yet, or a read on a
    broken connection, costs a second one. Calls raise StoreUnavailable if the engine is away,
    StoreFull if it has no room, and the errors with which scripts refuse. On a Cluster the
    commands of one call go to the masters of their keys. With `replicas` a write raises
    StoreUnavailable if fewer replicas confirm it within two seconds. `address` is the address of
    the engine without its password. `pipelining` runs requests that share their round trips.
    """

    def __init__(
        self, engine: Engine, schema: Schema, *, replicas: int = 0, address: str | None = None
    ) -> None:
        self.schema = schema
        self.address = address or str(engine.url)
        self.pubsub = PubSub(engine.any_link, engine.hears_all)
        self._engine = engine
        self._replicas = replicas
        # NOTE: requests do not share round trips on a Cluster, where one master may be away, or
        # with replicas, for which a write waits.
        is_shared = not replicas and engine.url.kind != "cluster"
        self.pipelining = Pipelining(self._exchange, _MOST_TOGETHER if is_shared else 1)
        self._idle: deque[Connection] = deque()
        self.changes: Changes | None = None
        """What all writers of the engine change, if that is known; set it before the first call."""

    def read(self, *commands: Command) -> list[Reply]:
        """Send commands that change nothing, in one write.

        Not atomic as a group. Retried once on a new connection if the connection breaks.
        """
        try:
            return self._ask(commands)
        except StoreUnavailable:
            return self._ask(commands)

    def write(self, *commands: Command) -> list[Reply]:
        """Send commands in one write; not atomic as a group, never retried."""
        place = self.changes.begin("") if self.changes else 0
        try:
            return self._ask(commands, self._replicas)
        except StoreUnavailable as ex:
            # NOTE: a node may refuse one command while others were done.
            ex.hint = StoreUnavailable.hint
            raise
        finally:
            if self.changes:
                self.changes.end(place)

    def run(self, script: Script, keys: Sequence[str], *args: str | bytes | int) -> Reply:
        """Run a script: atomic, never retried."""
        if self.changes is None or not script.may_change_answers:
            return self._run(script, keys, *args)
        place = self.changes.begin(keys[0])
        try:
            return self._run(script, keys, *args)
        finally:
            self.changes.end(place)

    def _run(self, script: Script, keys: Sequence[str], *args: str | bytes | int) -> Reply:
        tail = (len(keys), *keys, *args)
        try:
            return self._ask([("EVALSHA", script.sha, *tail)], self._replicas)[0]
        except UnknownScript:
            return self._ask([("EVAL", script.text, *tail)], self._replicas)[0]

    def run_each(
        self, script: Script, calls: Sequence[tuple[Sequence[str], Sequence[str | bytes | int]]]
    ) -> list[Reply]:
        """Run a script for each pair of keys and arguments, in one write, never retried.

        Each is atomic; an error of one is a value among the replies. Waits for no replica. The
        script must change no answer of a public route, since `changes` do not count it.
        """
        # NOTE: the text each time: after an unknown digest it would be open which calls were done.
        commands = [("EVAL", script.text, len(keys), *keys, *args) for keys, args in calls]
        return translate_each(self._exchange_all(commands))

    def read_with(self, script: Script, keys: Sequence[str], *args: str | bytes | int) -> Reply:
        """Run a script that changes nothing, or a count that may be wrong by one.

        Retried once, as `read` is; waits for no replica.
        """
        tail = (len(keys), *keys, *args)
        try:
            return self.read(("EVALSHA", script.sha, *tail))[0]
        except UnknownScript:
            return self.read(("EVAL", script.text, *tail))[0]

    @cached_property
    def with_long_retry(self) -> "Store":
        """The same store for work of many steps: each is retried up to 30 s while a slot moves."""
        if self._engine.url.kind != "cluster":
            return self
        return Store(
            self._engine.with_long_retry(),
            self.schema,
            replicas=self._replicas,
            address=self.address,
        )

    def close(self) -> None:
        """Close every idle connection; the next call opens a new one."""
        self.pubsub.close()
        if (long_retry := vars(self).get("with_long_retry", self)) is not self:
            long_retry.close()
        while self._idle:
            self._idle.pop().close()

    def _ask(self, commands: Sequence[Command], replicas: int = 0) -> list[Reply]:
        """Return the replies once `replicas` have the writes; raise the first error of them."""
        if replicas:
            commands = [*commands, ("WAIT", replicas, _REPLICA_MILLISECONDS)]
        replies = self._exchange_all(commands)
        for reply in replies:
            if isinstance(reply, ReplyError):
                raise translate(reply) from reply
        if replicas and (count := replies.pop()) < replicas:
            raise StoreUnavailable(
                f"The write is done, but {count} of {replicas} replicas have it so far."
            )
        return replies

    def _exchange_all(self, commands: Sequence[Command]) -> list[Reply]:
        """Return the replies, with errors as values; requests that run together share a write."""
        worker = current()
        return worker.ask(commands) if worker else self._exchange(commands)

    def _exchange(self, commands: Sequence[Command]) -> list[Reply]:
        """Return the replies, with errors as values, over a connection that no call uses."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connection()
        try:
            return connection.ask(commands)
        finally:
            self._idle.append(connection)
