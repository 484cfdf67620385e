"""`token`: what a program sends in place of a name and a password."""

from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, noun


def _new(context: Context) -> None:
    given = context.place.token
    token = given if given is not None else context.client.tokens.create()
    context.out.line(token, token=token)


def _test(context: Context) -> int:
    who = context.client.tokens.test()
    is_good = who["authenticated"] == "True"
    name = f"{who['user']} (id {who['id']})" if is_good else "Nobody"
    context.out.line(f"{name}. {who['info']}", **who)
    return 0 if is_good else 1


VERBS = {
    "token": noun(
        new=Verb(
            _new,
            "bambleweeny token",
            help="print a new token, or the one that login keeps",
        ),
        test=Verb(_test, "bambleweeny token test", help="say whose the token is"),
    )
}
