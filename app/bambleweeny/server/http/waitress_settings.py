"""The settings of Waitress."""

from typing import Any

from bambleweeny.server.http.buffers.limits import most_connections

BACKLOG = 1024
"""How many connections the system holds until they are accepted."""

_LARGEST_HEADERS = 64 << 10
_IN_MEMORY = 1 << 30
_STREAM_AHEAD = 1 << 20


def waitress_settings(max_body: int, threads: int) -> dict[str, Any]:
    """Return the settings for bodies of up to `max_body` bytes, and a number of threads."""
    return {
        "ident": None,
        # NOTE: Waitress refuses a body of exactly its limit.
        "max_request_body_size": max_body + 1,
        "max_request_header_size": _LARGEST_HEADERS,
        "connection_limit": most_connections(threads),
        "backlog": BACKLOG,
        # NOTE: a client that has sent all may close its side and still read the answer;
        # with lookahead, Waitress takes it as disconnected.
        "channel_request_lookahead": 0,
        "inbuf_overflow": _IN_MEMORY,
        "outbuf_overflow": _IN_MEMORY,
        "outbuf_high_watermark": _STREAM_AHEAD,
        # NOTE: `Task` drops these headers.
        "clear_untrusted_proxy_headers": False,
    }
