"""The Lua scripts: each is named for what it guarantees."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files

from bambleweeny.store.schema import names_for


@dataclass(frozen=True)
class Script:
    """A script's text and the digest by which an engine knows it."""

    text: str
    sha: str


_LISTS = ("items", "ready_items", "held_items", "due_items", "found_items", "list")
"""What a script has to know of lists."""
_OF_LISTS = ("tenant", "journal", *_LISTS)
"""What stands before a script of lists."""


def _load(
    name: str,
    *,
    before: Sequence[str] = ("tenant",),
    calls: Sequence[str] = (),
    rarely: str | None = None,
) -> Script:
    """Read a script with what stands before it.

    It may call other scripts, each with an ARGV of its own. What it calls `rarely` is one of
    lists; what stands before that is made only then, since it costs more than a plain call.
    """
    parts = [_text(part) for part in before]
    parts += [_function(call, _text(call)) for call in calls]
    text = "".join(parts) + _text(name)
    inner = ""
    if rarely:
        inner = "".join(_text(part) for part in (*_LISTS, rarely))
        inner = _function(rarely, names_for(inner) + inner)
    if before:
        text = names_for(text) + "".join(parts) + inner + _text(name)
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def _function(name: str, text: str) -> str:
    return f"local function {name}(ARGV)\n{text}end\n"


def _text(name: str) -> str:
    return (files(__package__) / f"{name}.lua").read_text()


SET_WITHIN_QUOTA = _load("set_within_quota")
INCR_WITHIN_QUOTA = _load("incr_within_quota")
DELETE_KEY = _load("delete_key")
SET_ON_TERMS = _load("set_on_terms", before=("tenant", "about_key"))
DELETE_ON_TERMS = _load("delete_on_terms", before=("tenant", "about_key"), calls=["delete_key"])
CHANGE_TTL = _load("change_ttl", before=("tenant", "about_key"))
INCR_WITHIN_BOUNDS = _load(
    "incr_within_bounds", before=("tenant", "about_key"), calls=["incr_within_quota"]
)
DELETE_LIST = _load("delete_list")
END_PUBLIC_ID = _load("end_public_id")
PUSH_WITHIN_BOUNDS = _load(
    "push_within_bounds", before=("tenant", "journal"), rarely="push_carefully"
)
POP_OLDEST = _load("pop_oldest", before=("tenant", "journal"), rarely="pop_carefully")
POP_UP_TO = _load("pop_up_to", before=_OF_LISTS)
LEASE_ITEMS = _load("lease_items", before=_OF_LISTS)
CHANGE_LEASES = _load("change_leases", before=_OF_LISTS)
SET_POLICY = _load("set_policy", before=_OF_LISTS)
LOOK_AT_ITEMS = _load("look_at_items", before=_OF_LISTS)
FIND_ITEM = _load("find_item", before=_OF_LISTS)
DELETE_ITEM = _load("delete_item", before=_OF_LISTS)
SUM_LIST = _load("sum_list", before=_OF_LISTS)
MOVE_ITEMS = _load("move_items", before=_OF_LISTS)
PURGE_ITEMS = _load("purge_items", before=_OF_LISTS)
PUBLISH_WITHIN_BOUNDS = _load("publish_within_bounds", before=("tenant", "trim_topic"))
READ_TOPIC = _load("read_topic")
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
WATCH = _load("watch")
LIST_NAMES = _load("list_names")
READ_ROWS = _load("read_rows")
COUNT_NAMES = _load("count_names")
DELETE_KEYS = _load("delete_keys", calls=["delete_key"])
PUT_KEYS_WITHIN_QUOTA = _load("put_keys_within_quota")
PUBLISH_WITHIN_QUOTA = _load("publish_within_quota")
READ_ROUTE = _load("read_route")
CREATE_USER_ONCE = _load("create_user_once", before=())
FREE_NAME = _load("free_name", before=())
DELETE_LISTED = _load("delete_listed", before=())
CHANGE_USER = _load("change_user", before=())
RAISE_LAYOUT = _load("raise_layout", before=())
COPY_TENANT = _load("copy_tenant", before=_OF_LISTS)
COPY_KEYS = _load("copy_keys")
COPY_ITEMS = _load("copy_items", before=_OF_LISTS)
