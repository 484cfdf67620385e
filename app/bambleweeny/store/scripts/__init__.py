"""The Lua scripts: each is named for what it guarantees."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files

from bambleweeny.store.schema import with_names


@dataclass(frozen=True)
class Script:
    """A script's text and the digest by which an engine knows it."""

    text: str
    sha: str


_LISTS = ("items", "ready_items", "held_items", "due_items", "found_items", "list")
"""What a script has to know of lists."""
_OF_KEYS = ("tenant", "quota", "telling", "about_key")
"""What stands before a script of keys on terms."""
_OF_LISTS = ("tenant", "quota", "telling", "journal", "numbers", *_LISTS)
"""What stands before a script of lists."""


def _texts(*names: str) -> str:
    return "".join((files(__package__) / f"{name}.lua").read_text() for name in names)


def _function(name: str) -> str:
    return f"local function {name}(ARGV)\n{_texts(name)}end\n"


_RARE = {
    "quota_reached": _texts("quota"),
    "push_carefully": _texts(*_LISTS) + _function("push_carefully"),
    "pop_carefully": _texts("quota", *_LISTS) + _function("pop_carefully"),
}
"""Functions with what stands before them, which costs more to make than a plain call."""


def _load(
    name: str,
    *,
    before: Sequence[str] = ("tenant",),
    calls: Sequence[str] = (),
    rarely: Sequence[str] = (),
) -> Script:
    """Read a script with what stands before it.

    It may call other scripts, each with an ARGV of its own, and `rarely` some functions that
    are made only then.
    """
    text = _texts(*before)
    for rare in rarely:
        text += f"local function {rare}(...)\n{_RARE[rare]}return {rare}(...)\nend\n"
    text += "".join(map(_function, calls)) + _texts(name)
    if before:
        text = with_names(text)
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


SET_WITHIN_QUOTA = _load("set_within_quota", before=("tenant", "telling"), rarely=["quota_reached"])
INCR_WITHIN_QUOTA = _load(
    "incr_within_quota", before=("tenant", "telling"), rarely=["quota_reached"]
)
DELETE_KEY = _load("delete_key", before=("tenant", "telling"))
SET_ON_TERMS = _load("set_on_terms", before=_OF_KEYS)
DELETE_ON_TERMS = _load("delete_on_terms", before=_OF_KEYS, calls=["delete_key"])
CHANGE_TTL = _load("change_ttl", before=_OF_KEYS)
INCR_WITHIN_BOUNDS = _load("incr_within_bounds", before=_OF_KEYS, calls=["incr_within_quota"])
DELETE_LIST = _load("delete_list")
FORGET_PUSHES = _load("forget_pushes")
DIGEST_PUSHES = _load("digest_pushes")
BEGIN_PUBLIC_ID = _load("begin_public_id", before=("tenant", "quota"))
END_PUBLIC_ID = _load("end_public_id")
PUSH_WITHIN_BOUNDS = _load(
    "push_within_bounds",
    before=("tenant", "telling", "journal", "numbers"),
    rarely=["quota_reached", "push_carefully"],
)
POP_OLDEST = _load("pop_oldest", before=("tenant", "journal", "numbers"), rarely=["pop_carefully"])
POP_UP_TO = _load("pop_up_to", before=_OF_LISTS)
LEASE_ITEMS = _load("lease_items", before=_OF_LISTS)
CHANGE_LEASES = _load("change_leases", before=_OF_LISTS)
SET_POLICY = _load("set_policy", before=_OF_LISTS)
LOOK_AT_ITEMS = _load("look_at_items", before=_OF_LISTS)
FIND_ITEM = _load("find_item", before=_OF_LISTS)
DELETE_ITEM = _load("delete_item", before=_OF_LISTS)
SUM_LIST = _load("sum_list", before=_OF_LISTS)
MOVE_ITEMS = _load("move_items", before=_OF_LISTS)
PUT_ITEMS_WITHIN_BOUNDS = _load("put_items_within_bounds", before=_OF_LISTS)
PURGE_ITEMS = _load("purge_items", before=_OF_LISTS)
PUBLISH_WITHIN_BOUNDS = _load("publish_within_bounds", before=("tenant", "quota", "trim_topic"))
PUT_MESSAGES_WITHIN_BOUNDS = _load(
    "put_messages_within_bounds", before=("tenant", "quota", "trim_topic")
)
READ_TOPIC = _load("read_topic", before=("tenant", "quota"))
DELETE_TOPIC = _load("delete_topic")
READ_VALUES = _load("read_values")
RUN_BATCH = _load(
    "run_batch",
    before=(*_OF_LISTS, "about_key", "trim_topic", "take_back"),
    calls=[
        "set_within_quota", "incr_within_quota", "delete_key",
        "set_on_terms", "incr_within_bounds", "delete_on_terms",
        "push_carefully", "push_within_bounds", "pop_carefully", "pop_oldest",
        "publish_within_bounds",
    ],
)  # fmt: skip
WATCH = _load("watch", before=("tenant", "quota"))
LIST_NAMES = _load("list_names", before=("tenant", "quota"))
READ_ROWS = _load("read_rows")
COUNT_NAMES = _load("count_names", before=("tenant", "quota"))
DELETE_KEYS = _load("delete_keys", before=("tenant", "telling"), calls=["delete_key"])
PUT_KEYS_WITHIN_QUOTA = _load("put_keys_within_quota", before=_OF_KEYS)
READ_ROUTE = _load("read_route")
CREATE_USER_ONCE = _load("create_user_once", before=())
FREE_NAME = _load("free_name", before=())
DELETE_LISTED = _load("delete_listed", before=())
CHANGE_USER = _load("change_user", before=())
RAISE_LAYOUT = _load("raise_layout", before=())
PACK_NUMBERS = _load("pack_numbers", before=("tenant", "numbers"))
COPY_TENANT = _load("copy_tenant", before=_OF_LISTS)
COPY_ITEMS = _load("copy_items", before=_OF_LISTS)
