"""The Lua scripts: each is named for what it guarantees."""

from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files


@dataclass(frozen=True)
class Script:
    """A script's text and the digest by which an engine knows it."""

    text: str
    sha: str


def _load(name: str, *, tenant: bool = True) -> Script:
    here = files(__package__)
    text = (here / f"{name}.lua").read_text()
    if tenant:
        text = (here / "tenant.lua").read_text() + text
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


SET_WITHIN_QUOTA = _load("set_within_quota")
INCR_WITHIN_QUOTA = _load("incr_within_quota")
DELETE_WITH_INDEX = _load("delete_with_index")
PUSH_WITHIN_BOUNDS = _load("push_within_bounds")
POP_OLDEST = _load("pop_oldest")
PUBLISH_WITHIN_QUOTA = _load("publish_within_quota")
READ_ROUTE = _load("read_route")
CREATE_USER_ONCE = _load("create_user_once", tenant=False)
FREE_NAME = _load("free_name", tenant=False)
CHANGE_USER = _load("change_user", tenant=False)
RAISE_LAYOUT = _load("raise_layout", tenant=False)
COPY_TENANT = _load("copy_tenant")
COPY_KEYS = _load("copy_keys")
COPY_ITEMS = _load("copy_items")
