"""The vocabulary in which the rules speak to an engine: read, write, run."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from hiredis import ReplyError

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.announcements import Announcements
from bambleweeny.store.guard import translate
from bambleweeny.store.link import Command, Link
from bambleweeny.store.schema import Schema
from bambleweeny.store.scripts import Script

Reply = Any


class Store:
    """An engine and its key space. Safe to share between threads, and to fork
    after `close()`. There are as many connections as were ever used at a time.

    A call costs one round trip (a script that the engine does not know yet, or a
    read on a broken connection, costs a second one). It raises StoreUnavailable when the engine
    is away, StoreFull when it has no room, and what a script refuses with.
    `place` says where the engine is, without its password.
    """

    def __init__(self, connect: Callable[[], Link], schema: Schema, place: str) -> None:
        self.schema = schema
        self.announcements = Announcements(connect)
        self.place = place
        self._connect = connect
        self._idle: deque[Link] = deque()

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
        return self._checked(commands)

    def run(self, script: Script, keys: Sequence[str], *args: str | bytes | int) -> Reply:
        """Run a script: atomic, never tried twice."""
        tail = (len(keys), *keys, *args)
        [reply] = self._ask([("EVALSHA", script.sha, *tail)])
        if isinstance(reply, ReplyError):
            if not str(reply).startswith("NOSCRIPT"):
                raise translate(reply) from reply
            [reply] = self._checked([("EVAL", script.text, *tail)])
        return reply

    def read_with(self, script: Script, keys: Sequence[str], *args: str | bytes | int) -> Reply:
        """Run a script that changes nothing; tried once more as `read` is."""
        try:
            return self.run(script, keys, *args)
        except StoreUnavailable:
            return self.run(script, keys, *args)

    def close(self) -> None:
        """Close every idle connection; the next call opens a new one."""
        self.announcements.close()
        while self._idle:
            self._idle.pop().close()

    def _ask(self, commands: Sequence[Command]) -> list[Reply]:
        try:
            link = self._idle.pop()
        except IndexError:
            link = self._connect()
        try:
            return link.ask(commands)
        finally:
            self._idle.append(link)

    def _checked(self, commands: Sequence[Command]) -> list[Reply]:
        replies = self._ask(commands)
        for reply in replies:
            if isinstance(reply, ReplyError):
                raise translate(reply) from reply
        return replies
