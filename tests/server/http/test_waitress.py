"""What this server uses of Waitress, which promises none of it to a subclass.

A release that renames one of these may silently undo a bound or a refusal of ours. So the
release is pinned, and these tests name all that another one has to be compared for.
"""

import ast
import io
import re
import socket
from importlib.metadata import version
from pathlib import Path

import bambleweeny
import pytest
from waitress import proxy_headers, utilities, wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import OverflowableBuffer, ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask

ROOT = Path(__file__).parents[3]
HTTP = Path(bambleweeny.__path__[0]) / "server" / "http"
USED = {
    "Adjustments": """connection_limit inbuf_overflow max_request_body_size
        max_request_header_size outbuf_high_watermark url_scheme""",
    "TcpWSGIServer": """_map accepting active_channels add_channel add_task adj application
        channel_class close connected del_channel effective_port handle_accept
        handle_close pull_trigger readable server_name socket trigger writable""",
    "trigger": "pull_trigger",
    "HTTPChannel": """_fileno _flush_exception _flush_outbufs_below_high_watermark _flush_some
        accepting add_channel addr adj check_client_disconnected close_when_flushed
        connected del_channel error_task_class handle_close handle_read handle_read_event last_activity outbuf_lock
        parser_class readable received recv request requests requests_lock send send_continue
        sendbuf_len sent_continue server service set_socket socket task_class total_outbufs_len will_close
        writable write_soon""",
    "HTTPRequestParser": """adj body_bytes_received body_rcv chunked close command completed
        connection_close content_length error expect_continue get_body_stream
        header_bytes_received header_plus headers headers_finished parse_header path query
        received request_uri url_scheme version""",
    "WSGITask": """build_response_header channel chunked_response close_on_finish complete
        content_bytes_written content_length environ execute get_environment request
        response_headers service set_close_on_finish start start_time status version write
        wrote_header""",
    "ErrorTask": """build_response_header channel close_on_finish content_length execute
        request response_headers service set_close_on_finish start_time status write""",
    "OverflowableBuffer": "append close get getfile __len__",
    "ReadOnlyFileBasedBuffer": "prepare",
    "FixedStreamReceiver": "completed error getbuf getfile received __len__",
    "wasyncore": "close_all readwrite",
    "utilities": "build_http_date",
    "proxy_headers": "PROXY_HEADERS",
}
"""By class, so that a reader of Waitress's changes knows where to look."""

BY_CHANCE = {"family", "getsockname", "has_body", "run", "seek"}
"""Names of Waitress's that ours have too, for sockets, files and objects of their own."""


@pytest.fixture(scope="module")
def made():
    """Objects of Waitress's own, with a connection that has sent a request."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        adjustments = Adjustments(sockets=[listener])
        server = TcpWSGIServer(
            lambda *_: [],
            {},
            _sock=listener,
            dispatcher=object(),
            adj=adjustments,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )
        accepted, address = listener.accept()
        channel = HTTPChannel(server, accepted, address, adjustments, map=server._map)
        request = HTTPRequestParser(adjustments)
        request.received(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert request.completed
        buffer = OverflowableBuffer(1)
        yield {
            "Adjustments": adjustments,
            "TcpWSGIServer": server,
            "trigger": server.trigger,
            "HTTPChannel": channel,
            "HTTPRequestParser": request,
            "WSGITask": WSGITask(channel, request),
            "ErrorTask": ErrorTask(channel, request),
            "OverflowableBuffer": buffer,
            "ReadOnlyFileBasedBuffer": ReadOnlyFileBasedBuffer(io.BytesIO()),
            "FixedStreamReceiver": FixedStreamReceiver(1, buffer),
            "wasyncore": wasyncore,
            "utilities": utilities,
            "proxy_headers": proxy_headers,
        }
        channel.handle_close()
        wasyncore.close_all(server._map)


def names_of(path: Path) -> set[str]:
    """The names that a module takes from objects, defines in classes or imports from Waitress."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("waitress"):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef):
                    found.add(part.name)
                elif isinstance(part, ast.Assign):
                    found |= {ast.unparse(target) for target in part.targets}
                elif isinstance(part, ast.AnnAssign):
                    found.add(ast.unparse(part.target))
    return found


def test_the_release_is_the_one_that_was_compared():
    pinned = re.search(r'"waitress==([\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert pinned[1] == version("waitress")


@pytest.mark.parametrize("kind", USED)
def test_waitress_has_what_is_used(made, kind):
    for name in USED[kind].split():
        assert hasattr(made[kind], name), f"Waitress's {kind} has no {name}"


def test_all_that_is_used_is_named(made):
    named = {name for names in USED.values() for name in names.split()}
    ours = {name for path in HTTP.rglob("*.py") for name in names_of(path)}
    classes = [thing for kind, thing in made.items() if kind[0].isupper()]
    theirs = {name for thing in classes for name in dir(thing)} - {*dir(object)}
    assert ours & theirs - BY_CHANCE == named & theirs
    assert named <= ours | USED.keys()
    assert {*BY_CHANCE} <= ours & theirs


def test_the_application_knows_a_client_that_is_gone_by_waitress_name(made):
    environment = made["WSGITask"].get_environment()
    assert "waitress.client_disconnected" in environment
