"""One connection to an engine: commands go out in one write, replies return in order."""

import select
import socket
import ssl
import struct
from collections.abc import Sequence
from functools import cache
from typing import Any

import hiredis

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.url import Address
from bambleweeny.system.signals import uninterrupted

Command = tuple[str | bytes | int, ...]

_FEEDS_KEPT = 4


class Link:
    """A connection for one thread at a time; it connects on first use.

    A failure of the connection closes it and raises StoreUnavailable.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._socket: socket.socket | None = None
        self._poll = select.poll()
        self._reader = hiredis.Reader()

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands in one write and return their replies, with errors as values."""
        # NOTE: an idle connection has nothing to read unless the engine closed it. This check
        # before the write avoids a 503 that leaves open whether the write was done.
        if self._socket is not None and self._poll.poll(0):
            self.close()
        try:
            return self._exchange(self._socket or self._connect(), commands)
        except (OSError, hiredis.ProtocolError) as ex:
            self.close()
            raise StoreUnavailable() from ex
        except BaseException:
            # NOTE: a signal has interrupted it; the next call would read this call's replies.
            self.close()
            raise

    def open(self) -> int:
        """Connect, and return the file descriptor of the connection."""
        try:
            return (self._socket or self._connect()).fileno()
        except OSError as ex:
            self.close()
            raise StoreUnavailable() from ex

    def tell(self, command: Command) -> None:
        """Send a command without waiting for a reply; `hear` returns the replies."""
        try:
            self._opened().sendall(_packed([command]))
        except OSError as ex:
            self.close()
            raise StoreUnavailable() from ex

    def hear(self) -> list[Any]:
        """Return the replies received so far; blocks until there is data to read."""
        try:
            self._feed(self._opened())
            heard = []
            while (reply := self._reader.gets()) is not False:
                if isinstance(reply, hiredis.ReplyError):
                    raise StoreUnavailable() from reply
                heard.append(reply)
        except (OSError, hiredis.ProtocolError) as ex:
            self.close()
            raise StoreUnavailable() from ex
        return heard

    def close(self) -> None:
        """Close the connection; the next use opens a new one."""
        if self._socket is not None:
            self._poll.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise StoreUnavailable()
        return self._socket

    def _exchange(self, sock: socket.socket, commands: Sequence[Command]) -> list[Any]:
        sock.sendall(_packed(commands))
        replies, feeds = [], 0
        for _ in commands:
            while (reply := self._reader.gets()) is False:
                self._feed(sock)
                feeds += 1
            replies.append(reply)
        if feeds > _FEEDS_KEPT:
            # NOTE: a reader keeps the memory of its largest reply until the next feed.
            self._reader = hiredis.Reader()
        return replies

    def _feed(self, sock: socket.socket) -> None:
        data = sock.recv(65536)
        if not data:
            raise ConnectionResetError("the engine closed the connection")
        self._reader.feed(data)

    def _connect(self) -> socket.socket:
        sock = self._dial()
        _limit_waiting(sock, self.address.timeout)
        self._socket = sock
        self._poll.register(sock, select.POLLIN | select.POLLHUP | select.POLLERR)
        self._reader = hiredis.Reader()
        self._log_in(sock)
        return sock

    def _dial(self) -> socket.socket:
        address = self.address
        if address.path:
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.settimeout(address.connect_timeout)
                sock.connect(address.path)
            except OSError:
                sock.close()
                raise
            return sock
        sock = socket.create_connection((address.host, address.port), address.connect_timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if not address.tls:
            return sock
        try:
            context = _tls_context(address.ca, address.cert, address.key)
            return context.wrap_socket(sock, server_hostname=address.host)
        except OSError:
            sock.close()
            raise

    def _log_in(self, sock: socket.socket) -> None:
        address = self.address
        greeting: list[Command] = []
        if address.password is not None:
            greeting.append(("AUTH", *filter(None, (address.username,)), address.password))
        if address.database:
            greeting.append(("SELECT", address.database))
        for reply in self._exchange(sock, greeting) if greeting else ():
            if isinstance(reply, hiredis.ReplyError):
                self.close()
                raise StoreUnavailable() from reply


def ask_first(addresses: Sequence[Address], command: Command) -> tuple[Address, list[Any]]:
    """Ask servers in order; return the first that answers with a list that is not empty."""
    reason: Exception | None = None
    for address in addresses:
        link = Link(address)
        try:
            [reply] = link.ask([command])
        except StoreUnavailable as ex:
            reason = ex.__cause__ if isinstance(ex.__cause__, Exception) else ex
        else:
            if isinstance(reply, list) and reply:
                return address, reply
            is_error = isinstance(reply, hiredis.ReplyError)
            reason = reply if is_error else hiredis.ReplyError("it knows no master")
        finally:
            link.close()
    raise StoreUnavailable() from reason


def _limit_waiting(sock: socket.socket, seconds: float) -> None:
    """Set the timeout of each send and receive; a timeout raises OSError."""
    if isinstance(sock, ssl.SSLSocket):
        sock.settimeout(seconds)
        return
    # NOTE: with a Python timeout, each send and receive would cost an extra poll.
    sock.settimeout(None)
    limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


@cache
def _tls_context(ca: str | None, cert: str | None, key: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca)
    if cert:
        context.load_cert_chain(cert, key)
    return context


@uninterrupted
def _packed(commands: Sequence[Command]) -> bytes:
    # NOTE: hiredis crashes if a signal handler raises while it packs a number. The type stub of
    # hiredis accepts only tuples with one element.
    return b"".join(map(hiredis.pack_command, commands))  # type: ignore[arg-type]
