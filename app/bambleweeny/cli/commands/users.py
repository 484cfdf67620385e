"""`users`, for admins, `accept` and `password`."""

from argparse import ArgumentTypeError
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.inputs import integer
from bambleweeny.cli.arguments.password_input import current_password, new_password
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.output import moment_in
from bambleweeny.cli.verb import Verb, argument, noun
from bambleweeny.errors import NotFound, Unauthorized

if TYPE_CHECKING:
    from bambleweeny.client import User
    from bambleweeny.client.users import Code, UserFields

_COLUMNS = ("id", "username", "quota", "role", "limits")
_LIMITS = ("max_bytes", "rate", "burst", "max_value", "max_tokens")
_USER = argument("who", metavar="USER", help="a user's name or id")
_NAME = argument("who", metavar="NAME", help="the new user's name")
_UNLIMITED = "unlimited"
_FIRST_ADMIN = "0"
_CODE_PREFIX = "b9y_code_"


def _quota(text: str) -> int:
    """Parse a quota, for argparse."""
    if text == _UNLIMITED:
        return 0
    if not (text.isascii() and text.isdecimal()):
        raise ArgumentTypeError(f"'{text}' is not a whole number, nor {_UNLIMITED}")
    return int(text)


_QUOTA = argument(
    "--quota",
    metavar="N",
    type=_quota,
    help="the maximum number of keys, lists, topics, routes and bins together; "
    "0 or unlimited: no limit",
)
_FIELDS = (
    argument("--role", choices=("admin", "user"), help="an admin manages all users"),
    argument("--max-bytes", metavar="SIZE", help="the size of all data; 0: no limit"),
    argument("--rate", metavar="RATE", help="requests, such as 100/s or 10/m; 0: no limit"),
    argument("--burst", metavar="N", type=integer, help="requests at once; default: as in --rate"),
    argument("--max-value", metavar="SIZE", help="the size of one value; 0: no limit"),
    argument("--max-tokens", metavar="N", type=integer, help="the number of named tokens; 0: 100"),
)
_TTL = argument(
    "--ttl", metavar="DURATION", help="how long the code is valid, 1m to 30d; default: %(default)s"
)
_NEW_PASSWORD = argument(
    "new_password", nargs="?", metavar="PASSWORD", help="the default is a prompt; - reads a line"
)


def _list(context: Context) -> None:
    _show(context, context.client.users.list())


def _get(context: Context) -> None:
    _show(context, [context.client.users.get(_id_of(context))])


def _show(context: Context, users: "Iterable[User]") -> None:
    """Print users. A table shows a quota of 0 as `unlimited`."""
    is_table = context.out.is_terminal and not context.out.as_json
    rows = (
        (
            user.id,
            user.username,
            _UNLIMITED if is_table and not user.quota else user.quota,
            "invited" if user.invited else user.role,
            " ".join(f"{name}={value}" for name in _LIMITS if (value := getattr(user, name))),
        )
        for user in users
    )
    context.out.rows(_COLUMNS, rows)


def _given(context: Context) -> "UserFields":
    """Return the role and the limits that the command line has."""
    fields = {name: getattr(context.args, name) for name in ("role", *_LIMITS)}
    given: UserFields = {name: value for name, value in fields.items() if value is not None}  # type: ignore[assignment]
    return given


def _add(context: Context) -> None:
    args = context.args
    if args.invite:
        if args.new_password is not None:
            raise WrongUse("Give a password or --invite, not both.")
        _invite(context)
        return
    password = new_password(args.new_password, context.stdin)
    made = context.client.users.create(args.who, password, quota=args.quota, **_given(context))
    context.out.line(made, id=made, username=args.who)


def _invite(context: Context) -> None:
    args = context.args
    ttl = getattr(args, "ttl", None)
    made = context.client.users.invite(args.who, quota=args.quota, ttl=ttl, **_given(context))
    _print_code(context, made)


def _reset(context: Context) -> None:
    _print_code(context, context.client.users.reset(_id_of(context), ttl=context.args.ttl))


def _print_code(context: Context, made: "Code") -> None:
    """Print a code to stdout, and a sentence about it to stderr."""
    if not context.out.as_json:
        accept = f"'bambleweeny accept CODE --url {context.target.shown(context.target.url)}'"
        context.out.say(
            f"The code is valid until {moment_in(made.expires_in)}; its user runs {accept}."
        )
    context.out.line(made.code, id=made.id, code=made.code, expires_in=made.expires_in)


def _accept(context: Context) -> None:
    args = context.args
    if not args.code or (args.new_password is None and not args.code.startswith(_CODE_PREFIX)):
        raise WrongUse(
            "There is no code.",
            hint=f"Write it before the password; it begins with {_CODE_PREFIX}.",
        )
    password = new_password(args.new_password, context.stdin)
    from bambleweeny.client import Client  # noqa: PLC0415  rarely needed

    # NOTE: a client of its own, so that the stored login, or a shell, stays with its user.
    with Client(context.target.url) as client:
        client.tokens.use(client.users.accept(args.code, password))
        user = client.tokens.test()["user"]
    login = f"'bambleweeny login {context.target.shown(context.target.url)} --user {user}'"
    context.out.say(f"The password of {user} is set. Log in with {login}.", username=user)


def _set(context: Context) -> None:
    args, fields = context.args, _given(context)
    password = None
    if args.set_password:
        password = new_password(args.new_password, context.stdin)
    elif args.new_password is not None or (args.quota is None and not fields):
        raise WrongUse("Give --quota N, a limit, --role or --set-password.")
    who, number = context.who(), _id_of(context)
    context.client.users.update(number, quota=args.quota, password=password, **fields)
    if password and str(number) == who["id"]:
        _report_changed(context, who["user"], password)
    else:
        context.out.done()


def _delete(context: Context) -> None:
    context.client.users.delete(_id_of(context))
    context.out.done()


def _id_of(context: Context) -> int:
    """Return the id of the user with the given id or name; NotFound for an unknown name."""
    word = context.args.who
    if word.isascii() and word.isdigit():
        return int(word)
    for user in context.client.users.list():
        if user.username == word:
            return user.id
    raise NotFound(f"There is no user '{word}'.")


def _password(context: Context) -> None:
    args, client, target = context.args, context.client, context.target
    who = context.who()
    if who["authenticated"] != "True":
        raise Unauthorized()
    if who["id"] == _FIRST_ADMIN:
        password = new_password(args.new_password, context.stdin)
        client.set_admin_password(password)
    else:
        is_known = args.current is None and target.password
        current = target.password if is_known else current_password(args.current, context.stdin)
        password = new_password(args.new_password, context.stdin)
        client.set_password(password, current=current)
    _report_changed(context, who["user"], password)


def _report_changed(context: Context, user: str, password: str) -> None:
    """Print that the password of the current user has changed, and the next step."""
    what_next = _log_in_again(context, user, password)
    if context.out.as_json:
        context.out.done()
    else:
        context.out.say(f"The password of {user} is changed. {what_next}")


def _log_in_again(context: Context, user: str, password: str) -> str:
    """Renew a stored login, or return how to log in; earlier tokens are no longer valid."""
    target = context.target
    if target.profile is None:
        login = f"'bambleweeny login {target.shown(target.url)} --user {user}'"
        return f"Earlier tokens are no longer valid: log in again with {login}."
    from bambleweeny.client import Client  # noqa: PLC0415  rarely needed

    with Client(target.url, user, password) as client:
        context.client.tokens.use(client.tokens.create())
    return f"The stored login '{target.profile.name}' is renewed."


VERBS = {
    "users": noun(
        list=Verb(_list, "bambleweeny users", help="list all users, their roles and limits"),
        add=Verb(
            _add,
            """bambleweeny users add uli secret --quota 100 --max-bytes 64mb --rate 100/s
            echo secret | bambleweeny users add ann -
            bambleweeny users add eva --role admin --invite""",
            (
                _NAME,
                _NEW_PASSWORD,
                _QUOTA,
                *_FIELDS,
                argument("--invite", action="store_true", help="print a code, as `users invite`"),
            ),
            "add a user and print its id",
        ),
        invite=Verb(
            _invite,
            "bambleweeny users invite max --ttl 2d",
            (_NAME, _QUOTA, *_FIELDS, argument(*_TTL.names, **{**_TTL.more, "default": "7d"})),
            "add a user without a password, and print a code for `accept`",
        ),
        reset=Verb(
            _reset,
            "bambleweeny users reset uli",
            (_USER, argument(*_TTL.names, **{**_TTL.more, "default": "24h"})),
            "print a code with which a user sets a new password by `accept`",
        ),
        get=Verb(_get, "bambleweeny users get admin", (_USER,), "show one user"),
        set=Verb(
            _set,
            """bambleweeny users set uli --quota 200 --rate 10/m --role admin
            echo another | bambleweeny users set uli --set-password -""",
            (
                _USER,
                _NEW_PASSWORD,
                _QUOTA,
                *_FIELDS,
                argument("--set-password", action="store_true", help="change the password too"),
            ),
            "change a user's quota, limits, role or password",
        ),
        **{
            "del": Verb(
                _delete, "bambleweeny users del uli", (_USER,), "delete a user and all its data"
            )
        },
    ),
    "accept": Verb(
        _accept,
        """code=$(bambleweeny users reset uli)
        echo another | bambleweeny accept $code -""",
        (
            argument("code", metavar="CODE", help="the code of an invitation or reset"),
            _NEW_PASSWORD,
        ),
        note="An admin's `users invite` or `users reset` prints the code. It needs no login.",
    ),
    "password": Verb(
        _password,
        """bambleweeny password
        echo changeme | bambleweeny password -""",
        (
            _NEW_PASSWORD,
            argument(
                "--current",
                metavar="TEXT",
                help="the current password, if you logged in with a token; the default is a "
                "prompt, - reads a line",
            ),
        ),
        note="With `--current - -` both are lines of standard input, the current one first.",
    ),
}
