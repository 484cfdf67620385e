"""Routes: public ids that show a key, with other keys of its owner nested in it."""

import re

from bambleweeny.core.authorized import run_read_as
from bambleweeny.core.keys import check_key_name
from bambleweeny.core.published import PublicIds, Published
from bambleweeny.core.tokens import Caller
from bambleweeny.errors import ExpansionTooLarge, InvalidRequest, NotFound, Unauthorized
from bambleweeny.names import is_media_type, is_utf8
from bambleweeny.store import Store
from bambleweeny.store.scripts import READ_ROUTE

_NESTED = re.compile(rb"!@\[([A-Za-z0-9_:.\-]*)\]")
_MOST_NESTED_BYTES = 2 << 20
_MOST_NESTED_NAMES = 100


class Routes(PublicIds):
    """The routes of all tenants."""

    def __init__(self, store: Store) -> None:
        schema = store.schema
        super().__init__(store, schema.route, "routes")

    def create(self, caller: Caller, key: str, content_type: str) -> Published:
        """Make a key public under a content type; the key need not exist yet."""
        check_key_name(key)
        if not is_media_type(content_type):
            raise InvalidRequest(
                "The content type is invalid.", hint="Write it as text/plain or image/png."
            )
        return self._publish(caller, key, content_type)

    def read(self, public_id: str) -> tuple[bytes, str, bool]:
        """Give the value that a route shows, its content type, and whether
        keys were nested in it.

        `!@[name]` in text becomes that key of the owner, one level deep; a
        missing one becomes nothing. Up to 100 names can be nested and add up to
        2 MB; past that it is ExpansionTooLarge. Bytes that are not UTF-8 stay
        as they are. One atomic round trip once `find` knows the id; O(length of
        the value).
        """
        route = self.find(public_id)
        value, *nested = self._read(route)
        if not nested or not is_utf8(value):
            return value, route.content_type, False
        if nested == [None]:
            raise ExpansionTooLarge()
        values = dict(zip(nested[::2], nested[1::2], strict=True))
        parsed = _NESTED.sub(lambda match: values.get(match[1]) or b"", value)
        return parsed, route.content_type, True

    def _read(self, route: Published) -> list[bytes]:
        owner = Caller(route.owner, "", "")
        try:
            found: list[bytes] = run_read_as(
                self._store, owner, READ_ROUTE,
                route.id, route.target, _MOST_NESTED_BYTES, _MOST_NESTED_NAMES,
            )  # fmt: skip
        except Unauthorized as ex:
            raise NotFound() from ex
        return found
