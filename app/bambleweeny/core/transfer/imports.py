"""Imports: the lines of an export become the caller's data, in steps."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO

from bambleweeny.core.auth.caller import Caller, check_value
from bambleweeny.core.auth.nested_keys import check_nested
from bambleweeny.core.bins.bin_documents import check_scopes_of_bin
from bambleweeny.core.mocks.document_scopes import check_route_document
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.texts import BOM
from bambleweeny.core.transfer.dry_run import DryRun
from bambleweeny.core.transfer.export_records import (
    Numbered,
    OwnBin,
    OwnItem,
    OwnKey,
    OwnMessage,
    OwnRecord,
    OwnRoute,
    record_of,
)
from bambleweeny.core.transfer.import_job import Imported, ImportJob, Nouns
from bambleweeny.core.transfer.import_plan import ImportPlan
from bambleweeny.core.transfer.kept_secrets import KeptSecrets
from bambleweeny.core.usage.usage import Usage
from bambleweeny.core.values import bytes_of
from bambleweeny.errors import (
    BambleweenyError,
    BodyTooLarge,
    InsufficientScope,
    InvalidRequest,
    NotFound,
    StoreUnavailable,
)
from bambleweeny.store import Store

_STEP = 100
_STEP_BYTES = 1 << 20

MODES = ("merge", "skip", "replace")
"""Overwrite existing names, skip existing names, or delete all of the caller's data first."""


class Imports:
    """Imports of all users."""

    def __init__(self, store: Store, nouns: Nouns) -> None:
        self._store = store
        self._nouns = nouns

    def run(self, caller: Caller, lines: IO[bytes], mode: str, begun: str = "") -> Imported:
        """Import lines in one of MODES.

        Checks all lines before it changes anything; raises InvalidRequest for the first invalid
        line, and BodyTooLarge for a value over the user's `max_value`. A bin without secrets keeps
        those of its earlier document, see `KeptSecrets`. Not atomic: a step has up to 100 keys or
        1 MB, and if a step fails, as at a quota, the earlier ones stay. `begun` comes
        from the result of an earlier part of the same import. Lists may drop items, and topics
        messages, as their bounds say. O(lines).
        """
        secrets = self._secrets_of(caller, mode)
        self._check(caller, lines, secrets)
        if mode == "replace":
            self._clear(caller)
        allowed = caller._replace(scopes=None)
        job = ImportJob(self._store, self._nouns, allowed, skips=mode == "skip", begun=begun)
        lines.seek(0)
        for group in _groups(_records(lines, secrets)):
            try:
                job.put([one.record for one in group])
            except BambleweenyError as ex:
                done = f"The lines before line {group[0].number} are imported."
                ex.hint = f"{done} {ex.hint}" if ex.hint else done
                raise
        return job.imported

    def fill(self, caller: Caller, lines: IO[bytes]) -> None:
        """Import lines into a tenant that nobody knows yet; an error has the line.

        Raises what `run` raises.
        """
        secrets = self._secrets_of(caller, "merge")
        self._check(caller, lines, secrets)
        job = ImportJob(self._store, self._nouns, caller, skips=False, begun="")
        lines.seek(0)
        for group in _groups(_records(lines, secrets)):
            try:
                job.put([one.record for one in group])
            except BambleweenyError as ex:
                ex.info, ex.index = f"Line {group[0].number}: {ex.info}", group[0].number - 1
                raise

    def plan(
        self, caller: Caller, lines: IO[bytes], mode: str, begun: str = "", *, after: ImportPlan
    ) -> ImportPlan:
        """Return what `run` would do, and the error that it would raise, but change nothing.

        `after` has the names and bytes that earlier parts of the same import add. O(lines).
        """
        allowed = caller._replace(scopes=None)
        dry_run = DryRun(self._store, self._nouns, allowed, after, mode=mode, begun=begun)
        secrets, number = self._secrets_of(caller, mode), 0
        try:
            self._check(caller, lines, secrets)
            dry_run.begin(Usage(self._store).of(allowed))
            lines.seek(0)
            for group in _groups(_records(lines, secrets)):
                number = group[0].number
                dry_run.put([one.record for one in group])
        except StoreUnavailable:
            raise
        except BambleweenyError as ex:
            if number:
                done = f"The lines before line {number} would be imported."
                ex.hint, ex.index = f"{done} {ex.hint}" if ex.hint else done, number - 1
            dry_run.plan.error = ex
        return dry_run.plan

    def _secrets_of(self, caller: Caller, mode: str) -> KeptSecrets:
        documents = self._nouns.bin_documents
        return KeptSecrets(caller, documents, replaces=mode == "replace", skips=mode == "skip")

    def _check(self, caller: Caller, lines: IO[bytes], secrets: KeptSecrets) -> None:
        """Raise the error of the first line that the caller cannot import."""
        for one in _records(lines, secrets):
            self._check_scopes(caller, one)
            _check_value(caller, one)

    def _check_scopes(self, caller: Caller, line: Numbered) -> None:
        """Raise InsufficientScope unless the caller may write what a line has."""
        if caller.scopes is None:
            return
        try:
            match line.record:
                case OwnKey() as key:
                    check_nested(caller, bytes_of(key.value))
                case OwnRoute() as route if route.document:
                    check_route_document(caller, load(route.document.encode()).document)
                case OwnRoute() as route:
                    self._nouns.routes.check_scopes(caller, route.key)
                case OwnBin() as bin_ if bin_.document:
                    check_scopes_of_bin(caller, bin_.document.encode())
        except InsufficientScope as ex:
            ex.info = f"Line {line.number}: {ex.info}"
            ex.index = line.number - 1
            raise

    def _clear(self, caller: Caller) -> None:
        nouns = self._nouns
        nouns.selections.delete_keys(caller, "")
        for named in (nouns.lists, nouns.topics):
            for page in named.walk(caller):
                for name in page:
                    with suppress(NotFound):
                        named.delete(caller, name)
        for ids in (nouns.routes, nouns.bins):
            for published in ids.owned_by(caller):
                with suppress(NotFound):
                    ids.delete(caller, published.id)


def _check_value(caller: Caller, one: Numbered) -> None:
    """Raise BodyTooLarge, with the line, if a value is over the user's `max_value`."""
    if caller.limits is None or not isinstance(one.record, OwnKey | OwnItem | OwnMessage):
        return
    try:
        check_value(caller, bytes_of(one.record.value))
    except BodyTooLarge as ex:
        ex.info, ex.index = f"Line {one.number}: {ex.info}", one.number - 1
        raise


def _records(lines: IO[bytes], secrets: KeptSecrets) -> Iterator[Numbered]:
    """Parse the lines that are not empty; InvalidRequest names the first invalid one."""
    for number, text in enumerate(lines, start=1):
        line = text.removeprefix(BOM) if number == 1 else text
        if line.strip():
            try:
                record = secrets.complete(record_of(line))
            except InvalidRequest as ex:
                error = type(ex)(f"Line {number}: {ex.info}", hint=ex.hint)
                error.index = number - 1
                raise error from ex
            yield Numbered(number, record)


def _groups(records: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    """Yield groups of consecutive records that one step writes."""
    group: list[Numbered] = []
    size = 0
    for one in records:
        if group and (
            not _goes_with(group[0].record, one.record)
            or len(group) >= _STEP
            or size >= _STEP_BYTES
        ):
            yield group
            group, size = [], 0
        group.append(one)
        if isinstance(one.record, OwnKey | OwnItem | OwnMessage):
            size += len(bytes_of(one.record.value))
    if group:
        yield group


def _goes_with(first: OwnRecord, other: OwnRecord) -> bool:
    match first, other:
        case OwnKey(), OwnKey():
            return True
        case OwnItem(), OwnItem():
            return first.list == other.list
        case OwnMessage(), OwnMessage():
            return first.topic == other.topic
    return False
