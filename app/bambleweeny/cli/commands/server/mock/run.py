"""Runs a mock: a sandbox, its route from files, and its calls as they come."""

import time
from collections.abc import Sequence
from typing import NoReturn

from bambleweeny import __version__
from bambleweeny.cli.commands.server.mock.calls import CallPrinter
from bambleweeny.cli.commands.server.mock.files import Files, Part
from bambleweeny.cli.commands.server.mock.process import (
    NotStarted,
    ServerProcess,
    Stopped,
    running_sandbox,
)
from bambleweeny.cli.commands.server.mock.publishing import (
    FRONT,
    UNAVAILABLE,
    Published,
    Publisher,
)
from bambleweeny.cli.escapes import to_people
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.cli.output import Output, counted
from bambleweeny.client import Client
from bambleweeny.config import Config

_WAIT_SECONDS = 1
"""The longest time between two looks at the files."""
_PAUSE_SECONDS = 0.2
_NOTHING = Published(0, "", [])


def run_mock(config: Config, names: Sequence[str], only: str | None, out: Output) -> int:
    """Serve the mock of files until a signal; return the exit status.

    CommandFailed if a file cannot be used at the start, or if the server ends.
    """
    files = Files(names)
    parts = files.read()
    try:
        with (
            running_sandbox(config) as server,
            Client(server.url, "admin", config.admin_password) as client,
        ):
            mock = _Mock(client, server, files, Publisher(client, only))
            published = mock.publish(parts)
            out.line(banner(config, server.url, names, published))
            out.flush()
            mock.run(CallPrinter(out))
    except NotStarted:
        return 1
    except Stopped:
        return 0


def banner(config: Config, url: str, names: Sequence[str], published: Published) -> str:
    """Return the lines with the URL of the mock, that of the API, and the notes of imports."""
    root = url.removesuffix(config.base_path)
    is_wildcard = config.listen.host in ("0.0.0.0", "::")
    notes = list(published.notes)
    if not config.listen.is_loopback:
        notes.append("everybody who can reach this machine can log in")
    rules = counted(published.rules, "rule")
    lines = [
        f"Bambleweeny {__version__} mocks {', '.join(names)} with {rules}.",
        f"  URL    {root}/" + " and every address of this machine" * is_wildcard,
        f"  API    {url}",
        f"  Docs   {url}/docs",
        f"  Route  {FRONT}, {_calls_of(published)}",
        *(f"  Note   {note}" for note in notes),
        f"  Login  admin, password {config.admin_password}",
    ]
    return "\n".join(lines)


def _calls_of(published: Published) -> str:
    if published.journal:
        return f"with its calls in the topic {published.journal}"
    return "without a journal, so that no calls are printed"


class _Mock:
    """A mock that runs."""

    def __init__(
        self, client: Client, server: ServerProcess, files: Files, publisher: Publisher
    ) -> None:
        self._topics = client.topics
        self._server = server
        self._files = files
        self._publisher = publisher
        self._parts: list[Part] | None = None
        """What was published; None after a failure."""
        self._published = _NOTHING
        self._is_due = False
        """Whether the files have changed since they were published."""
        self._last = "all"
        """The last call that was read."""

    def publish(self, parts: list[Part]) -> Published:
        """Create or replace the route; CommandFailed names the file that cannot be used."""
        self._parts = None
        published = self._publisher.publish(parts)
        self._parts = parts
        before, self._published = self._published, published
        is_other = published.journal not in ("", before.journal)
        if is_other and before is not _NOTHING:
            self._last = self._topics.read(published.journal, limit=1).next
        return published

    def run(self, printer: CallPrinter) -> NoReturn:
        """Print calls and read changed files until `check` of the server raises."""
        while True:
            begun = time.monotonic()
            try:
                found = self._print_calls(printer)
                self._is_due = self._is_due or self._files.have_changed()
                if self._is_due:
                    self._reload()
            except UNAVAILABLE:
                found = False
            self._server.check()
            # NOTE: without a free wait slot the server answers at once.
            if not found and time.monotonic() < begun + _PAUSE_SECONDS:
                time.sleep(_PAUSE_SECONDS)

    def _print_calls(self, printer: CallPrinter) -> bool:
        """Wait for calls and print them; return whether there were any."""
        if not self._published.journal:
            return False
        found = self._topics.read(self._published.journal, self._last, _WAIT_SECONDS)
        for message in found:
            printer.show(message.value.json())
        self._last = found.next
        return bool(found)

    def _reload(self) -> None:
        known = self._published.notes
        try:
            parts = self._files.read()
            if parts == self._parts:
                self._is_due = False
                return
            published = self.publish(parts)
            self._is_due = False
        except CommandFailed as ex:
            self._parts, self._is_due = None, False
            hint = f" {ex.hint}" if ex.hint else ""
            to_people(f"bambleweeny: {ex}{hint} The mock stays as it was.")
            return
        for note in published.notes:
            if note not in known:
                to_people(f"bambleweeny: note: {note}")
        to_people(f"bambleweeny: The mock was renewed: {counted(published.rules, 'rule')}.")
