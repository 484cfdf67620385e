"""The context of a verb: its arguments, a client, and its input and output."""

import os
from argparse import Namespace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from bambleweeny.cli.connection.connection_options import load_connection
from bambleweeny.cli.connection.profiles import warn_if_readable
from bambleweeny.cli.connection.target import Target, advice_for, find_target, keep_renewed
from bambleweeny.cli.output import Output
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import TOKEN_PREFIX

if TYPE_CHECKING:
    from bambleweeny.client import Client


class Context:
    """The context of one verb, or of all verbs of a shell."""

    def __init__(self, args: Namespace, out: Output, stdin: BinaryIO | None) -> None:
        self.args = args
        self.out = out
        self.stdin = stdin
        """The input for values; None if commands are read from standard input."""

    @cached_property
    def target(self) -> Target:
        """The server and the login; CommandFailed if no server is known."""
        warn_if_readable(self.out.warn)
        return find_target(load_connection(vars(self.args), os.environ))

    @cached_property
    def client(self) -> "Client":
        """A client of that server, created at the first use."""
        # NOTE: imported here, because `serve` needs no client.
        from bambleweeny.client import Client  # noqa: PLC0415

        target = self.target
        if target.token and target.password:
            client = Client(target.url, target.user, target.password)
            client.tokens.use(target.token)
            return client
        return Client(target.url, target.user, target.password, target.token)

    def who(self) -> dict[str, Any]:
        """Return the answer of `/auth/test`; a stored session that has expired is renewed first."""
        who = self.client.tokens.test()
        is_named = (self.target.token or "").startswith(TOKEN_PREFIX)
        if who["authenticated"] != "True" and self.target.password and not is_named:
            self.client.tokens.create()
            who = self.client.tokens.test()
        return who

    def advice(self, error: BambleweenyError) -> str | None:
        """Return advice about an error; None if there is nothing better than its hint."""
        return advice_for(error, self.__dict__.get("target"))

    def for_verb(self, args: Namespace, out: Output) -> "Context":
        """Return the context of another verb, with the same client."""
        other = Context(args, out, None)
        other.__dict__.update(target=self.target, client=self.client)
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
            keep_renewed(self.target, self.client.tokens.current())
            self.client.close()
