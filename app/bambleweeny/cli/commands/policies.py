"""`policy`: the rules of a list."""

from bambleweeny.cli.arguments.inputs import LIST, USERID, duration, positive
from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, argument, noun

_RULES = (
    argument("--lease", metavar="DURATION", type=duration, help="the default lease length"),
    argument(
        "--max-attempts",
        metavar="N",
        type=positive,
        help="the number of attempts before an item is dead",
    ),
    argument("--dead-letter", metavar="LIST", help="the list to which dead items are moved"),
    argument("--max-len", metavar="N", type=positive, help="the maximum number of items"),
    argument(
        "--overflow",
        choices=("reject", "drop_oldest"),
        default="reject",
        help="how to treat a push above that number",
    ),
    argument(
        "--ttl", metavar="DURATION", type=duration, help="the TTL of items pushed without one"
    ),
    argument(
        "--paused", action="store_true", help="answer pops and leases as if the list were empty"
    ),
)
_NAMES = ("lease", "max_attempts", "dead_letter", "max_len", "overflow", "ttl", "paused")


def _get(context: Context) -> None:
    policy = context.client.lists.policy(context.args.name, userid=context.args.userid)
    if context.out.as_json:
        context.out.record(policy)
    else:
        context.out.rows(("rule", "value"), [row for row in policy.items() if row[1] is not None])


def _set(context: Context) -> None:
    args = context.args
    rules = {name: getattr(args, name) for name in _NAMES}
    context.client.lists.set_policy(args.name, userid=args.userid, **rules)
    context.out.done()


def _delete(context: Context) -> None:
    context.client.lists.delete_policy(context.args.name, userid=context.args.userid)
    context.out.done()


VERBS = {
    "policy": noun(
        get=Verb(
            _get,
            "bambleweeny policy get jobs",
            (LIST, USERID),
            "show a list's policy",
        ),
        set=Verb(
            _set,
            """bambleweeny policy set jobs --max-attempts 5 --dead-letter graves
            bambleweeny policy set mail --paused""",
            (LIST, *_RULES, USERID),
            "replace the policy of a list",
        ),
        **{
            "del": Verb(
                _delete,
                "bambleweeny policy del mail",
                (LIST, USERID),
                "delete a list's policy",
            )
        },
    )
}
