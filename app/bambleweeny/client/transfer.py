"""Export and import of a user's data."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import LINES, Connection, Query
from bambleweeny.client.transport.failures import error_of
from bambleweeny.errors import BambleweenyError

_PART_BYTES = 256 << 10
"""The size of the body of one request; every sensible --max-body is larger."""
_NUMBER = re.compile(r"\bline (\d+)", re.IGNORECASE)


class Imported(NamedTuple):
    """The number of records that were written, by kind, and of lines that were skipped."""

    keys: int = 0
    items: int = 0
    policies: int = 0
    messages: int = 0
    routes: int = 0
    bins: int = 0
    skipped: int = 0


class Planned(NamedTuple):
    """Numbers of new names or lines, of ones that exist and are changed, and of skipped ones."""

    new: int = 0
    replaced: int = 0
    skipped: int = 0


class ImportPlan(NamedTuple):
    """What an import would do; see `Client.plan_import`.

    `counts` has keys, items, policies, messages, routes and bins by line, and lists and topics by
    name. `deleted` has the names that the mode `replace` deletes first. The user's data grow by
    `names` and `bytes`. `error` is the first one; what it counts would be done before it.
    """

    counts: dict[str, Planned]
    deleted: dict[str, int]
    names: int
    bytes: int
    error: BambleweenyError | None


_NO_COUNTS = ("deleted", "names", "bytes", "error")


class Transfer:
    """The calls /export and /import."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def export(self, userid: int | None) -> Iterator[bytes]:
        """Yield the lines of an export; see `Client.export`."""
        for line in self._connection.stream("/export", {"userid": userid}):
            yield line.encode() + b"\n"

    def import_(self, lines: Iterable[bytes], mode: str, userid: int | None) -> Imported:
        """Send the lines in several requests, and return the sum of their counts."""
        query: Query = {"mode": mode, "userid": userid}
        counts, first = Imported(), 1
        for part in _parts(lines):
            done = self._put(part, query, first)
            counts = Imported(*(a + done[b] for a, b in zip(counts, counts._fields, strict=True)))
            following = "merge" if mode == "replace" else mode
            query = {"mode": following, "begun": done.get("begun"), "userid": userid}
            first += len(part)
        return counts

    def plan(self, lines: Iterable[bytes], mode: str, userid: int | None) -> ImportPlan:
        """Send the lines in several dry runs up to the first error, and sum up what they plan."""
        plan, first = ImportPlan({}, {}, 0, 0, None), 1
        begun: str | None = None
        for part in _parts(lines):
            query: Query = {
                "mode": mode, "userid": userid, "begun": begun, "dry_run": 1,
                "names": plan.names, "bytes": plan.bytes,
            }  # fmt: skip
            done = self._put(part, query, first)
            plan, begun = _with_part(plan, done["plan"], first - 1), done.get("begun")
            if plan.error:
                break
            first += len(part)
        return plan

    def _put(self, part: list[bytes], query: Query, first: int) -> dict[str, Any]:
        headers = {"Content-Type": LINES}
        try:
            counts: dict[str, Any] = self._connection.call(
                "POST", "/import", query=query, body=b"".join(part), headers=headers
            ).json()
        except BambleweenyError as ex:
            raise _shifted(ex, first - 1) from ex
        return counts


def _with_part(plan: ImportPlan, part: dict[str, Any], by: int) -> ImportPlan:
    """Return a plan with the plan of one more part, whose lines follow the first `by` ones."""
    counts = dict(plan.counts)
    for kind, row in part.items():
        if kind not in _NO_COUNTS:
            pairs = zip(counts.get(kind, Planned()), Planned._fields, strict=True)
            counts[kind] = Planned(*(earlier + row[field] for earlier, field in pairs))
    error = None
    if fields := part.get("error"):
        error = error_of({name: fields[name] for name in fields if name != "status"})
        error.status = fields["status"]
        error = _shifted(error, by)
    deleted = plan.deleted or part["deleted"]
    return ImportPlan(counts, deleted, part["names"], part["bytes"], error)


def _shifted(error: BambleweenyError, by: int) -> BambleweenyError:
    """Return a copy of an error whose line numbers count from the first line of the import."""
    shifted = type(error)(_renumbered(error.info, by), hint=_renumbered(error.hint, by))
    shifted.code, shifted.status, shifted.retry_after = error.code, error.status, error.retry_after
    shifted.index = None if error.index is None else error.index + by
    return shifted


def _renumbered(text: str | None, by: int) -> str:
    return _NUMBER.sub(lambda match: f"{match[0][:4]} {int(match[1]) + by}", text or "")


def _parts(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines in parts of about 256 kB; without lines, one empty part."""
    part: list[bytes] = []
    size = 0
    for line in lines:
        if part and size + len(line) > _PART_BYTES:
            yield part
            part, size = [], 0
        part.append(line.rstrip(b"\r\n") + b"\n")
        size += len(line)
    yield part
