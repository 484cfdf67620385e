"""Routes: public ids that show a key, with other keys of the same owner nested in it."""

from collections.abc import Set
from typing import Any

from bambleweeny.core.auth.tenant_session import run_read_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.keys.keys import check_key_name
from bambleweeny.core.public.nesting import MOST_NESTED_BYTES, nested_text
from bambleweeny.core.public.public_ids import PublicId, PublicIds
from bambleweeny.errors import Busy, ExpansionTooLarge, InvalidRequest, NotFound, Unauthorized
from bambleweeny.names import is_media_type
from bambleweeny.store import Store
from bambleweeny.store.scripts import READ_ROUTE

_MOST_READS = 5
_MOST_REMEMBERED = 10_000
_LARGE = 64 << 10

_NOTHING: frozenset[bytes] = frozenset()


class Routes(PublicIds):
    """The routes of all tenants."""

    def __init__(self, store: Store) -> None:
        schema = store.schema
        super().__init__(store, schema.route, "routes")
        self._seen = _Seen()

    def create(self, caller: Caller, key: str, content_type: str) -> PublicId:
        """Make a key public with a content type; the key may not exist yet."""
        check_key_name(key)
        if not is_media_type(content_type):
            raise InvalidRequest(
                "The content type is invalid.", hint="Write it as text/plain or image/png."
            )
        return self._publish(caller, key, content_type)

    def size_of(self, public_id: str) -> int:
        """Return the length of a route's value when this process last read it, or 0 if unknown."""
        return self._seen.sizes.get(public_id, 0)

    def read(self, public_id: str) -> tuple[bytes, str, bool]:
        """Return the value that a route shows, its content type, and whether it has nested keys.

        `!@[name]` in text becomes the value of that key of the owner, one level deep; a missing key
        becomes empty. Bytes that are not UTF-8 stay unchanged. Raises ExpansionTooLarge beyond the
        bounds of `nested_text`, and if the nested values have over 2 MB together. All values are
        read atomically. O(length of the value); one round trip once this process knows the id and
        the nested names, and one more if the names have changed.
        """
        route = self.find(public_id)
        names = known = self._seen.names_of(public_id)
        for _ in range(_MOST_READS):
            value, nested = self._read_with(route, names) if names else (self._read(route), {})
            if len(value) >= _LARGE or public_id in self._seen.sizes:
                self._seen.note_size(public_id, len(value))
            text = nested_text(value)
            wanted = text.names if text else _NOTHING
            if text is None or (nested is not None and wanted <= names):
                if wanted != known:
                    self._seen.note_names(public_id, wanted)
                shown = value if text is None else text.filled(nested or {})
                return shown, route.content_type, text is not None
            if wanted == names:
                raise ExpansionTooLarge()
            names = wanted
        raise Busy()

    def _read(self, route: PublicId) -> bytes:
        tenant = self._store.schema.tenant(route.owner)
        version, score, value = self._store.read(
            ("HGET", tenant.user, "version"),
            ("ZSCORE", tenant.routes, route.id),
            ("GET", tenant.key(route.target)),
        )
        if version is None or score is None or value is None:
            raise NotFound()
        return bytes(value)

    def _read_with(
        self, route: PublicId, names: Set[bytes]
    ) -> tuple[bytes, dict[bytes, bytes] | None]:
        """Read the value and those of other keys, or None for the latter if they are too large."""
        owner, asked = Caller(route.owner, "", ""), list(names)
        try:
            found: list[Any] = run_read_as(
                self._store, owner, READ_ROUTE, route.id, route.target, MOST_NESTED_BYTES, *asked
            )
        except Unauthorized as ex:
            raise NotFound() from ex
        if not found:
            return self._read(route), None
        if len(found) == 1:
            return found[0], None
        return found[0], {
            name: value for name, value in zip(asked, found[1:], strict=True) if value is not None
        }


class _Seen:
    """A cache of the nested names and large sizes that this process read last."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self._names: dict[str, Set[bytes]] = {}
        self._count = 0

    def names_of(self, public_id: str) -> Set[bytes]:
        """Return the cached nested names of a route; empty if it is unknown."""
        return self._names.get(public_id, _NOTHING)

    def note_names(self, public_id: str, names: Set[bytes]) -> None:
        """Replace the cached names of a route."""
        if self._count > _MOST_REMEMBERED:
            self._names, self._count = {}, 0
        # NOTE: the bound is not exact if two threads count at the same time.
        self._count += len(names) - len(self._names.pop(public_id, ()))
        if names:
            self._names[public_id] = names

    def note_size(self, public_id: str, size: int) -> None:
        """Cache the size of a value if it is large."""
        if size < _LARGE:
            self.sizes.pop(public_id, None)
            return
        if len(self.sizes) > _MOST_REMEMBERED:
            self.sizes = {}
        self.sizes[public_id] = size
