"""`?since=`: after which message of a topic to read."""

from bambleweeny.api.requests.timestamps import milliseconds_of
from bambleweeny.core.topics import BEGINNING, NOW, id_before, is_message_id
from bambleweeny.errors import InvalidRequest


def since_of(text: str | None, default: str = NOW) -> str:
    """Return the id after which to read; `default` without the parameter, else InvalidRequest."""
    if text is None:
        return default
    if text == "all":
        return BEGINNING
    if is_message_id(text):
        return text
    try:
        return id_before(milliseconds_of(text))
    except (ValueError, OverflowError) as ex:
        raise InvalidRequest(
            "The parameter 'since' takes an id, a time, a duration or all.",
            hint="Write 1763832000000-0, 2026-11-22T17:00:00Z, 10m or all.",
        ) from ex
