"""Refusals of sandboxes."""

from bambleweeny.errors.access import Forbidden, Unauthorized
from bambleweeny.errors.base import BambleweenyError
from bambleweeny.errors.failures import MaxBytesExceeded
from bambleweeny.errors.refusals import NotFound


class NotInASandbox(Forbidden):
    """The token of a sandbox makes a call that its owner alone can make."""

    code, info = "not_in_a_sandbox", "The token of a sandbox cannot do this."
    hint = "In a sandbox all calls for data work; users, tokens and other sandboxes are outside."


def closed_sandbox() -> NotInASandbox:
    """Make the error of a sandbox without a login that would make something public."""
    return NotInASandbox(
        "A sandbox that was made without a login has no routes and no bins.",
        hint="Log in, and make a sandbox with that token.",
    )


def ended_sandbox() -> Unauthorized:
    """Make the error of a token whose sandbox has ended or was deleted."""
    return Unauthorized(
        "The sandbox of this token has ended.", hint="Make another one with POST /sandboxes."
    )


def no_such_sandbox(hint: str | None = None) -> NotFound:
    """Make the error of an id that is not that of a sandbox of the user."""
    return NotFound("There is no such sandbox.", hint=hint)


def no_room_for_sandbox(reserved: int) -> MaxBytesExceeded:
    """Make the error of a user whose bytes have no room for those of a sandbox."""
    return MaxBytesExceeded(
        f"A sandbox reserves {reserved >> 20} MB of the user's bytes, and fewer are left.",
        hint="Delete a sandbox or data, or ask the admin for a larger 'max_bytes'.",
    )


class TooManySandboxes(BambleweenyError):
    """The user has as many sandboxes as the server allows."""

    code, status, info = "too_many_sandboxes", 409, "The user has as many sandboxes as allowed."
    hint = "Delete one with DELETE /sandboxes/{id}; the limit is the server's --max-sandboxes."


class TooManySnapshots(BambleweenyError):
    """The sandbox has as many snapshots as it may have."""

    code, status, info = "too_many_snapshots", 409, "The sandbox has 5 snapshots already."
    hint = (
        "Delete one with DELETE /sandboxes/{id}/snapshots/{name}, or all with "
        "POST /sandboxes/{id}/reset?delete_snapshots=1; GET /sandboxes/{id} names them."
    )


class SnapshotTooLarge(BambleweenyError):
    """The data of the sandbox are more than a seed or a snapshot can have."""

    code, status, info = "snapshot_too_large", 422, "The sandbox has too much for a snapshot."
    hint = (
        "A seed or snapshot has up to 10,000 names, items and messages in all. All of a sandbox, "
        "and the largest of them once more, has to fit into its bytes."
    )
