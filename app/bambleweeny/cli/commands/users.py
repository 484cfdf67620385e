"""`users`, for the admin, and `password`."""

from argparse import ArgumentTypeError
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.password_input import new_password
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.verb import Verb, argument, noun
from bambleweeny.errors import NotFound, Unauthorized

if TYPE_CHECKING:
    from bambleweeny.client import User

_COLUMNS = ("id", "username", "quota")
_USER = argument("who", metavar="USER", help="a user's name or id")
_UNLIMITED = "unlimited"


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
        (user.id, user.username, _UNLIMITED if is_table and not user.quota else user.quota)
        for user in users
    )
    context.out.rows(_COLUMNS, rows)


def _add(context: Context) -> None:
    args = context.args
    password = new_password(args.new_password, context.stdin)
    made = context.client.users.create(args.who, password, quota=args.quota)
    context.out.line(made, id=made, username=args.who)


def _set(context: Context) -> None:
    args = context.args
    password = None
    if args.set_password:
        password = new_password(args.new_password, context.stdin)
    elif args.new_password is not None or args.quota is None:
        raise WrongUse("Give --quota N, --set-password, or both.")
    who, number = context.who(), _id_of(context)
    context.client.users.update(number, quota=args.quota, password=password)
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
    if who["admin"] != "True" and not (args.current or target.password):
        raise WrongUse("You are logged in with a token: give --current, the current password.")
    password = new_password(args.new_password, context.stdin)
    if who["admin"] == "True":
        client.set_admin_password(password)
    else:
        client.set_password(password, current=args.current)
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
        login = f"'bambleweeny login {target.url} --user {user}'"
        return f"Earlier tokens are no longer valid: log in again with {login}."
    from bambleweeny.client import Client  # noqa: PLC0415  rarely needed

    with Client(target.url, user, password) as client:
        context.client.tokens.use(client.tokens.create())
    return f"The stored login '{target.profile.name}' is renewed."


VERBS = {
    "users": noun(
        list=Verb(_list, "bambleweeny users", help="list all users and their quotas"),
        add=Verb(
            _add,
            """bambleweeny users add uli secret --quota 100
            echo secret | bambleweeny users add ann -""",
            (argument("who", metavar="NAME", help="the new user's name"), _NEW_PASSWORD, _QUOTA),
            "add a user and print its id",
        ),
        get=Verb(_get, "bambleweeny users get admin", (_USER,), "show one user"),
        set=Verb(
            _set,
            """bambleweeny users set uli --quota 200
            echo other | bambleweeny users set uli --set-password -""",
            (
                _USER,
                _NEW_PASSWORD,
                _QUOTA,
                argument("--set-password", action="store_true", help="change the password too"),
            ),
            "change a user's quota or password",
        ),
        **{
            "del": Verb(
                _delete, "bambleweeny users del uli", (_USER,), "delete a user and all its data"
            )
        },
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
                help="the current password, if you logged in with a token",
            ),
        ),
    ),
}
