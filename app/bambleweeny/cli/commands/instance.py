"""`info` and `save`: the state of the server."""

from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb
from bambleweeny.errors import Forbidden, Unauthorized

_SHOWN = ("redis_version", "used_memory_human", "connected_clients", "uptime_in_seconds")


def _info(context: Context) -> None:
    fields = context.client.about()
    try:
        fields.update(context.client.info())
    except (Forbidden, Unauthorized):
        fields.pop("docs", None)
    if context.out.as_json:
        context.out.record(fields)
        return
    for name in ("waits", "memory"):
        if name in fields:
            fields[name] = _of_most(**fields[name])
    fields.update(fields.pop("limits", {}))
    engine = fields.pop("redis_info", {})
    fields.update((name, engine[name]) for name in _SHOWN if name in engine)
    rows = ((name, value) for name, value in fields.items() if not isinstance(value, list | dict))
    context.out.rows(("name", "value"), rows)


def _of_most(used: int, max: int) -> str:
    return f"{used} of {max}" if max else str(used)


def _save(context: Context) -> None:
    context.client.save()
    context.out.done()


VERBS = {
    "info": Verb(_info, "bambleweeny info\nbambleweeny info --json"),
    "save": Verb(_save, "bambleweeny save"),
}
