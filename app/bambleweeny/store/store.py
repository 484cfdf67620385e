"""The operations of the core on an engine: read, write, run."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.link import Command
from bambleweeny.store.client.pipelining import current, run_side_by_side
from bambleweeny.store.client.protocol import ReplyError
from bambleweeny.store.client.pubsub import PubSub
from bambleweeny.store.client.topology import Connection, Engine
from bambleweeny.store.guard import UnknownScript, translate
from bambleweeny.store.schema import Schema
from bambleweeny.store.scripts import Script

Reply = Any
_Send = Callable[[Sequence[Command]], list[Reply]]

_REPLICA_MILLISECONDS = 2000
_MOST_TOGETHER = 16


class Store:
    """An engine and its key space. Thread-safe; a process may fork after `close()`. The number of
    connections is the highest number of calls that were active at the same time.

    A call costs one round trip. A script that the engine does not know yet, or a read on a
    broken connection, costs a second one. Calls raise StoreUnavailable if the engine is away,
    StoreFull if it has no room, and the errors with which scripts refuse. On a Cluster the
    commands of one call go to the masters of their keys. With `replicas` a write raises
    StoreUnavailable if fewer replicas confirm it within two seconds. `place` is the address of
    the engine without its password. `most_together` is the number of requests that should share
    a round trip at most.
    """

    def __init__(
        self, engine: Engine, schema: Schema, *, replicas: int = 0, place: str | None = None
    ) -> None:
        self.schema = schema
        self.place = place or str(engine.url)
        self.pubsub = PubSub(engine.any_link, engine.hears_all)
        self._engine = engine
        self._replicas = replicas
        # NOTE: requests do not share round trips on a Cluster, where one master may be away, or
        # with replicas, for which a write waits.
        self.most_together = 1 if replicas or engine.url.kind == "cluster" else _MOST_TOGETHER
        self._idle: deque[Connection] = deque()

    def read(self, *commands: Command) -> list[Reply]:
        """Send commands that change nothing, in one write.

        Not atomic as a group. Retried once on a new connection if the connection breaks.
        """
        try:
            return self._checked(commands)
        except StoreUnavailable:
            return self._checked(commands)

    def write(self, *commands: Command) -> list[Reply]:
        """Send commands in one write; not atomic as a group, never retried."""
        try:
            return self._written(commands)
        except StoreUnavailable as ex:
            # NOTE: a node may refuse one command while others were done.
            ex.hint = StoreUnavailable.hint
            raise

    def run(self, script: Script, keys: Sequence[str], *args: str | bytes | int) -> Reply:
        """Run a script: atomic, never retried."""
        return self._run(self._written, script, (len(keys), *keys, *args))

    def read_with(self, script: Script, keys: Sequence[str], *args: str | bytes | int) -> Reply:
        """Run a script that changes nothing; retried once, as `read` is."""
        tail = (len(keys), *keys, *args)
        try:
            return self._run(self._checked, script, tail)
        except StoreUnavailable:
            return self._run(self._checked, script, tail)

    @cached_property
    def patient(self) -> "Store":
        """The same store for work of many steps: each waits up to 30 s for a slot that moves."""
        if self._engine.url.kind != "cluster":
            return self
        return Store(self._engine.patient(), self.schema, replicas=self._replicas, place=self.place)

    def close(self) -> None:
        """Close every idle connection; the next call opens a new one."""
        self.pubsub.close()
        if (patient := vars(self).get("patient", self)) is not self:
            patient.close()
        while self._idle:
            self._idle.pop().close()

    def run_side_by_side(self, jobs: Iterable[Callable[[], None]]) -> None:
        """Run jobs in this thread until all have ended; they share their round trips.

        The next job begins when the one before asks the engine something. If a shared round trip
        fails, all jobs that share it get StoreUnavailable.
        """
        run_side_by_side(jobs, self._ask_together)

    def _ask_together(self, asked: list[Sequence[Command]]) -> list[list[Reply]]:
        replies = iter(self._ask_now(list(chain.from_iterable(asked))))
        return [list(islice(replies, len(commands))) for commands in asked]

    def _ask(self, commands: Sequence[Command]) -> list[Reply]:
        worker = current()
        return worker.ask(commands) if worker else self._ask_now(commands)

    def _ask_now(self, commands: Sequence[Command]) -> list[Reply]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connection()
        try:
            return connection.ask(commands)
        finally:
            self._idle.append(connection)

    def _run(self, send: _Send, script: Script, tail: Command) -> Reply:
        try:
            [reply] = send([("EVALSHA", script.sha, *tail)])
        except UnknownScript:
            [reply] = send([("EVAL", script.text, *tail)])
        return reply

    def _checked(self, commands: Sequence[Command]) -> list[Reply]:
        replies = self._ask(commands)
        for reply in replies:
            if isinstance(reply, ReplyError):
                raise translate(reply) from reply
        return replies

    def _written(self, commands: Sequence[Command]) -> list[Reply]:
        if not self._replicas:
            return self._checked(commands)
        *replies, count = self._checked(
            [*commands, ("WAIT", self._replicas, _REPLICA_MILLISECONDS)]
        )
        if count < self._replicas:
            raise StoreUnavailable(
                f"The write is done, but {count} of {self._replicas} replicas have it so far."
            )
        return replies
