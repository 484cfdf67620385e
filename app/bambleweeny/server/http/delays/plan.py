"""The plan of one answer: the time at which it is sent, and a fault."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bambleweeny.errors import Busy
from bambleweeny.server.http.delays import faults
from bambleweeny.server.http.task import PlannedTask

if TYPE_CHECKING:
    from bambleweeny.server.http.connection import Connection

SHUTDOWN = "shutdown"
"""The code for the log of an answer that is not sent, as it is due after the server's end."""
_MOST_SECONDS = 30.0


class Plan:
    """How the finished answer of a connection's current request is sent.

    A delayed answer waits in a timer of the event loop, and its request runs again when it is
    due, to send it. `when_sent` is called once: when the answer is sent, or when it cannot be
    sent any more. Its arguments are a code for the log, or None for an answer without a fault,
    and whether the client gets a status.
    """

    when_sent: Callable[[str | None, bool], None] | None = None
    is_waiting = False

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.answer: faults.KeptAnswer | None = None
        self.due = 0.0
        """The time at which to send the answer, as of `time.monotonic`; 0: immediately."""
        self._fault: str | None = None
        self._code_if_closed = "client_left"

    def delay(self, seconds: float, size: int | None) -> None:
        """Send the answer, of `size` bytes, after some seconds.

        Without a size this reserves a place for an answer that is not made yet. Raises
        TooManyDelayed if the worker has no place left; then neither delay nor fault apply to
        the answer.
        """
        if not 0 <= seconds <= _MOST_SECONDS:
            raise ValueError(f"a delay is between 0 and {_MOST_SECONDS:.0f} s")
        fault, self._fault, self.due = self._fault, None, 0.0
        places = self.connection.server.places
        if not seconds:
            places.free(self)
        else:
            due = time.monotonic() + seconds
            try:
                places.take(self, due, size)
            except Busy:
                places.free(self)
                raise
            self.due = due
        self._fault = fault

    def fail(self, kind: str) -> None:
        """Send the answer with a fault: 'reset', 'empty' or 'cut'."""
        if kind not in faults.FAULTS:
            raise ValueError(f"there is no fault {kind!r}")
        self._fault = kind

    def begin(self) -> None:
        """Begin to wait, now that the request no longer runs; any thread may call this."""
        # NOTE: clients could fill the budget with the bodies of requests that have run.
        self.connection.requests[0].drop_body()
        self.connection.leave_exclusive()
        self.connection.server.soon(self._wait)

    def send(self, task: Any) -> None:
        """Send the answer through the task of its request."""
        answer, self.answer = self.answer, None
        assert answer is not None
        code = f"fault_{self._fault}" if self._fault else None
        self.end(code, is_answered=self._fault not in faults.UNANSWERED)
        faults.send(task, answer, self._fault)

    def end(self, code: str | None, *, is_answered: bool) -> None:
        """Free the place, and report the end of the request."""
        self.connection.plan = None
        self.connection.server.places.free(self)
        # NOTE: atomic, as another thread may close the connection while the answer is sent.
        when_sent = vars(self).pop("when_sent", None)
        if when_sent is not None:
            when_sent(code, is_answered)

    def discard(self) -> None:
        """End the plan without a report, since another answer is sent and reported."""
        self.when_sent = None
        self.end(None, is_answered=False)

    def close(self, code: str) -> None:
        """Close the connection if the answer still waits; call this in the event loop."""
        if self.is_waiting:
            self._code_if_closed = code
            self.connection.lingers = False
            self.connection.handle_close()

    def note_closed(self) -> None:
        """End the plan, as its connection has been closed."""
        is_waiting = self.is_waiting
        self._stop_waiting()
        self.end(self._code_if_closed, is_answered=False)
        if is_waiting:
            # NOTE: the request finds its connection closed, and is freed.
            self.connection.run_again()

    def _wait(self) -> None:
        server = self.connection.server
        if self.connection.plan is not self or not self.connection.connected:
            self.connection.run_again()
            return
        self.is_waiting = True
        if server.places.ends_before(self.due):
            self.close(SHUTDOWN)
        else:
            server.event_loop.call_at(self.due, self._release)
            server.places.departures.watch(self)

    def _release(self) -> None:
        self._stop_waiting()
        self.connection.task_class = PlannedTask
        self.connection.run_again()

    def _stop_waiting(self) -> None:
        if self.is_waiting:
            self.is_waiting = False
            self.connection.server.places.departures.forget(self)
            self.connection.server.event_loop.cancel_call(self._release)
