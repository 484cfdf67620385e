"""Topics over HTTP."""

from typing import Any

import falcon

from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.answers.listings import SELECTING, answer_listing
from bambleweeny.api.answers.streams import StreamEvent, answer_stream, reader_of, wants_stream
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_raw, read_type
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.parameters import read_number, refuse_beside
from bambleweeny.api.requests.scopes import needs
from bambleweeny.api.requests.strictness import takes
from bambleweeny.api.requests.timestamps import moment, since_of
from bambleweeny.api.requests.waiting import begin_wait, is_connected
from bambleweeny.core.services import Services
from bambleweeny.core.topics import NOW, Message, id_in_order, is_message_id
from bambleweeny.core.values import value_of
from bambleweeny.errors import InvalidRequest

_DEFAULT_LIMIT = 100


class Topics:
    """/topics"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes(*SELECTING["topics"]), needed=needs("topics", "read"))
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the topics, for the admin those of all users; or select some."""
        answer_listing(req, resp, "topics", self.services)


class Topic:
    """/topics/{name}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._topics = services.topics

    @falcon.before(authenticated, takes(body=True), needed=needs("topics", "publish"))
    def on_post(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Publish the body as a message."""
        content_type = read_type(req)
        message_id = self._topics.publish(req.context.caller, name, read_raw(req), content_type)
        answer_json(resp, {"info": "ok", "id": message_id})

    @falcon.before(
        authenticated, takes("since", "last", "wait", "limit"), needed=needs("topics", "read")
    )
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Answer messages after a cursor: a page, a long poll with `?wait=`, or a stream."""
        caller, (after, limit) = req.context.caller, self._beginning(req, name)
        if not wants_stream(req):
            self._answer_messages(req, resp, name, after, limit)
            return
        refuse_beside(req, "a stream", ("wait", "limit"))
        # NOTE: HEAD never starts the stream, which would check name and token, so read here.
        if after == NOW or req.method == "HEAD":
            _, after = self._topics.read(caller, name, after, 0)
        reader = reader_of(req, self.services, _stream_event)
        answer_stream(req, resp, self._topics.follow(caller, name, after, reader), after)

    @falcon.before(authenticated, needed=needs("topics", "write"))
    def on_delete(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Delete the topic and its messages."""
        self._topics.delete(req.context.caller, name)
        answer_done(resp)

    def _beginning(self, req: falcon.Request, name: str) -> tuple[str, int]:
        """Return the id after which to read, and the default limit of a page."""
        after, last = _after(req), req.get_header("Last-Event-ID")
        if not req.has_param("last"):
            return after, _DEFAULT_LIMIT
        refuse_beside(req, "'last'", ("since", "limit"))
        count = read_number(req, "last", 0)
        newest = self._topics.id_before_newest(req.context.caller, name, count)
        # NOTE: a client that reconnects still has its old `last` in the URL.
        return (after, _DEFAULT_LIMIT) if last else (newest, count or _DEFAULT_LIMIT)

    def _answer_messages(
        self, req: falcon.Request, resp: falcon.Response, name: str, after: str, default: int
    ) -> None:
        limit = read_number(req, "limit", default)
        seconds = begin_wait(req, resp)
        found, last = self._topics.read_within(
            req.context.caller, name, after, limit, seconds=seconds, is_connected=is_connected(req)
        )
        resp.set_header("Cache-Control", "no-store")
        resp.set_header("Vary", "Accept")
        answer_json(resp, {"messages": [_row_of(message) for message in found], "next": last})


def _stream_event(message: Message) -> StreamEvent:
    return StreamEvent(message.id, "", message.value, _row_of(message))


def _row_of(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "time": moment(id_in_order(message.id)[0]),
        "type": message.type,
        "value": value_of(message.value),
    }


def _after(req: falcon.Request) -> str:
    """Return the id after which to read, from Last-Event-ID or `?since=`; else InvalidRequest."""
    # NOTE: Last-Event-ID first: a client that reconnects still has its old `since` in the URL.
    since, last = since_of(req.get_param("since")), req.get_header("Last-Event-ID")
    if last and not is_message_id(last):
        raise InvalidRequest("The header 'Last-Event-ID' takes the id of a message.")
    return last or since
