"""The store for a command, on a running engine or on a temporary one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bambleweeny.config import Config
from bambleweeny.store import Store, open_store
from bambleweeny.store.engine.embedded import EmbeddedEngine, EngineFailed
from bambleweeny.store.engine.running import running_engine_url

_TIMEOUT = 60.0


@contextmanager
def store_of(config: Config, *, alone: bool) -> Iterator[Store]:
    """Open the store of a configuration; close it at the end.

    With `alone`, EngineFailed if a server runs on the data directory. Without it, EngineFailed
    if the data directory has no data.
    """
    if config.redis_url is not None:
        with opened(config.redis_url, config) as store:
            yield store
        return
    url = None if alone else _find(config)
    if url is not None:
        with opened(url, config, config.data_dir) as store:
            yield store
        return
    engine = EmbeddedEngine(config.data_dir, max_memory=config.max_memory, fsync=config.fsync)
    try:
        engine.start()
        engine.wait_until_ready()
        with opened(engine.url, config, config.data_dir) as store:
            yield store
    finally:
        engine.stop()


def _find(config: Config) -> str | None:
    """Return the URL of the running engine of the data directory; None if it must be started."""
    directory = config.data_dir
    try:
        url = running_engine_url(directory)
    except OSError as ex:
        raise EngineFailed(f"Cannot use {directory}: {ex.strerror}.") from ex
    if url is None and not (directory / "appendonly.aof").exists():
        raise EngineFailed(
            f"There are no data in {directory}; name another directory with --data-dir."
        )
    return url


@contextmanager
def opened(url: str, config: Config, data_dir: Path | None = None) -> Iterator[Store]:
    """Open the store at a URL; EngineFailed if the URL is malformed.

    Messages name `data_dir`, if there is one.
    """
    address = None if data_dir is None else str(data_dir)
    try:
        store = open_store(url, prefix=config.key_prefix, timeout=_TIMEOUT, address=address)
    except ValueError as ex:
        raise EngineFailed(f"The URL of the engine cannot be read: {ex}.") from ex
    try:
        yield store.with_long_retry
    finally:
        store.close()
