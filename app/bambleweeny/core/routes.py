"""Routes: public ids that show a key, with other keys of its owner nested in it."""

import re

from bambleweeny.core.keys import check_key_name
from bambleweeny.core.published import PublicIds, Published
from bambleweeny.core.tokens import Caller
from bambleweeny.errors import InvalidRequest, NotFound, Unauthorized
from bambleweeny.names import is_media_type
from bambleweeny.store import Store
from bambleweeny.store.scripts import READ_ROUTE

_NESTED = re.compile(rb"!@\[([A-Za-z0-9_:.\-]*)\]")
_LARGEST_EXPANSION = 16 << 20


class Routes(PublicIds):
    """The routes of all tenants."""

    def __init__(self, store: Store) -> None:
        schema = store.schema
        super().__init__(store, schema.route, lambda owner: schema.tenant(owner).routes)

    def create(self, caller: Caller, target: str, content_type: str = "") -> Published:
        """Make a key public under a content type; the key need not exist yet."""
        check_key_name(target)
        if not is_media_type(content_type):
            raise InvalidRequest(
                "The content type is invalid.", hint="Write it as text/plain or image/png."
            )
        return super().create(caller, target, content_type)

    def read(self, public_id: str) -> tuple[bytes, str, bool]:
        """Give the value that a route shows, its content type, and whether
        keys were nested in it.

        `!@[name]` in text becomes that key of the owner, one level deep; a
        missing one becomes nothing. Bytes that are not UTF-8 stay as they are.
        One atomic round trip once `find` knows the id; O(length of the value).
        """
        route = self.find(public_id)
        tenant = self._store.schema.tenant(route.owner)
        try:
            value, *nested = self._store.read_with(
                READ_ROUTE,
                (*tenant.indexes, tenant.key(route.target)),
                "", route.id, tenant.key(""), _LARGEST_EXPANSION,
            )  # fmt: skip
        except Unauthorized as ex:
            raise NotFound() from ex
        if not nested or not _is_text(value):
            return value, route.content_type, False
        values = dict(zip(nested[::2], nested[1::2], strict=True))
        parsed = _NESTED.sub(lambda match: values.get(match[1]) or b"", value)
        return parsed, route.content_type, True


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
