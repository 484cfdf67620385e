"""`token`: a session's token, and the named tokens of a user."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.inputs import USERID, duration
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.output import as_moment, counted, moment_in
from bambleweeny.cli.verb import Verb, argument, noun
from bambleweeny.errors import NotFound, Unauthorized

if TYPE_CHECKING:
    from datetime import datetime

    from bambleweeny.client import MadeToken, NamedToken

_COLUMNS = ("id", "name", "scopes", "made", "expires", "used", "rate")
_TOKEN = argument("which", metavar="ID|NAME", help="the token's id, or its name")
_SCOPE = argument(
    "--scope",
    action="append",
    metavar="SCOPE",
    help="what the token may do: noun:verb or noun:verb:name, such as keys:read:app:*; "
    "repeat it for more",
)
_TTL = argument(
    "--ttl", metavar="DURATION", type=duration, help="how long it is valid from now; 0: for ever"
)
_RATE = argument(
    "--rate", metavar="RATE", help="requests, such as 10/s, besides the user's rate; 0: no limit"
)


def _new(context: Context) -> None:
    tokens = context.client.tokens
    if context.target.token is None:
        token = tokens.create()
    elif context.who()["authenticated"] == "True":
        token = tokens.current() or ""
    else:
        raise Unauthorized()
    context.out.line(token, token=token)


def _test(context: Context) -> int:
    who = context.who()
    is_good = who["authenticated"] == "True"
    name = f"{who['user']} (id {who['id']})" if is_good else "Nobody"
    scopes = f" It may {who['scopes'].replace(' ', ', ')}." if "scopes" in who else ""
    context.out.line(f"{name}. {who['info']}{scopes}", **who)
    return 0 if is_good else 1


def _add(context: Context) -> None:
    args = context.args
    if not args.scope:
        raise WrongUse("Give --scope, what the token may do, such as --scope keys:read:app:*.")
    made = context.client.tokens.add(
        args.name, args.scope, ttl=args.ttl, rate=args.rate, userid=args.userid
    )
    _print_text(context, made, "It is shown this once.")


def _print_text(context: Context, made: "MadeToken", what_next: str) -> None:
    """Print the text of a token to stdout, and a sentence about it to stderr."""
    token = made.token
    if not context.out.as_json:
        said = f"Token {token.id} ({token.name}) is valid {_end_of(token)}. {what_next}"
        context.out.say(said.rstrip())
    context.out.line(made.text, **_record_of(token), token=made.text)


def _end_of(token: "NamedToken") -> str:
    return f"until {as_moment(token.expires)}" if token.expires else "until it is revoked"


def _list(context: Context) -> None:
    tokens = context.client.tokens.list(userid=context.args.userid)
    if context.out.as_json:
        context.out.record([_record_of(token) for token in tokens])
        return
    rows = (_record_of(token) | {"scopes": " ".join(token.scopes)} for token in tokens)
    context.out.rows(_COLUMNS, (list(row.values()) for row in rows))


def _set(context: Context) -> None:
    args = context.args
    if not args.scope and args.ttl is args.name is args.rate is None:
        raise WrongUse("Give --scope, --ttl, --rate or --name.")
    found = _found(context)
    changed = context.client.tokens.change(
        found.id,
        name=args.name,
        scopes=args.scope,
        ttl=args.ttl,
        rate=args.rate,
        userid=args.userid,
    )
    context.out.say(
        f"Token {changed.id} ({changed.name}) may {', '.join(changed.scopes)} from now on, "
        f"and is valid {_end_of(changed)}.",
        **_record_of(changed),
    )


def _rotate(context: Context) -> None:
    found, overlap, userid = _found(context), context.args.overlap, context.args.userid
    made = context.client.tokens.rotate(found.id, overlap=overlap, userid=userid)
    _print_text(context, made, _end_of_old(made.token, overlap) if overlap else "")


def _end_of_old(token: "NamedToken", overlap: int) -> str:
    """Return a sentence about the text before a rotation, which ends with its token at last."""
    ends = moment_in(overlap)
    if token.expires:
        ends = min(ends, as_moment(token.expires))
    return f"The text before it is valid until {ends}."


def _revoke(context: Context) -> None:
    userid = context.args.userid
    if context.args.all:
        if context.args.which:
            raise WrongUse("Give a token or --all, not both.")
        number = context.client.tokens.revoke_all(userid=userid)
        context.out.say(f"Revoked {counted(number, 'token')}.", revoked=number)
        return
    if not context.args.which:
        raise WrongUse("Name a token, or give --all.")
    found = _found(context)
    context.client.tokens.revoke(found.id, userid=userid)
    context.out.say(f"Revoked token {found.id} ({found.name}).", **_record_of(found))


def _found(context: Context) -> "NamedToken":
    """Return the token with the id or the only one with the name that an argument has."""
    word, tokens = context.args.which, context.client.tokens.list(userid=context.args.userid)
    for token in tokens:
        if token.id == word:
            return token
    named = [token for token in tokens if token.name == word]
    if len(named) > 1:
        raise WrongUse(f"Several tokens have the name '{word}': give one of {_ids(named)}.")
    if not named:
        raise NotFound(f"There is no token '{word}'.", hint="`token list` lists them.")
    return named[0]


def _ids(tokens: "Iterable[NamedToken]") -> str:
    return ", ".join(token.id for token in tokens)


def _record_of(token: "NamedToken") -> dict[str, object]:
    moments = {name: _moment(getattr(token, name)) for name in ("made", "expires", "used")}
    scopes = list(token.scopes)
    return {"id": token.id, "name": token.name, "scopes": scopes, **moments, "rate": token.rate}


def _moment(moment: "datetime | None") -> str | None:
    return as_moment(moment) if moment else None


VERBS = {
    "token": noun(
        new=Verb(
            _new,
            "bambleweeny token",
            help="print a new session's token, or the one that login stored",
        ),
        test=Verb(_test, "bambleweeny token test", help="check the token, and print its user"),
        add=Verb(
            _add,
            """bambleweeny token add ann --scope 'keys:read:app:*' --ttl 7d
            bambleweeny token add ci --scope keys:read --scope lists:push:jobs""",
            (
                argument("name", metavar="NAME", help="a name for people, 1 to 64 characters"),
                _SCOPE,
                _TTL,
                _RATE,
                USERID,
            ),
            "make a named token and print it; the server never shows it again",
            note="""Without --ttl the token does not expire. Scopes: keys:read keys:write keys:incr
lists:read lists:push lists:pop lists:write topics:read topics:publish
topics:write routes:read routes:write bins:read bins:write sandboxes:read
sandboxes:write tokens:write audit:read, the first three nouns also with a name
or a prefix that ends with *. read or write alone stands for that verb of keys,
lists, topics, routes and bins. For admins also users:read users:write
server:read server:write and act:7, which allows --userid 7.""",
        ),
        list=Verb(_list, "bambleweeny token list", (USERID,), "list the named tokens"),
        set=Verb(
            _set,
            "bambleweeny token set ann --scope 'keys:read:app:public:*' --ttl 1d",
            (
                _TOKEN,
                _SCOPE,
                _TTL,
                _RATE,
                argument("--name", metavar="NAME", help="the new name"),
                USERID,
            ),
            "change scopes, expiry or name of a token; the text stays",
        ),
        rotate=Verb(
            _rotate,
            "bambleweeny token rotate ci --overlap 1h",
            (
                _TOKEN,
                argument(
                    "--overlap",
                    metavar="DURATION",
                    type=duration,
                    help="how long the old text stays valid, 30d at most; default: not at all",
                ),
                USERID,
            ),
            "replace the text of a token and print the new one",
        ),
        revoke=Verb(
            _revoke,
            """bambleweeny token revoke ann
            bambleweeny token revoke --all""",
            (
                argument(*_TOKEN.names, nargs="?", **_TOKEN.more),
                argument("--all", action="store_true", help="revoke all named tokens"),
                USERID,
            ),
            "revoke a token: servers refuse it from its next call on",
        ),
    )
}
