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


def _load(name: str, *, before: Sequence[str] = ("tenant",), calls: Sequence[str] = ()) -> Script:
    """Read a script with what stands before it.

    It may call other scripts, each with an ARGV of its own.
    """
    parts = [_text(part) for part in before]
    parts += [f"local function {call}(ARGV)\n{_text(call)}end\n" for call in calls]
    text = "".join(parts) + _text(name)
    if before:
        text = names_for(text) + text
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def _text(name: str) -> str:
    return (files(__package__) / f"{name}.lua").read_text()


SET_WITHIN_QUOTA = _load("set_within_quota")
INCR_WITHIN_QUOTA = _load("incr_within_quota")
DELETE_KEY = _load("delete_key")
DELETE_LIST = _load("delete_list")
END_PUBLIC_ID = _load("end_public_id")
PUSH_WITHIN_BOUNDS = _load("push_within_bounds")
POP_OLDEST = _load("pop_oldest")
READ_VALUES = _load("read_values")
RUN_BATCH = _load(
    "run_batch",
    before=("tenant", "take_back"),
    calls=[
        "set_within_quota", "incr_within_quota", "delete_key",
        "push_within_bounds", "pop_oldest",
    ],
)  # fmt: skip
WATCH = _load("watch")
LIST_NAMES = _load("list_names")
READ_ROWS = _load("read_rows")
COUNT_NAMES = _load("count_names")
DELETE_KEYS = _load("delete_keys")
PUT_KEYS_WITHIN_QUOTA = _load("put_keys_within_quota")
PUBLISH_WITHIN_QUOTA = _load("publish_within_quota")
READ_ROUTE = _load("read_route")
CREATE_USER_ONCE = _load("create_user_once", before=())
FREE_NAME = _load("free_name", before=())
DELETE_LISTED = _load("delete_listed", before=())
CHANGE_USER = _load("change_user", before=())
RAISE_LAYOUT = _load("raise_layout", before=())
COPY_TENANT = _load("copy_tenant")
COPY_KEYS = _load("copy_keys")
COPY_ITEMS = _load("copy_items")
