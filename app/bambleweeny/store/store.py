"""The vocabulary in which the rules speak to an engine: read, write, run."""

import threading
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
    """An engine and its key space. Safe to share between threads and to fork
    after `close()`; each thread has a connection of its own.

    Every call costs one round trip and raises StoreUnavailable when the engine
    is away, StoreFull when it has no room, and what a script refuses with.
    `place` says where the engine is, without its password.
    """

    def __init__(self, connect: Callable[[], Link], schema: Schema, place: str) -> None:
        self.schema = schema
        self.announcements = Announcements(connect)
        self.place = place
        self._connect = connect
        self._local = threading.local()
        self._links: list[Link] = []

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
        [reply] = self._link().ask([("EVALSHA", script.sha, *tail)])
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
        """Close every connection; the next call opens a new one."""
        self.announcements.close()
        for link in self._links:
            link.close()

    def _link(self) -> Link:
        try:
            link: Link = self._local.link
        except AttributeError:
            link = self._local.link = self._connect()
            self._links.append(link)
        return link

    def _checked(self, commands: Sequence[Command]) -> list[Reply]:
        replies = self._link().ask(commands)
        for reply in replies:
            if isinstance(reply, ReplyError):
                raise translate(reply) from reply
        return replies
