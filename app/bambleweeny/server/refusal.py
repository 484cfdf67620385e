"""Why a server cannot start."""


class CannotStart(Exception):
    """The server cannot start; the sentence says why and what to do."""
