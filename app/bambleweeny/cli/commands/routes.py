"""`route`: public URLs that read a key."""

from bambleweeny.cli.arguments.content_types import doubt_about
from bambleweeny.cli.arguments.inputs import USERID
from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, argument, noun
from bambleweeny.errors import BambleweenyError, NotFound


def id_of(text: str) -> str:
    """Return the id from an id, a path or a URL."""
    return text.rstrip("/").rpartition("/")[2]


def _list(context: Context) -> None:
    routes = context.client.routes.list(userid=context.args.userid)
    rows = ((route.key, route.content_type, route.url) for route in routes)
    context.out.rows(("key", "content_type", "url"), rows)


def _add(context: Context) -> None:
    args = context.args
    route = context.client.routes.create(args.name, args.content_type, userid=args.userid)
    context.out.line(route.url, key=route.key, content_type=route.content_type, url=route.url)
    context.out.warn(_doubt_about_key(context, route.key, args.content_type))


def _doubt_about_key(context: Context, name: str, content_type: str | None) -> str | None:
    """Return a warning about the key of a new route, or None, also if it cannot be read."""
    try:
        value = context.client.keys.get(name, userid=context.args.userid)
    except NotFound:
        return f"There is no key '{name}'; the URL answers 404 until there is one."
    except BambleweenyError:
        return None
    return doubt_about(value, content_type)


def _delete(context: Context) -> None:
    for word in context.args.ids:
        context.client.routes.delete(id_of(word), userid=context.args.userid)
    context.out.done()


VERBS = {
    "route": noun(
        list=Verb(_list, "bambleweeny route", (USERID,), "list your routes"),
        add=Verb(
            _add,
            """bambleweeny route add foo
            bambleweeny route add settings application/json""",
            (
                argument("name", metavar="KEY", help="the key that is made public"),
                argument(
                    "content_type",
                    nargs="?",
                    metavar="TYPE",
                    help="its content type; the default is text/plain",
                ),
                USERID,
            ),
            "make a key public and print its URL",
        ),
        **{
            "del": Verb(
                _delete,
                "bambleweeny route del $(bambleweeny route add foo)",
                (argument("ids", nargs="+", metavar="ROUTE", help="ids, paths or URLs"), USERID),
                "delete routes; their keys stay",
                shell_examples="route del 3f8ab8ba-715d-47b9-b645-798caded306b",
            )
        },
    )
}
