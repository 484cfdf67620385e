"""Work that a worker repeats beside its requests."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType

from bambleweeny.errors import BambleweenyError

_log = logging.getLogger(__name__)


class Periodic:
    """A thread that calls a function every so many seconds in a `with` block.

    The end of the block waits for a call that runs. A call that fails is logged, and the next one
    tries again; what the engine refuses, for example while it is away, is logged as debug.
    """

    def __init__(self, name: str, call: Callable[[], object], seconds: float) -> None:
        self._call = call
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        ex: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._call()
            except BambleweenyError as ex:
                _log.debug("%s: %s", self._thread.name, ex.code)
            except Exception:
                _log.exception("%s: the call failed", self._thread.name)
