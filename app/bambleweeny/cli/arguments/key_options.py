"""The options of commands for keys."""

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any, cast

from bambleweeny.cli.arguments.content_types import TYPE
from bambleweeny.cli.arguments.inputs import duration, integer
from bambleweeny.cli.verb import argument

if TYPE_CHECKING:
    from bambleweeny.client import Value
    from bambleweeny.client.key_options import Condition, Counting, Writing

CONDITION = (
    argument("--if-match", metavar="ETAG", help="only if the key has this ETag; * for any"),
    argument(
        "--if-none-match",
        metavar="ETAG",
        help="only if the key does not have this ETag; * for only a new key",
    ),
)
WRITING = (
    argument("--ttl", metavar="DURATION", type=duration, help="the TTL of the key"),
    argument("--keep-ttl", action="store_true", help="keep the TTL of the key"),
    TYPE,
    *CONDITION,
)
COUNTING = (
    argument(
        "--by", metavar="N", type=integer, default=1, help="the number to add; the default is 1"
    ),
    argument("--max", metavar="N", type=integer, help="fail if the new number would be larger"),
    argument("--min", metavar="N", type=integer, help="fail if the new number would be smaller"),
    argument(
        "--ttl",
        metavar="DURATION",
        type=duration,
        help="the TTL of a new counter; an existing one keeps its TTL",
    ),
)


def until(text: str) -> int | str:
    """Parse a duration as seconds, or `none`, for argparse."""
    try:
        return text if text == "none" else duration(text)
    except ArgumentTypeError as ex:
        raise ArgumentTypeError(f"{ex}, or none") from ex


def condition_of(args: Namespace) -> "Condition":
    """Return the precondition of the arguments."""
    return cast("Condition", _given(args, "if_match", "if_none_match"))


def writing_of(args: Namespace) -> "Writing":
    """Return the options for writing a key."""
    return cast("Writing", _given(args, "ttl", "keep_ttl", "type", "if_match", "if_none_match"))


def counting_of(args: Namespace) -> "Counting":
    """Return the bounds and TTL of a counter."""
    return cast("Counting", _given(args, "ttl", "max", "min"))


def about(value: "Value") -> dict[str, Any]:
    """Return the metadata of a value, as fields of a JSON record."""
    return {"etag": value.etag, "ttl": value.ttl, "type": value.type}


def _given(args: Namespace, *names: str) -> dict[str, Any]:
    # NOTE: compare with None and False, because 0 is a valid option.
    found = {name: getattr(args, name) for name in names}
    return {
        name: value for name, value in found.items() if value is not None and value is not False
    }
