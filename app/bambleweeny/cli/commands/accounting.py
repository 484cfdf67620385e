"""`usage` and `audit`: what users store, send and do."""

from itertools import islice
from typing import TYPE_CHECKING, Any

from bambleweeny.cli.arguments.inputs import USERID, positive, whole
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.verb import Verb, argument

if TYPE_CHECKING:
    from bambleweeny.client import AuditEntry

_TRAFFIC = ("day", "requests", "bytes_in", "bytes_out", "client_errors", "server_errors")


def _usage(context: Context) -> None:
    found = context.client.usage(userid=context.args.userid)
    if context.out.as_json:
        context.out.record(found)
        return
    traffic: list[dict[str, Any]] = found.pop("traffic")
    limits: dict[str, Any] = found.pop("limits")
    sandboxes: dict[str, Any] = found.pop("sandboxes", {})
    rows = [
        *found.items(),
        *((f"sandboxes: {name}", value) for name, value in sandboxes.items()),
        *((f"limit: {name}", value or "none") for name, value in limits.items()),
    ]
    context.out.rows(("name", "value"), rows)
    context.out.rows(_TRAFFIC, ([day[name] for name in _TRAFFIC] for day in traffic))


def _audit(context: Context) -> None:
    args = context.args
    if args.last is not None and args.since is not None:
        raise WrongUse("Give --last or --since, not both.")
    if args.follow:
        entries = context.client.follow_audit(
            args.since, action=args.action, last=args.last, userid=args.userid
        )
        for entry in islice(entries, args.max):
            _show(context, entry)
            context.out.flush()
        return
    if args.max is not None:
        raise WrongUse("--max is for --follow; give --last or --since.")
    page = context.client.audit(args.since, action=args.action, last=args.last, userid=args.userid)
    while page:
        for entry in page:
            _show(context, entry)
        if args.since is None:
            return
        page = context.client.audit(after=page.next, action=args.action, userid=args.userid)


def _show(context: Context, entry: "AuditEntry") -> None:
    """Print an entry as a line: time, action, outcome, actor, address, target, maybe a token."""
    shown = [entry.action, entry.outcome, entry.actor or "-", entry.address, entry.target]
    if entry.token:
        shown.append(entry.token)
    context.out.line("\t".join((entry.time, *shown)), **entry._asdict())


VERBS = {
    "usage": Verb(
        _usage,
        """bambleweeny usage
        bambleweeny usage --userid 0 --json""",
        (USERID,),
        note="""Counts, limits, and the traffic of the last 35 days. That of the last ten
seconds may be missing.""",
    ),
    "audit": Verb(
        _audit,
        """bambleweeny audit --since 1h
        bambleweeny audit --action login --last 20
        bambleweeny audit --follow --last 1 --max 1 --json""",
        (
            argument(
                "--since",
                metavar="MOMENT",
                help="begin there: 'all', an id, a time such as 2026-11-22T17:00:00Z, or 1h ago",
            ),
            argument("--last", metavar="N", type=whole, help="the newest N; the default is 100"),
            argument(
                "--action", metavar="NAMES", help="these actions and those below, such as login"
            ),
            argument("--follow", action="store_true", help="print new entries as they are made"),
            argument("--max", metavar="N", type=positive, help="with --follow, exit after N"),
            USERID,
        ),
        note="""An admin sees the entries of all users, others their own. Each line has time,
action, outcome, actor, address and target, with tabs between them, and then
the id of the token if it was a named one.""",
    ),
}
