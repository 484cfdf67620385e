"""What calls on items answer: items whole or as a preview, cursors of pages, counts of lists."""

import re
from typing import Any, Literal, NamedTuple

from bambleweeny.core.lists.codec import StoredItem
from bambleweeny.core.lists.policies import ListPolicy, decode_policy
from bambleweeny.core.texts import start_of_text
from bambleweeny.errors import InvalidRequest, NotFound
from bambleweeny.names import is_item_id

State = Literal["ready", "leased", "delayed", "dead"]
STATES: tuple[State, ...] = ("ready", "leased", "delayed", "dead")
NewState = Literal["ready", "dead"]
NEW_STATES: tuple[NewState, ...] = ("ready", "dead")
Order = Literal["oldest", "newest"]
ORDERS: tuple[Order, ...] = ("oldest", "newest")
_LONGEST_SHOWN = 64
MOST_OF_A_PREVIEW = 1024
"""In bytes: 1,000 previews have no more than a page of whole items."""

_is_cursor = re.compile(r"(?:([0-9]{1,15})-)?([0-9]{1,16})").fullmatch


class FoundItem(NamedTuple):
    """An item and its state. `at` is when its lease or delay expires or when it died, in ms.

    `lacking` is the number of bytes that a preview of the body lacks.
    """

    state: State
    item: StoredItem
    at: int
    lacking: int = 0

    @property
    def size(self) -> int:
        """The length of the whole body."""
        return len(self.item.body) + self.lacking

    def cut_to(self, most: int) -> "FoundItem":
        """Return the item with up to so many bytes of its body, and no part of a character."""
        body = start_of_text(self.item.body, most, is_cut=self.lacking > 0)
        return self._replace(item=self.item._replace(body=body), lacking=self.size - len(body))


Page = tuple[list[FoundItem], str | None]
"""Items, and the cursor of the next page, or None if there is none."""


class ItemPlace(NamedTuple):
    """The list that has an item, its id there, and its state."""

    list: str
    id: str
    state: NewState


class ListStats(NamedTuple):
    """The counts of a list. `age` is in seconds since the oldest ready item was pushed, or -1.

    It is None where the counts of many lists are read, since it takes the oldest item; only there
    is the `policy` read, None if the list has none.
    """

    ready: int
    leased: int
    delayed: int
    dead: int
    bytes: int
    total_in: int
    total_out: int
    age: int | None
    paused: int
    policy: ListPolicy | None = None

    @classmethod
    def with_policy(cls, *fields: Any) -> "ListStats":
        """Return the counts of a list and its policy, which is the last field, packed or empty."""
        *counts, packed = fields
        return cls(*counts)._replace(policy=decode_policy(packed) if packed else None)


def read_cursor(state: State, after: str, order: Order) -> tuple[str, str]:
    """Return the score and id after which a page begins; raise InvalidRequest for another text."""
    if not after:
        return ("", "") if order == "newest" else ("0", "0")
    cursor = _is_cursor(after)
    # NOTE: a cursor without a score is a beginning, before which there is no item.
    if cursor is None or (order == "newest" and state != "ready" and not cursor[1]):
        raise InvalidRequest("The parameter 'after' takes the 'next' of the previous page.")
    return cursor[1] or "0", cursor[2]


def cursor_of(last: FoundItem) -> str:
    """Return the cursor of the page after an item."""
    return str(last.item.id) if last.state == "ready" else f"{last.at}-{last.item.id}"


def check_preview(preview: int) -> int:
    """Return the length of a preview; raise InvalidRequest unless it is within bounds."""
    if not 0 <= preview <= MOST_OF_A_PREVIEW:
        raise InvalidRequest(f"The parameter 'preview' takes 0 to {MOST_OF_A_PREVIEW}.")
    return preview


def checked_item_id(text: str) -> str:
    """Return the id of an item; NotFound if it cannot be one."""
    if not is_item_id(text):
        raise no_such_item(text)
    return text


def no_such_item(item_id: str) -> NotFound:
    """Make the error of an id that no item of the list has."""
    return NotFound(f"The list has no item '{item_id[:_LONGEST_SHOWN]}'.")
