"""Errors without an answer of the server: only a client raises these."""

from bambleweeny.errors.base import BambleweenyError


class NoAnswer(BambleweenyError):
    """The client received no answer; a write may or may not have happened."""

    code, status, info = "no_answer", 0, "The server did not answer."
    hint = "A write may or may not have happened: check before you repeat it."


class Unreachable(NoAnswer):
    """The client could not connect; nothing was sent, and nothing has changed."""

    code, info = "unreachable", "There is no server."
    hint = "Start one with `bambleweeny serve`, or check the URL."


class ConnectionBroken(NoAnswer):
    """The connection broke before the whole answer arrived."""

    code, info = "connection_broken", "The connection to the server broke."


class TimedOut(NoAnswer):
    """The answer did not arrive before the client's timeout."""

    code, info = "timed_out", "The server did not answer in time."
