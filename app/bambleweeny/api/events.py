"""The events of the caller's data, as a stream."""

import falcon

from bambleweeny.api.answers.streams import StreamEvent, answer_stream, reader_of
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.scopes import needs_some, require, require_all
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.notify.event_kinds import KINDS, Event, Wanted, wanted_events
from bambleweeny.core.services import Services


class Events:
    """/events"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(
        authenticated,
        takes("keys", "lists", "topics", "routes", "bins", "kinds"),
        needed=needs_some(
            ("keys", "read"), ("lists", "read"), ("topics", "read"), ("routes", "read"),
            ("bins", "read"),
        ),
    )  # fmt: skip
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Stream the events of the names in `?keys=`, `?lists=` and so on, and of `?kinds=`."""
        events = self.services.events.follow(
            req.context.caller, _wanted(req), reader_of(req, self.services, _stream_event)
        )
        answer_stream(req, resp, events)


def _stream_event(event: Event) -> StreamEvent:
    row = {"event": event.kind, "name": event.name}
    return StreamEvent("", event.kind, event.name.encode(), row)


def _wanted(req: falcon.Request) -> Wanted:
    """Return what the parameters select, all of which the caller may read."""
    given = {noun: req.get_param(noun) for noun in KINDS}
    names = {noun: text for noun, text in given.items() if text is not None}
    wanted = wanted_events(req.get_param("kinds"), names)
    for noun, of in wanted.names.items():
        for pattern in of.patterns:
            if pattern.endswith("*"):
                require_all(req, noun, "read", pattern[:-1])
            else:
                require(req, noun, "read", pattern)
    return wanted
