"""`route`: public URLs that read a key, or answer as a mock API."""

from bambleweeny.cli.arguments.calls import line_of
from bambleweeny.cli.arguments.content_types import doubt_about
from bambleweeny.cli.arguments.documents import ROUTE, given_document, read_to_import, route_of
from bambleweeny.cli.arguments.imports import import_hint
from bambleweeny.cli.arguments.inputs import USERID, VALUE, positive, wait_for
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.output import counted
from bambleweeny.cli.progress import waiting
from bambleweeny.cli.verb import Verb, argument, noun
from bambleweeny.errors import BambleweenyError, BodyTooLarge, NotAsCalled, NotFound

_FORMATS = ("openapi", "har", "db")

_ROUTE = argument("id", metavar="ROUTE", help="an id, a name, @USER/NAME, a path or a URL")


def _list(context: Context) -> None:
    routes = context.client.routes.list(userid=context.args.userid)
    # NOTE: scripts read the columns of a plain route by their place.
    rows = (
        (route.key, route.content_type, context.target.shown(route.url), route.name, route.rules)
        for route in routes
    )
    context.out.rows(("key", "content_type", "url", "name", "rules"), rows)


def _set(context: Context) -> None:
    args = context.args
    document = given_document(args.value, context.stdin)
    id = route_of(args.id) if args.id else None
    route = context.client.routes.set(document, id, userid=args.userid)
    url = context.target.shown(route.url)
    context.out.line(url, name=route.name, rules=route.rules, url=url)


def _show(context: Context) -> None:
    args = context.args
    context.out.document(context.client.routes.get(route_of(args.id), userid=args.userid))


def _import(context: Context) -> None:
    args = context.args
    document, guessed = read_to_import(args.file)
    if guessed == ROUTE and not args.format:
        raise WrongUse(
            f"{args.file} is a route document.", hint=f"Write 'route set @{args.file}' for it."
        )
    try:
        with waiting(f"Importing {args.file}"):
            made = context.client.routes.import_(
                args.format or guessed, document, route_of(args.id) if args.id else None,
                name=args.name, prefix=args.prefix, only=args.only, journal=args.journal,
                userid=args.userid,
            )  # fmt: skip
    except BodyTooLarge as ex:
        ex.hint = import_hint(ex) or ex.hint
        raise
    route = made.route
    for note in made.notes:
        context.out.warn(note)
    url = context.target.shown(route.url)
    context.out.line(
        url, name=route.name, rules=route.rules, url=url, keys=made.keys, notes=made.notes
    )


def _verify(context: Context) -> None:
    args = context.args
    expected = given_document(args.value, context.stdin) if args.value else {}
    try:
        with waiting("Waiting for calls"):
            matching = context.client.routes.verify(
                route_of(args.id), expected, wait=args.wait, since=args.since, userid=args.userid
            )
    except NotAsCalled as ex:
        for near in (ex.details or {}).get("nearest", ()):
            call = near["call"]
            failed = ", ".join(near["failed"])
            context.out.warn(f"{call['method']} {call['path']} differs in {failed}")
        raise
    context.out.say(f"{counted(matching, 'call')} as expected.", matching=matching)


def _reset(context: Context) -> None:
    context.client.routes.reset(route_of(context.args.id), userid=context.args.userid)
    context.out.done()


def _calls(context: Context) -> None:
    args, client = context.args, context.client
    journal = client.routes.get(route_of(args.id), userid=args.userid).get("journal")
    if not journal:
        raise NotFound("The route has no journal.", hint="Name a topic in its 'journal'.")
    found = client.topics.read(journal, args.since or "all", limit=args.limit, userid=args.userid)
    for message in found:
        call = message.value.json()
        context.out.line(line_of(call), **call)


def _add(context: Context) -> None:
    args = context.args
    route = context.client.routes.create(args.name, args.content_type, userid=args.userid)
    url = context.target.shown(route.url)
    context.out.line(url, key=route.key, content_type=route.content_type, url=url)
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
        context.client.routes.delete(route_of(word), userid=context.args.userid)
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
        set=Verb(
            _set,
            """bambleweeny route set @shop.json
            bambleweeny route set @shop.json --id @admin/shop""",
            (
                VALUE,
                argument("--id", metavar="ROUTE", help="replace the document of this route"),
                USERID,
            ),
            "create or replace a route with rules",
            shell_examples="""route set '{"name":"shop","rules":[{"path":"/ping"}]}'""",
        ),
        show=Verb(
            _show,
            "bambleweeny route show @admin/shop",
            (_ROUTE, USERID),
            "print the document of a route",
        ),
        calls=Verb(
            _calls,
            "bambleweeny route calls @admin/shop --since 10m",
            (
                _ROUTE,
                argument("--since", metavar="MOMENT", help="begin there; the default is all"),
                argument("--limit", metavar="N", type=positive, help="the maximum number"),
                USERID,
            ),
            "print the calls in the journal of a route",
            shell_examples="",
        ),
        verify=Verb(
            _verify,
            """bambleweeny route verify @admin/shop '{"path": "/ping", "count": 0}'""",
            (
                _ROUTE,
                VALUE,
                wait_for("calls"),
                argument("--since", metavar="MOMENT", help="count calls after it only"),
                USERID,
            ),
            "check whether a route was called as expected",
            shell_examples="",
        ),
        reset=Verb(
            _reset,
            "bambleweeny route reset @admin/shop",
            (_ROUTE, USERID),
            "restore the seeds of a route, and forget its counters and calls",
        ),
        **{
            "import": Verb(
                _import,
                """bambleweeny route import db.json
                bambleweeny route import petstore.yaml --name pets --journal pets-calls""",
                (
                    argument("file", metavar="FILE", help="OpenAPI, HAR or db.json; - is stdin"),
                    argument(
                        "--from",
                        dest="format",
                        choices=_FORMATS,
                        help="the format, if it cannot be seen in the file",
                    ),
                    argument("--id", metavar="ROUTE", help="replace the document of this route"),
                    argument("--name", metavar="NAME", help="the name of the route"),
                    argument("--prefix", metavar="PREFIX", help="of its keys, else mock-NAME:"),
                    argument("--only", metavar="PARTS", help="paths, tags or ids, with commas"),
                    argument("--journal", metavar="TOPIC", help="the topic with its calls"),
                    USERID,
                ),
                "make a route of an OpenAPI document, a HAR or a db.json",
                shell_examples="",
            ),
            "del": Verb(
                _delete,
                "bambleweeny route del $(bambleweeny route add foo)",
                (
                    argument("ids", nargs="+", metavar="ROUTE", help="ids, names, paths or URLs"),
                    USERID,
                ),
                "delete routes; their keys stay",
                shell_examples="route del 3f8ab8ba-715d-47b9-b645-798caded306b",
            ),
        },
    )
}
