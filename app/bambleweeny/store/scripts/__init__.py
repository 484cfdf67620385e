"""The Lua scripts; each is named for what it guarantees."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files

from bambleweeny.store.schema import with_names


@dataclass(frozen=True)
class Script:
    """A script's text, and the digest that identifies it in the engine."""

    text: str
    sha: str


_LISTS = (
    "lib/items",
    "lib/ready_items",
    "lib/held_items",
    "lib/due_items",
    "lib/found_items",
    "lib/list",
)
"""The libraries that scripts of lists need."""
_OF_KEYS = ("lib/tenant", "lib/quota", "lib/notify", "lib/key_metadata")
"""The includes of scripts that change keys with conditions."""
_OF_LISTS = ("lib/tenant", "lib/quota", "lib/notify", "lib/journal", "lib/list_counters", *_LISTS)
"""The includes of scripts of lists."""


def _texts(*names: str) -> str:
    return "".join((files(__package__) / f"{name}.lua").read_text() for name in names)


def _function(name: str) -> str:
    return f"local function {name.rpartition('/')[2]}(ARGV)\n{_texts(name)}end\n"


_RARE = {
    "quota_reached": _texts("lib/quota"),
    "push_carefully": _texts(*_LISTS) + _function("lists/push_carefully"),
    "pop_carefully": _texts("lib/quota", *_LISTS) + _function("lists/pop_carefully"),
}
"""Lazy functions with their includes; to make them costs more than a plain call."""


def _load(
    name: str,
    *,
    before: Sequence[str] = ("lib/tenant",),
    calls: Sequence[str] = (),
    rarely: Sequence[str] = (),
) -> Script:
    """Read a script with its includes.

    It can call other scripts, each with an ARGV of its own, and functions in `rarely`, which
    are made only when they are called.
    """
    text = _texts(*before)
    for rare in rarely:
        text += f"local function {rare}(...)\n{_RARE[rare]}return {rare}(...)\nend\n"
    text += "".join(map(_function, calls)) + _texts(name)
    if before:
        text = with_names(text)
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


SET_WITHIN_QUOTA = _load(
    "keys/set_within_quota", before=("lib/tenant", "lib/notify"), rarely=["quota_reached"]
)
INCR_WITHIN_QUOTA = _load(
    "keys/incr_within_quota", before=("lib/tenant", "lib/notify"), rarely=["quota_reached"]
)
DELETE_KEY = _load("keys/delete_key", before=("lib/tenant", "lib/notify"))
SET_ON_TERMS = _load("keys/set_on_terms", before=_OF_KEYS)
DELETE_ON_TERMS = _load("keys/delete_on_terms", before=_OF_KEYS, calls=["keys/delete_key"])
CHANGE_TTL = _load("keys/change_ttl", before=_OF_KEYS)
INCR_WITHIN_BOUNDS = _load(
    "keys/incr_within_bounds", before=_OF_KEYS, calls=["keys/incr_within_quota"]
)
DELETE_LIST = _load("lists/delete_list")
FORGET_PUSHES = _load("lists/forget_pushes")
DIGEST_PUSHES = _load("lists/digest_pushes")
BEGIN_PUBLIC_ID = _load("public/begin_public_id", before=("lib/tenant", "lib/quota"))
END_PUBLIC_ID = _load("public/end_public_id")
PUSH_WITHIN_BOUNDS = _load(
    "lists/push_within_bounds",
    before=("lib/tenant", "lib/notify", "lib/journal", "lib/list_counters"),
    rarely=["quota_reached", "push_carefully"],
)
POP_OLDEST = _load(
    "lists/pop_oldest",
    before=("lib/tenant", "lib/journal", "lib/list_counters"),
    rarely=["pop_carefully"],
)
POP_UP_TO = _load("lists/pop_up_to", before=_OF_LISTS)
LEASE_ITEMS = _load("lists/lease_items", before=_OF_LISTS)
CHANGE_LEASES = _load("lists/change_leases", before=_OF_LISTS)
SET_POLICY = _load("lists/set_policy", before=_OF_LISTS)
LOOK_AT_ITEMS = _load("lists/look_at_items", before=_OF_LISTS)
FIND_ITEM = _load("lists/find_item", before=_OF_LISTS)
DELETE_ITEM = _load("lists/delete_item", before=_OF_LISTS)
SUM_LIST = _load("lists/sum_list", before=_OF_LISTS)
MOVE_ITEMS = _load("lists/move_items", before=_OF_LISTS)
PUT_ITEMS_WITHIN_BOUNDS = _load("lists/put_items_within_bounds", before=_OF_LISTS)
PURGE_ITEMS = _load("lists/purge_items", before=_OF_LISTS)
PUBLISH_WITHIN_BOUNDS = _load(
    "topics/publish_within_bounds", before=("lib/tenant", "lib/quota", "lib/trim_topic")
)
PUT_MESSAGES_WITHIN_BOUNDS = _load(
    "topics/put_messages_within_bounds", before=("lib/tenant", "lib/quota", "lib/trim_topic")
)
READ_TOPIC = _load("topics/read_topic", before=("lib/tenant", "lib/quota"))
DELETE_TOPIC = _load("topics/delete_topic")
READ_VALUES = _load("keys/read_values")
RUN_BATCH = _load(
    "batch/run_batch",
    before=(*_OF_LISTS, "lib/key_metadata", "lib/trim_topic", "batch/rollback"),
    calls=[
        "keys/set_within_quota", "keys/incr_within_quota", "keys/delete_key",
        "keys/set_on_terms", "keys/incr_within_bounds", "keys/delete_on_terms",
        "lists/push_carefully", "lists/push_within_bounds", "lists/pop_carefully",
        "lists/pop_oldest", "topics/publish_within_bounds",
    ],
)  # fmt: skip
WATCH = _load("tenants/watch", before=("lib/tenant", "lib/quota"))
LIST_NAMES = _load("listing/list_names", before=("lib/tenant", "lib/quota"))
READ_ROWS = _load("listing/read_rows")
COUNT_NAMES = _load("listing/count_names", before=("lib/tenant", "lib/quota"))
DELETE_KEYS = _load(
    "keys/delete_keys", before=("lib/tenant", "lib/notify"), calls=["keys/delete_key"]
)
PUT_KEYS_WITHIN_QUOTA = _load("keys/put_keys_within_quota", before=_OF_KEYS)
READ_ROUTE = _load("public/read_route")
CREATE_USER_ONCE = _load("tenants/create_user_once", before=())
FREE_NAME = _load("tenants/free_name", before=())
DELETE_LISTED = _load("tenants/delete_listed", before=())
CHANGE_USER = _load("tenants/change_user", before=())
RAISE_LAYOUT = _load("tenants/raise_layout", before=())
PACK_NUMBERS = _load("lists/pack_numbers", before=("lib/tenant", "lib/list_counters"))
COPY_TENANT = _load("tenants/copy_tenant", before=_OF_LISTS)
COPY_ITEMS = _load("tenants/copy_items", before=_OF_LISTS)
