"""`token`: print a new token, or check the current one."""

from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, noun
from bambleweeny.errors import Unauthorized


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
    context.out.line(f"{name}. {who['info']}", **who)
    return 0 if is_good else 1


VERBS = {
    "token": noun(
        new=Verb(
            _new,
            "bambleweeny token",
            help="print a new token, or the one that login stored",
        ),
        test=Verb(_test, "bambleweeny token test", help="check the token, and print its user"),
    )
}
