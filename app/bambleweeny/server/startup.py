"""Checks at start: the engine is usable, the instance exists, the admin can log in."""

import time

from bambleweeny.config import Config
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.auth.tenant_deletion import finish_deletions
from bambleweeny.core.auth.users import Users
from bambleweeny.core.instance.instance import Instance, open_instance
from bambleweeny.errors import BambleweenyError
from bambleweeny.server.admin_password import ensure_admin
from bambleweeny.server.supervisor import is_ending
from bambleweeny.store import Store, open_store
from bambleweeny.store.engine.probe import EngineUnfit, check_engine, reason_of


class CannotStart(Exception):
    """The server cannot start; the message says why and what to do."""


def find_store(url: str, config: Config) -> Store:
    """Open the store, and wait for its engine as long as `wait_for_engine` allows.

    Raises CannotStart if the engine cannot be used.
    """
    try:
        store = open_store(url, prefix=config.key_prefix, replicas=config.replicas)
    except ValueError as ex:
        raise CannotStart(f"The URL of the engine cannot be read: {ex}.") from ex
    deadline = time.monotonic() + config.wait_for_engine
    while True:
        try:
            check_engine(store)
        except EngineUnfit as ex:
            if not ex.may_pass or time.monotonic() > deadline or is_ending():
                raise CannotStart(f"Cannot use the engine at {store.address}: {ex}.") from ex
            time.sleep(0.1)
        else:
            return store


def open_for_service(store: Store, config: Config) -> tuple[Instance, str]:
    """Open or create the instance and its admin.

    Returns the instance, and a phrase that says how the admin logs in. Raises CannotStart.
    """
    try:
        instance = open_instance(store.with_long_retry)
        users = Users(store.with_long_retry, Passwords())
        finish_deletions(store.with_long_retry)
        return instance, ensure_admin(users, config.data_dir, config.admin_password)
    except BambleweenyError as ex:
        raise CannotStart(f"Cannot use the engine at {store.address}: {reason_of(ex)}.") from ex
    except OSError as ex:
        raise CannotStart(
            f"Cannot use {config.data_dir}: {ex.strerror}; choose another with --data-dir."
        ) from ex
    finally:
        # NOTE: the workers are forked next, and must not share a connection.
        store.close()
