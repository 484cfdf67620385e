"""Calls that were not answered: only a client raises these."""

from bambleweeny.errors.base import BambleweenyError


class NoAnswer(BambleweenyError):
    """The call was not answered, so that a write may or may not have happened."""

    code, status, info = "no_answer", 0, "The server did not answer."
    hint = "A write may or may not have happened: look before you repeat it."


class Unreachable(NoAnswer):
    """There is no server; nothing was sent, and nothing happened."""

    code, info = "unreachable", "There is no server."
    hint = "Start one with `bambleweeny serve`, or look at the URL."


class ConnectionBroken(NoAnswer):
    """The connection broke before the answer was there."""

    code, info = "connection_broken", "The connection to the server broke."


class TimedOut(NoAnswer):
    """The answer did not come in time."""

    code, info = "timed_out", "The server did not answer in time."
