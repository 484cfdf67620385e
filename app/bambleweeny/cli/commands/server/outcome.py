"""The outcome of a command that uses an engine: a sentence and an exit status."""

import os
from collections.abc import Callable

from bambleweeny.cli.escapes import to_people
from bambleweeny.core.instance.instance import WrongSchema
from bambleweeny.core.original.source import OriginalUnreadable
from bambleweeny.core.transfer.backup_check import BackupRefused
from bambleweeny.core.transfer.restore import NotEmpty
from bambleweeny.errors import BambleweenyError, StoreFull
from bambleweeny.server.startup import CannotStart
from bambleweeny.store.engine.embedded import EngineFailed
from bambleweeny.system.signals import interrupted_by_signals

_REFUSALS = (
    BackupRefused,
    CannotStart,
    EngineFailed,
    NotEmpty,
    OriginalUnreadable,
    WrongSchema,
)


def report(run: Callable[[], str], file: str) -> int:
    """Run a command that uses an engine, and print the sentence that it returns.

    Returns the exit status. The files that it writes are readable by their owner alone. A failure
    is one sentence, which names `file` if the error names none.
    """
    umask = os.umask(0o077)
    try:
        # NOTE: signals raise KeyboardInterrupt here, so that no partial file or engine remains.
        with interrupted_by_signals():
            to_people(run())
    except _REFUSALS as ex:
        to_people(f"bambleweeny: {ex}")
    except StoreFull as ex:
        to_people(f"bambleweeny: {ex} Nothing was kept. {ex.hint}")
    except BambleweenyError as ex:
        reason = f" ({ex.__cause__})" if ex.__cause__ else ""
        to_people(f"bambleweeny: {ex}{reason}")
    except OSError as ex:
        to_people(f"bambleweeny: Cannot use {ex.filename or file}: {ex.strerror}.")
    except KeyboardInterrupt:
        to_people("bambleweeny: Interrupted; nothing was kept.")
    else:
        return 0
    finally:
        os.umask(umask)
    return 1
