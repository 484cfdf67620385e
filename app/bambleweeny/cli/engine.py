"""The store that a command works on: an engine that runs, or one for as long as it takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from bambleweeny.config import Config
from bambleweeny.store import Store, open_store
from bambleweeny.store.embedded import EmbeddedEngine, EngineFailed
from bambleweeny.store.running import running_engine_url

_TIMEOUT = 60.0


@contextmanager
def store_of(config: Config, *, alone: bool) -> Iterator[Store]:
    """Open the store of a configuration and close it again.

    With `alone` a data directory whose server runs raises EngineFailed; without it, so
    does one in which there are no data.
    """
    if config.redis_url is not None:
        with opened(config.redis_url, config) as store:
            yield store
        return
    url = None if alone else _find(config)
    if url is not None:
        with opened(url, config) as store:
            yield store
        return
    engine = EmbeddedEngine(config.data_dir, max_memory=config.max_memory, fsync=config.fsync)
    try:
        engine.start()
        engine.wait_until_ready()
        with opened(engine.url, config) as store:
            yield store
    finally:
        engine.stop()


def _find(config: Config) -> str | None:
    """Tell where the engine of the data directory answers; None where it has to be started."""
    directory = config.data_dir
    try:
        url = running_engine_url(directory)
    except OSError as ex:
        raise EngineFailed(f"Cannot use {directory}: {ex.strerror}.") from ex
    if url is None and not (directory / "appendonly.aof").exists():
        raise EngineFailed(f"There are no data in {directory}; name the place with --data-dir.")
    return url


@contextmanager
def opened(url: str, config: Config) -> Iterator[Store]:
    """Open the store at a URL and close it again; EngineFailed where the URL cannot be read."""
    try:
        store = open_store(url, prefix=config.key_prefix, timeout=_TIMEOUT)
    except ValueError as ex:
        raise EngineFailed(f"The URL of the engine cannot be read: {ex}.") from ex
    try:
        yield store
    finally:
        store.close()
