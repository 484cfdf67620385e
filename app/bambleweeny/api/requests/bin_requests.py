"""Requests to bins that have documents."""

from collections.abc import Callable

import falcon

from bambleweeny.api.requests.body import read_type
from bambleweeny.api.requests.calls import RequestHeaders, read_call
from bambleweeny.api.requests.content_codings import decoded, is_coded
from bambleweeny.core.bins.receiver import Received
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.redaction import redacted_body
from bambleweeny.errors import BodyTooLarge, InvalidRequest, UnsupportedCoding


def read_received(req: falcon.Request, segments: int, is_token: Callable[[str], bool]) -> Received:
    """Return a request to a bin, of which only the body has been read.

    Its call has the body without its Content-Encoding, if the server knows that coding and the
    result is within --max-body.
    """
    file = req.env["wsgi.input"]
    # NOTE: it has been read before if the bin was plain until now.
    file.seek(0)
    sent: bytes = file.read()

    def read(keeps_coding: bool) -> tuple[Call, bytes, str]:
        body = sent
        if is_coded(req):
            try:
                body = decoded(req, sent)
            except (BodyTooLarge, InvalidRequest, UnsupportedCoding):
                if not keeps_coding:
                    raise
        call, here = read_call(req, segments, is_token, body)
        kept = call.body if body is sent else redacted_body(sent, is_token)
        return call, kept, here

    headers = RequestHeaders(req.env, is_token)
    return Received(req.method, headers, sent, read_type(req), read)
