"""The listening socket: bound once, shared by the workers, closed without a lost connection."""

import ctypes
import socket
import struct
from contextlib import suppress

from bambleweeny.options import Address
from bambleweeny.server.startup import CannotStart

_BACKLOG = 1024
_SO_ATTACH_FILTER = 26
_BPF_RETURN = 6


def listen(address: Address) -> socket.socket:
    """Return a listening socket. Raises CannotStart."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server(address, family=family, backlog=_BACKLOG)
    except OSError as ex:
        # NOTE: Python appends a tuple to the system's message.
        reason = str(ex.strerror).partition(" (while")[0]
        raise CannotStart(
            f"Cannot listen on {address}: {reason}; choose another address with --listen."
        ) from ex


def turn_away(listener: socket.socket) -> None:
    """Make the system ignore new connections; those in the backlog are still accepted.

    Without this, a connection that arrives between a worker's last accept and its close
    would be established and then reset. With it, the client retries, and the retry is
    refused.
    """
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", _BPF_RETURN, 0, 0, 0))
    program = struct.pack("HP", 1, ctypes.addressof(drop_all))
    with suppress(OSError):  # some sandboxes lack this; the gap is tiny
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
