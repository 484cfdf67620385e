"""Routes: public ids that show a key, with other keys of the same owner nested in it."""

from collections.abc import Set
from typing import Any

from bambleweeny.core.auth.caller import Caller, check_name
from bambleweeny.core.auth.nested_keys import check_nested
from bambleweeny.core.auth.tenant_session import read_as, run_read_as
from bambleweeny.core.keys.keys import check_key_name
from bambleweeny.core.nesting import MOST_NESTED_BYTES, nested_text
from bambleweeny.core.public.public_ids import PublicId, PublicIds
from bambleweeny.errors import Busy, ExpansionTooLarge, InvalidRequest, NotFound, Unauthorized
from bambleweeny.names import is_media_type
from bambleweeny.store import Store
from bambleweeny.store.scripts import READ_ROUTE

_MOST_READS = 5
_MOST_REMEMBERED = 10_000
_LARGE = 64 << 10

_NOTHING: frozenset[bytes] = frozenset()


class HasDocument(Exception):
    """The route has a document, which decides what it answers."""


class Routes(PublicIds):
    """The routes of all tenants."""

    def __init__(self, store: Store) -> None:
        schema = store.schema
        super().__init__(store, schema.route, "routes")
        self._seen = _Seen()
        self._checked: dict[str, bytes] = {}

    def create(self, caller: Caller, key: str, content_type: str) -> PublicId:
        """Make a key public with a content type; the key may not exist yet.

        A named token needs `read` on the key, and on the keys that are nested in it now: its
        value costs one round trip more.
        """
        check_key_name(key)
        if not is_media_type(content_type):
            raise InvalidRequest(
                "The content type is invalid.", hint="Write it as text/plain or image/png."
            )
        self.check_scopes(caller, key)
        return self._publish(caller, key, content_type)

    def check_scopes(self, caller: Caller, key: str) -> None:
        """Raise InsufficientScope unless a caller may make a key public.

        No cost without scopes.
        """
        if caller.scopes is None:
            return
        check_name(caller, "keys", "read", key)
        value_name = self._store.schema.tenant(caller.id).key(key)
        [value] = read_as(self._store, caller, ("GET", value_name))
        check_nested(caller, value or b"")

    def size_of(self, public_id: str) -> int:
        """Return the length of a route's value when this process last read it, or 0 if unknown."""
        return self._seen.sizes.get(public_id, 0)

    def note_size(self, public_id: str, size: int) -> None:
        """Remember the length of an answer, for `size_of`."""
        if size >= _LARGE or public_id in self._seen.sizes:
            self._seen.note_size(public_id, size)

    def read(self, public_id: str) -> tuple[bytes, str, bool]:
        """Return the value that a route shows, its content type, and whether it has nested keys.

        `!@[name]` in text becomes the value of that key of the owner, one level deep; a missing key
        becomes empty. Bytes that are not UTF-8 stay unchanged. Raises ExpansionTooLarge beyond the
        bounds of `nested_text`, and if the nested values have over 2 MB together. All values are
        read atomically. O(length of the value); one round trip once this process knows the id and
        the nested names, and one more if the names have changed. Raises HasDocument if the route
        has a document.
        """
        route = self.find(public_id)
        if route.has_document:
            raise HasDocument()
        return self.show(route)

    def show(self, route: PublicId, revision: bytes = b"") -> tuple[bytes, str, bool]:
        """Return what `read` does, of a plain route or of one whose document has no rules.

        In the latter case `revision` is that of the document, and `route` has its key and content
        type. Raises HasDocument if the route has another document than that.
        """
        public_id = route.id
        names = known = self._seen.names_of(public_id)
        for _ in range(_MOST_READS):
            if names:
                value, nested = self._read_with(route, revision, names)
            else:
                value, nested = self._read(route, revision), {}
            self.note_size(public_id, len(value))
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

    def _read(self, route: PublicId, revision: bytes) -> bytes:
        if revision:
            return self._read_documented(route, revision)
        tenant = self._store.schema.tenant(route.owner)
        [version, documents], score, value = self._store.read(
            ("HMGET", tenant.user, "version", "documents"),
            ("ZSCORE", tenant.routes, route.id),
            ("GET", tenant.key(route.target)),
        )
        if version is None or score is None:
            raise NotFound()
        if documents is not None and self._checked.get(route.id) != documents:
            self._refuse_document(route, documents)
        if value is None:
            raise NotFound()
        return bytes(value)

    def _read_documented(self, route: PublicId, revision: bytes) -> bytes:
        tenant = self._store.schema.tenant(route.owner)
        version, found, value = self._store.read(
            ("HGET", tenant.user, "version"),
            ("HGET", tenant.document(route.id), "revision"),
            ("GET", tenant.key(route.target)),
        )
        if version is None or found is None:
            raise NotFound()
        if found != revision:
            raise HasDocument()
        if value is None:
            raise NotFound()
        return bytes(value)

    def _refuse_document(self, route: PublicId, documents: bytes) -> None:
        """Raise HasDocument if this plain route has got a document.

        `documents` counts the plain routes of the user that have got one, so that the others need
        no further check until it changes.
        """
        name = self._store.schema.tenant(route.owner).document(route.id)
        if self._store.read(("EXISTS", name)) == [1]:
            if not route.as_owner.is_in_sandbox:
                # NOTE: a reset of a sandbox may take the document away.
                self._known[route.id] = route._replace(has_document=True)
            raise HasDocument()
        if len(self._checked) > _MOST_REMEMBERED:
            self._checked.clear()
        self._checked[route.id] = documents

    def _read_with(
        self, route: PublicId, revision: bytes, names: Set[bytes]
    ) -> tuple[bytes, dict[bytes, bytes] | None]:
        """Read the value and those of other keys, or None for the latter if they are too large."""
        owner, asked = Caller(route.owner, "", ""), list(names)
        try:
            found: list[Any] = run_read_as(
                self._store, owner, READ_ROUTE, route.id, route.target, revision,
                MOST_NESTED_BYTES, *asked,
            )  # fmt: skip
        except Unauthorized as ex:
            raise NotFound() from ex
        if not found:
            return self._read(route, revision), None
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
