"""`sub`: run a command for each item of a list."""

import os
import subprocess
from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.inputs import LIST
from bambleweeny.cli.arguments.workers import DEFAULT_LEASE, IDLE, LEASE, MAX, end_by_signals
from bambleweeny.cli.commands.workers.fate import GONE, UNKNOWN, WAITING, fate_of
from bambleweeny.cli.commands.workers.list_worker import Worker
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import CommandFailed, WrongUse
from bambleweeny.cli.verb import Verb, argument

if TYPE_CHECKING:
    from bambleweeny.client import Client, LeasedItem


class _Commands(Worker):
    """Runs a command for each item."""

    def __init__(
        self,
        client: "Client",
        list: str,
        command: list[str],
        *,
        lease_seconds: int,
        is_dropping: bool,
    ) -> None:
        super().__init__(client, list, lease_seconds=lease_seconds)
        self._command = command
        self._is_dropping = is_dropping

    def handle(self, item: "LeasedItem") -> bool:
        """Run the command for an item; return whether it succeeded."""
        try:
            with self.extending(item):
                ended = self._run(item)
        except OSError as ex:
            reason = f"Cannot run {self._command[0]}: {ex.strerror}."
            if self.put_back(item):
                reason += " The item " + self._fate(item, f"is back in '{self._list}'")
            raise CommandFailed(reason) from ex
        if not ended:
            self.acknowledge(item)
            return True
        how = f"by signal {-ended}" if ended < 0 else f"with status {ended}"
        if self._is_dropping:
            fate = "is deleted." if self.drop(item) else ""
        else:
            delay = self.retry(item)
            fate = "" if delay is None else self._fate(item, f"is retried in {delay} s")
        self._report(f"The command ended {how}{fate and '; its item '}{fate or '.'}")
        return False

    def _fate(self, item: "LeasedItem", waiting: str) -> str:
        """Return the end of a sentence: the fate of a failed item; `waiting` if it is not dead."""
        state, dead_letter = fate_of(self._lists, self._list, item)
        if state == WAITING:
            return f"{waiting}."
        if state == UNKNOWN:
            return f"{waiting}, unless the policy of '{self._list}' makes it dead."
        if state == GONE:
            return f"is no longer in '{self._list}'."
        attempts = "1 attempt" if item.attempt == 1 else f"{item.attempt} attempts"
        where = dead_letter or self._list
        redrive = (
            f"move {where} {self._list} --state ready"
            if dead_letter
            else f"deliver {self._list} {item.id}"
        )
        return (
            f"is dead after {attempts}, in the list '{where}'. "
            f"To try it again: bambleweeny items {redrive}"
        )

    def _run(self, item: "LeasedItem") -> int:
        """Run the command and return its exit status."""
        # NOTE: a separate process group, so that only this process gets Ctrl-C from a terminal.
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            env={
                **os.environ,
                "BAMBLEWEENY_LIST": self._list,
                "BAMBLEWEENY_ATTEMPT": str(item.attempt),
            },
            process_group=0,
        )
        process.communicate(item.value)
        return process.returncode


def _sub(context: Context) -> int:
    args = context.args
    if not args.command:
        raise WrongUse("Write the command after --, as in 'bambleweeny sub jobs -- wc -c'.")
    worker = _Commands(
        context.client,
        args.name,
        args.command,
        lease_seconds=args.lease or DEFAULT_LEASE,
        is_dropping=args.drop,
    )
    end_by_signals(worker.end)
    return worker.work(1 if args.once else args.max, idle_seconds=args.idle)


_OPTIONS = (
    LIST,
    argument("--once", action="store_true", help="exit after one item"),
    MAX,
    IDLE,
    LEASE,
    argument("--drop", action="store_true", help="delete an item whose command fails"),
)


VERBS = {
    "sub": Verb(
        _sub,
        """bambleweeny sub jobs -- sh -c 'cat >> done.txt'
        bambleweeny sub hooks --max 100 -- wc -c
        bambleweeny sub mail --idle 5m --drop -- tee -a sent.txt""",
        _OPTIONS,
        note="""The command gets the item on its standard input, the list's name in
BAMBLEWEENY_LIST, and the number of the attempt in BAMBLEWEENY_ATTEMPT. The
lease is extended while the command runs. If the command succeeds, the item is
acknowledged. If it fails, the item is retried after 5 s, 10 s, up to 10 min,
until the list's policy makes it dead, and this program pauses for 1 s, 2 s, up
to 30 s. With --drop it is deleted instead.
SIGINT, SIGTERM, SIGHUP and SIGQUIT let the command finish, and then end this
program.
If this program is killed, the item becomes ready again when its lease expires.
Exit 0; 1 if the last command failed.""",
        takes_command=True,
    )
}
