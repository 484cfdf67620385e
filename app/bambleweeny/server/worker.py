"""A worker: one process that answers requests on the shared socket."""

import os
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bambleweeny.api import create_app
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.api.middleware.gate import Gate
from bambleweeny.api.requests.base_path import BasePath
from bambleweeny.api.requests.body_limits import BodyLimits
from bambleweeny.config import Config
from bambleweeny.core.auth.limits import Limits, UserRules
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.instance.instance import Instance
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.instance.shared_counters import Part
from bambleweeny.core.sandboxes.sweeper import SWEEP_SECONDS, sweep
from bambleweeny.core.services import Services, make_services
from bambleweeny.core.topics import Bounds
from bambleweeny.core.usage.traffic import FLUSH_SECONDS
from bambleweeny.server.admin_password import FILE_NAME
from bambleweeny.server.allocator import Heap
from bambleweeny.server.http.accept_balancer import Share
from bambleweeny.server.http.answer_cache import AnswerCache
from bambleweeny.server.http.server import HttpServer
from bambleweeny.server.logs import hold_requests
from bambleweeny.server.periodic import Periodic
from bambleweeny.store import Store
from bambleweeny.store.changes import Changes
from bambleweeny.system.signals import stop_signals

_SWITCH_SECONDS = 0.001


def work(
    config: Config,
    store: Store,
    instance: Instance,
    listener: socket.socket,
    *,
    append_only_file: Path | None,
    part: Part,
    share: Share,
    changes: Changes | None,
    parent: int,
) -> None:
    """Answer requests until SIGTERM or the death of the parent; call it in a forked process.

    With `changes`, which count those of all writers, answers of public routes are cached.
    """
    store.changes = changes
    services = _make_services(config, store, instance, append_only_file, Metrics(part))
    base_path = BasePath(config.base_path, config.front) if config.base_path else None
    # NOTE: a long poll blocks a thread, so each one that is allowed adds a thread.
    access_log = AccessLog(services.metrics, services.traffic)
    threads = config.threads + config.max_waits
    server = HttpServer(
        _make_app(config, services, base_path),
        listener,
        threads=threads,
        max_body=config.max_body,
        access_log=access_log,
        gate=Gate(config.cors_origins, config.answered_hosts),
        share=share,
        scheduler=store.pipelining,
        short_requests=config.redis_url is None and config.fsync != "always",
        body_limit=BodyLimits(services.tokens, config.max_body, base_path).largest,
        base_path=base_path,
        proxies=config.trusted_proxies,
        answer_cache=AnswerCache(services.mocks.freshness, access_log) if changes else None,
    )
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    # NOTE: Ctrl-C and the close of a terminal signal the whole process group. The supervisor is
    # in it, and stops the workers.
    for number in stop_signals() - {signal.SIGTERM}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    # NOTE: a thread that computes delays the others that long; Python's default is 5 ms.
    sys.setswitchinterval(_SWITCH_SECONDS)
    heap = Heap()

    def should_run() -> bool:
        heap.trim()
        return os.getppid() == parent

    with (
        Periodic("traffic", services.traffic.flush, FLUSH_SECONDS),
        Periodic("sweeper", partial(sweep, store.with_long_retry), SWEEP_SECONDS),
    ):
        server.run(should_run, before_end=services.waits.stop, each_tick=hold_requests())
    services.traffic.flush()


def _make_app(config: Config, services: Services, base_path: BasePath | None) -> Any:
    return create_app(
        services,
        cors_origins=config.cors_origins,
        allowed_hosts=config.answered_hosts,
        base_path=base_path,
        console=config.console == "on",
    )


def _make_services(
    config: Config,
    store: Store,
    instance: Instance,
    append_only_file: Path | None,
    metrics: Metrics,
) -> Services:
    return make_services(
        store,
        instance,
        passwords=Passwords(),
        token_lifetime=config.token_expiry,
        max_list_items=config.max_list_items,
        max_list_bytes=config.max_list_bytes,
        topic_bounds=Bounds(config.max_topic_messages, config.topic_age, config.max_topic_bytes),
        max_waits=config.max_waits,
        append_only_file=append_only_file,
        admin_password_file=config.data_dir / FILE_NAME,
        user_rules=UserRules(
            config.min_password, Limits(config.default_max_bytes, config.default_rate)
        ),
        metrics=metrics,
        most_sandboxes=(config.max_sandboxes, config.open_sandboxes),
    )
