"""From a configuration to a running server, and back to nothing."""

import os
import shutil
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bambleweeny.config import Config
from bambleweeny.core.instance import Instance, WrongSchema
from bambleweeny.core.tally import Tally
from bambleweeny.options import Address
from bambleweeny.running import SERVER, forget_url, note_url
from bambleweeny.server.allocation import bound_allocator
from bambleweeny.server.banner import banner
from bambleweeny.server.cores import keep_to_core
from bambleweeny.server.listener import listen, turn_away
from bambleweeny.server.logs import set_up_logs
from bambleweeny.server.opening import find_store, open_for_service
from bambleweeny.server.refusal import CannotStart
from bambleweeny.server.shares import Shares
from bambleweeny.server.supervisor import (
    Child,
    block_signals,
    is_ending,
    stop_children,
    supervise,
)
from bambleweeny.server.worker import work
from bambleweeny.store import Store
from bambleweeny.store.embedded import EmbeddedEngine, EngineFailed
from bambleweeny.store.headroom import Headroom

_STOP_SECONDS = 12.0


@dataclass
class _Parts:
    """What the processes of a server share."""

    config: Config
    listener: socket.socket
    engine: EmbeddedEngine | None
    store: Store
    instance: Instance
    tally: Tally
    shares: Shares

    def child_of_engine(self) -> list[Child]:
        engine = self.engine
        if engine is None:
            return []
        child = Child("engine", _restart(engine), engine.reap)
        child.pid = engine.pid
        return [child]

    def children_of_workers(self) -> list[Child]:
        return [self._child_of_worker(number) for number in range(self.config.workers)]

    def _child_of_worker(self, number: int) -> Child:
        return Child(
            f"worker {number + 1}",
            partial(self._fork_worker, number),
            lambda status: self.shares.leave(number),
        )

    def _fork_worker(self, number: int) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            keep_to_core(number, self.config.workers)
            if self.engine:
                self.engine.leave_to_parent()
            file = self.engine.append_only_file if self.engine else None
            work(
                self.config,
                self.store,
                self.instance,
                self.listener,
                append_only_file=file,
                part=self.tally.part(number),
                share=self.shares.of(number),
                parent=parent,
            )
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            # NOTE: the cleaning up of the forked stack is the supervisor's.
            os._exit(status)


def serve(config: Config, *, sandbox: bool = False) -> int:
    """Run a server until SIGTERM or SIGINT; give the exit status.

    With `sandbox` its data are thrown away at the end.
    """
    set_up_logs(config.log_format, config.log_level)
    block_signals()
    bound_allocator()
    # NOTE: the data hold the signing secret, whatever the mode of a directory that was there.
    os.umask(0o077)
    if sandbox:
        config = replace(config, data_dir=Path(tempfile.mkdtemp(prefix="bambleweeny-sandbox-")))
    try:
        _run(config, sandbox)
    except (CannotStart, EngineFailed, WrongSchema) as ex:
        print(f"bambleweeny: {ex}", file=sys.stderr)
        return 1
    finally:
        if sandbox:
            shutil.rmtree(config.data_dir, ignore_errors=True)
    return 0


def _run(config: Config, sandbox: bool) -> None:
    listener = listen(config.listen)
    engine = None
    if config.redis_url is None:
        engine = EmbeddedEngine(config.data_dir, max_memory=config.max_memory, fsync=config.fsync)
    try:
        if engine:
            engine.start()
            # NOTE: a killed server may have left its word, and the lock is ours now.
            forget_url(config.data_dir, SERVER)
            engine.wait_until_ready(lambda: not is_ending())
        if is_ending():
            return
        url = engine.url if engine else config.redis_url or ""
        store = find_store(url, config)
        instance, login = open_for_service(store, config)
        wanted = config.workers
        parts = _Parts(config, listener, engine, store, instance, Tally(wanted), Shares(wanted))
        if engine:
            note_url(config.data_dir, SERVER, Address(*listener.getsockname()[:2]).url)
        print(banner(config, listener, store.place, login, sandbox=sandbox), flush=True)
        workers = parts.children_of_workers()
        if engine:
            supervise([*parts.child_of_engine(), *workers], _chore(engine, config.max_memory))
        else:
            supervise(workers)
        if engine:
            forget_url(config.data_dir, SERVER)
        turn_away(listener)
        listener.close()
        stop_children(workers, _STOP_SECONDS)
    finally:
        if engine:
            engine.stop()


def _chore(engine: EmbeddedEngine, max_memory: int) -> Callable[[], float]:
    headroom = Headroom(engine, max_memory=max_memory)

    def do() -> float:
        engine.sync_if_due()
        return headroom.keep()

    return do


def _restart(engine: EmbeddedEngine) -> Callable[[], int | None]:
    def start() -> int | None:
        try:
            engine.start()
            engine.wait_until_ready(lambda: not is_ending())
        except EngineFailed as ex:
            print(f"bambleweeny: {ex}", file=sys.stderr)
        return engine.pid

    return start
