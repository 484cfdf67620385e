"""The vocabulary in which the rules speak to an engine: read, write, run."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.link import Command
from bambleweeny.store.client.pipelining import current, run_side_by_side
from bambleweeny.store.client.protocol import ReplyError
from bambleweeny.store.client.pubsub import Announcements
from bambleweeny.store.client.topology import Engine, Line
from bambleweeny.store.guard import UnknownScript, translate
from bambleweeny.store.schema import Schema
from bambleweeny.store.scripts import Script

Reply = Any
_Send = Callable[[Sequence[Command]], list[Reply]]

_REPLICA_MILLISECONDS = 2000
_MOST_TOGETHER = 16


class Store:
    """An engine and its key space. Safe to share between threads, and to fork
    after `close()`. There are as many connections as were ever used at a time.

    A call costs one round trip; a script that the engine does not know yet, or a
    read on a broken connection, costs a second one. Raises StoreUnavailable when
    the engine is away, StoreFull when it has no room, and what a script refuses
    with. On a Cluster the commands of one call go to the masters of their keys.
    With `replicas` a write that too few replicas confirm within two seconds raises
    StoreUnavailable. `place` says where the engine is, without its password.
    `most_together` is how many requests should share a round trip at most.
    """

    def __init__(
        self, engine: Engine, schema: Schema, *, replicas: int = 0, place: str | None = None
    ) -> None:
        self.schema = schema
        self.place = place or str(engine.url)
        self.announcements = Announcements(engine.any_link, engine.hears_all)
        self._engine = engine
        self._replicas = replicas
        # NOTE: one master of many may be away, and one write waits for replicas: then a round
        # trip is shared with nobody.
        self.most_together = 1 if replicas or engine.url.kind == "cluster" else _MOST_TOGETHER
        self._idle: deque[Line] = deque()

    def read(self, *commands: Command) -> list[Reply]:
        """Send commands that change nothing, in one write.

        Not atomic as a group. Tried once more on a fresh connection when the
        connection breaks.
        """
        try:
            return self._checked(commands)
        except StoreUnavailable:
            return self._checked(commands)

    def write(self, *commands: Command) -> list[Reply]:
        """Send commands in one write; not atomic as a group, never tried twice."""
        try:
            return self._written(commands)
        except StoreUnavailable as ex:
            # NOTE: a node that refuses one of them says nothing of the others.
            ex.hint = StoreUnavailable.hint
            raise

    def run(self, script: Script, keys: Sequence[str], *args: str | bytes | int) -> Reply:
        """Run a script: atomic, never tried twice."""
        return self._run(self._written, script, (len(keys), *keys, *args))

    def read_with(self, script: Script, keys: Sequence[str], *args: str | bytes | int) -> Reply:
        """Run a script that changes nothing; tried once more as `read` is."""
        tail = (len(keys), *keys, *args)
        try:
            return self._run(self._checked, script, tail)
        except StoreUnavailable:
            return self._run(self._checked, script, tail)

    @cached_property
    def patient(self) -> "Store":
        """The same store, for work of many steps: each waits up to 30 s for a slot that moves."""
        if self._engine.url.kind != "cluster":
            return self
        return Store(self._engine.patient(), self.schema, replicas=self._replicas, place=self.place)

    def close(self) -> None:
        """Close every idle connection; the next call opens a new one."""
        self.announcements.close()
        if (patient := vars(self).get("patient", self)) is not self:
            patient.close()
        while self._idle:
            self._idle.pop().close()

    def run_side_by_side(self, jobs: Iterable[Callable[[], None]]) -> None:
        """Run jobs in this thread until all have ended; they share their round trips.

        The next begins when the one before asks something. What breaks a shared round
        trip is StoreUnavailable to all that share it.
        """
        run_side_by_side(jobs, self._ask_together)

    def _ask_together(self, asked: list[Sequence[Command]]) -> list[list[Reply]]:
        replies = iter(self._ask_now(list(chain.from_iterable(asked))))
        return [list(islice(replies, len(commands))) for commands in asked]

    def _ask(self, commands: Sequence[Command]) -> list[Reply]:
        sharing = current()
        return sharing.ask(commands) if sharing else self._ask_now(commands)

    def _ask_now(self, commands: Sequence[Command]) -> list[Reply]:
        try:
            line = self._idle.pop()
        except IndexError:
            line = self._engine.line()
        try:
            return line.ask(commands)
        finally:
            self._idle.append(line)

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
