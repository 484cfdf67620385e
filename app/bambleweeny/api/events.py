"""The events of the caller's keys and lists, as a stream."""

from typing import Literal

import falcon

from bambleweeny.api.answers.streams import StreamEvent, answer_stream, reader_of
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.scopes import needs_some, require, require_all
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.notify.events import Event, Names
from bambleweeny.core.services import Services
from bambleweeny.errors import InvalidRequest


class Events:
    """/events"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(
        authenticated,
        takes("keys", "lists"),
        needed=needs_some(("keys", "read"), ("lists", "read")),
    )
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Stream the events of the keys in `?keys=` and lists in `?lists=`; all without either."""
        keys, lists = req.get_param("keys"), req.get_param("lists")
        if keys is None and lists is None:
            keys = lists = "*"
        events = self.services.events.follow(
            req.context.caller,
            _names(req, "keys", keys),
            _names(req, "lists", lists),
            reader_of(req, self.services, _stream_event),
        )
        answer_stream(req, resp, events)


def _stream_event(event: Event) -> StreamEvent:
    row = {"event": event.kind, "name": event.name}
    return StreamEvent("", event.kind, event.name.encode(), row)


def _names(req: falcon.Request, noun: Literal["keys", "lists"], text: str | None) -> Names:
    """Return the names in the parameter of a noun, all of which the caller may read."""
    patterns = [] if text is None else text.split(",")
    try:
        names = Names(patterns)
    except InvalidRequest as ex:
        raise InvalidRequest(f"The parameter '{noun}': {ex.info}", hint=ex.hint) from ex
    for pattern in patterns:
        if pattern.endswith("*"):
            require_all(req, noun, "read", pattern[:-1])
        else:
            require(req, noun, "read", pattern)
    return names
