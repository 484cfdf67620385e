"""What a verb works with: its arguments, a client, and where values come from and go."""

import os
from argparse import Namespace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from bambleweeny.cli.connection import load_connection
from bambleweeny.cli.output import Output
from bambleweeny.cli.place import Place, find_place

if TYPE_CHECKING:
    from bambleweeny.client import Client


class Context:
    """The surroundings of one verb, or of all verbs of a shell."""

    def __init__(self, args: Namespace, out: Output, stdin: BinaryIO | None) -> None:
        self.args = args
        self.out = out
        self.stdin = stdin
        """Where a value may be read; None where commands are read from it."""

    @cached_property
    def place(self) -> Place:
        """The server and the login; CommandFailed where no server is known."""
        return find_place(load_connection(vars(self.args), os.environ))

    @cached_property
    def client(self) -> "Client":
        """A client of that server, made when first asked for."""
        # NOTE: imported here, since serving needs no client.
        from bambleweeny.client import Client  # noqa: PLC0415

        place = self.place
        return Client(place.url, place.user, place.password, place.token)

    def for_verb(self, args: Namespace, out: Output) -> "Context":
        """Give the context of another verb, which shares the client."""
        other = Context(args, out, None)
        other.__dict__.update(place=self.place, client=self.client)
        return other

    def __enter__(self) -> "Context":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        ex: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if "client" in self.__dict__:
            self.client.close()
