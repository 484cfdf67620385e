"""Run a server: start its processes, supervise them, stop them and clean up."""

import logging
import os
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bambleweeny.config import Config
from bambleweeny.core.instance.instance import Instance, WrongSchema
from bambleweeny.core.instance.shared_counters import SharedCounters
from bambleweeny.options import Address
from bambleweeny.server.allocator import bound_allocator
from bambleweeny.server.banner import banner
from bambleweeny.server.cpu_affinity import keep_to_core
from bambleweeny.server.http.accept_balancer import AcceptBalancer
from bambleweeny.server.listener import listen, turn_away
from bambleweeny.server.logs import set_up_logs
from bambleweeny.server.startup import CannotStart, find_store, open_for_service
from bambleweeny.server.supervisor import (
    Child,
    block_signals,
    is_ending,
    stop_children,
    supervise,
)
from bambleweeny.server.worker import work
from bambleweeny.store import Store
from bambleweeny.store.changes import SharedChanges
from bambleweeny.store.engine.disk_reserve import DiskReserve
from bambleweeny.store.engine.embedded import EmbeddedEngine, EngineFailed
from bambleweeny.system.claims import Claim, claim_directory, remove_dead
from bambleweeny.system.data_directory import (
    SERVER,
    forget_url,
    is_in_use,
    note_url,
    warn_if_exposed,
)
from bambleweeny.system.parent import end_with_input
from bambleweeny.system.server_registry import RunningServer, note_server

_log = logging.getLogger(__name__)

_STOP_SECONDS = 12.0
_SANDBOX = "bambleweeny-sandbox-"


@dataclass
class _Parts:
    """What the processes of a server share."""

    config: Config
    listener: socket.socket
    engine: EmbeddedEngine | None
    store: Store
    instance: Instance
    counters: SharedCounters
    accept_balancer: AcceptBalancer
    changes: SharedChanges
    claims: list[Claim]

    def engine_children(self) -> list[Child]:
        engine = self.engine
        if engine is None:
            return []
        child = Child("engine", _restart(engine), engine.reap)
        child.pid = engine.pid
        return [child]

    def worker_children(self) -> list[Child]:
        return [self._worker_child(number) for number in range(self.config.workers)]

    def _worker_child(self, number: int) -> Child:
        return Child(
            f"worker {number + 1}",
            partial(self._fork_worker, number),
            lambda status: self.accept_balancer.leave(number),
        )

    def _fork_worker(self, number: int) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            keep_to_core(number, self.config.workers)
            for claim in self.claims:
                claim.forget()
            if self.engine:
                self.engine.leave_to_parent()
            file = self.engine.append_only_file if self.engine else None
            work(
                self.config,
                self.store,
                self.instance,
                self.listener,
                append_only_file=file,
                part=self.counters.part(number),
                share=self.accept_balancer.of(number),
                # NOTE: an engine elsewhere can have other writers.
                changes=self.changes.of(number) if self.engine else None,
                parent=parent,
            )
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            # NOTE: only the supervisor may run the cleanup code of the stack that was forked.
            os._exit(status)


def serve(
    config: Config,
    *,
    sandbox: bool = False,
    until_eof: bool = False,
    registry: Path | None = None,
    warnings: Iterable[str] = (),
    on_ready: Callable[[str], None] | None = None,
) -> int:
    """Run a server until a signal stops it; return the exit status.

    With `sandbox`, its data are in a temporary directory and are deleted at the end. With
    `until_eof` the end of standard input stops it, too. In the directory `registry`, other
    programs of the user find the server. `warnings` are logged first. When the server accepts
    connections, `on_ready` gets its URL; without it, the banner is printed.
    """
    set_up_logs(config.log_format, config.log_level)
    for warning in warnings:
        _log.warning(warning)
    block_signals()
    if until_eof:
        end_with_input()
    bound_allocator()
    # NOTE: the data hold the signing secret, and the directory may have existed with any mode.
    os.umask(0o077)
    try:
        if sandbox:
            with _temporary_directory() as claim:
                _run(replace(config, data_dir=claim.path), registry, on_ready, claim)
        else:
            _run(config, registry, on_ready)
    except (CannotStart, EngineFailed, WrongSchema) as ex:
        print(f"bambleweeny: {ex}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _temporary_directory() -> Iterator[Claim]:
    """Create a directory that is deleted at the end; delete those of killed sandboxes."""
    try:
        remove_dead(Path(tempfile.gettempdir()), f"{_SANDBOX}*", is_in_use)
        claim = claim_directory(_SANDBOX)
    except OSError as ex:
        raise CannotStart(
            f"Cannot create a temporary directory: {ex.strerror}; set TMPDIR to another one."
        ) from ex
    try:
        yield claim
    finally:
        claim.remove()


def _run(
    config: Config,
    registry: Path | None,
    on_ready: Callable[[str], None] | None,
    sandbox: Claim | None = None,
) -> None:
    listener = listen(config.listen)
    engine = None
    if config.redis_url is None:
        engine = EmbeddedEngine(config.data_dir, max_memory=config.max_memory, fsync=config.fsync)
    elif config.data_dir.exists():
        warn_if_exposed(config.data_dir)
    try:
        if engine:
            engine.start()
            # NOTE: this process holds the lock, so an existing file is a killed server's.
            forget_url(config.data_dir, SERVER)
            engine.wait_until_ready(lambda: not is_ending())
        if is_ending():
            return
        url = engine.url if engine else config.redis_url or ""
        store = find_store(url, config)
        instance, login = open_for_service(store, config)
        count, claims = config.workers, [sandbox] if sandbox else []
        parts = _Parts(
            config,
            listener,
            engine,
            store,
            instance,
            SharedCounters(count),
            AcceptBalancer(count),
            SharedChanges(count),
            claims,
        )
        workers, is_sandbox = parts.worker_children(), sandbox is not None
        with _registered(parts, registry, is_sandbox=is_sandbox):
            if on_ready:
                on_ready(_url_of(parts))
            else:
                text = banner(config, listener, store.address, login, sandbox=is_sandbox)
                print(text, flush=True)
            if engine:
                supervise(
                    [*parts.engine_children(), *workers], _housekeeping(engine, config.max_memory)
                )
            else:
                supervise(workers)
        turn_away(listener)
        listener.close()
        stop_children(workers, _STOP_SECONDS)
    finally:
        if engine:
            engine.stop()


def _url_of(parts: _Parts) -> str:
    return Address(*parts.listener.getsockname()[:2]).url + parts.config.base_path


@contextmanager
def _registered(parts: _Parts, registry: Path | None, *, is_sandbox: bool) -> Iterator[None]:
    """Publish the server's URL in its data directory and in the registry while it runs."""
    config = parts.config
    url = _url_of(parts)
    if parts.engine:
        note_url(config.data_dir, SERVER, url)
    server = RunningServer(
        "sandbox" if is_sandbox else "serve",
        url,
        str(config.data_dir),
        config.admin_password if is_sandbox else None,
    )
    entry = note_server(registry, server) if registry else None
    if entry:
        parts.claims.append(entry)
    try:
        yield
    finally:
        if parts.engine:
            forget_url(config.data_dir, SERVER)
        if entry:
            entry.remove()


def _housekeeping(engine: EmbeddedEngine, max_memory: int) -> Callable[[], float]:
    disk_reserve = DiskReserve(engine, max_memory=max_memory)

    def do() -> float:
        engine.sync_if_due()
        return disk_reserve.keep()

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
