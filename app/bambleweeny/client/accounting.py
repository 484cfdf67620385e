"""The usage of a user, and the audit trail."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import Connection
from bambleweeny.client.transport.streams import follow


class AuditEntry(NamedTuple):
    """An entry of the audit trail.

    `outcome` is "ok" or the code of an error. `actor` is a user name, and `actor_id` its id, or ""
    if there is no such user. `token` is the id of a named token, or "".
    """

    id: str
    time: str
    action: str
    outcome: str
    actor: str
    actor_id: str
    token: str
    address: str
    request_id: str
    target: str


class AuditEntries(list[AuditEntry]):
    """Entries, oldest first. `next` is the cursor: pass it as `after` to read on."""

    next: str = ""


class Accounting:
    """Reads the usage and the audit trail."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def usage(self, userid: int | None) -> dict[str, Any]:
        """Return the usage; see `Client.usage`."""
        found: dict[str, Any] = self._connection.call(
            "GET", "/usage", query={"userid": userid}
        ).json()
        return found

    def audit(self, **query: str | int | None) -> AuditEntries:
        """Return entries; see `Client.audit`."""
        page = self._connection.call("GET", "/audit", query=query).json()
        entries = AuditEntries(AuditEntry(**row) for row in page["entries"])
        entries.next = page["next"]
        return entries

    def follow_audit(
        self, action: str | None, since: str | None, last: int | None, userid: int | None
    ) -> Iterator[AuditEntry]:
        """Yield entries; see `Client.follow_audit`."""
        count = 0 if since is None and last is None else last
        begun = self.audit(since=since, last=count, action=action, userid=userid)
        return self._entries(begun, action, userid)

    def _entries(
        self, begun: AuditEntries, action: str | None, userid: int | None
    ) -> Iterator[AuditEntry]:
        yield from begun
        after = begun.next

        def query() -> dict[str, str | int | None]:
            return {"after": after, "action": action, "userid": userid}

        for row in follow(self._connection, "/audit", query, has_begun=True):
            after = row["id"]
            yield AuditEntry(**row)
