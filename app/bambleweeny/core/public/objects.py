"""The objects of a route's collections: JSON values of keys, read and written in the engine."""

from collections.abc import Callable
from hashlib import sha1
from typing import NamedTuple

from bambleweeny.core.mocks.answers import Rendered
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.collections.objects import (
    is_object_id,
    new_object,
    object_of,
    patched,
    replaced,
)
from bambleweeny.core.mocks.collections.replies import (
    Found,
    Resource,
    changed,
    created,
    listed,
    made,
    missing,
    options,
    shown,
    taken,
)
from bambleweeny.core.mocks.limits import COLLECTION_BYTES
from bambleweeny.core.mocks.routes import Route
from bambleweeny.core.public.document_calls import DocumentCalls
from bambleweeny.core.public.journals import KnownRoute
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.errors import Busy, IdTaken
from bambleweeny.store.scripts import CHANGE_OBJECT, CREATE_OBJECT_WITHIN_BOUNDS, READ_OBJECTS

_MOST_TRIES = 20


class ObjectCall(NamedTuple):
    """A call to a collection; `here` is the URL of the route, without a slash at its end."""

    route: PublicId
    known: KnownRoute
    resource: Resource
    call: Call
    here: str


class Objects:
    """Reads and writes objects. A write is atomic; a read of several collections is, too."""

    def __init__(self, engine: DocumentCalls[Route]) -> None:
        self._engine = engine

    def answer(self, asked: ObjectCall) -> Rendered:
        """Answer a call to a collection. O(objects) and one round trip, two for a change."""
        resource, call = asked.resource, asked.call
        verb = resource.verb(call.method)
        if verb == "options":
            return options(resource)
        if verb == "list":
            _, found = self._read(asked, "", resource.prefixes(call))
            return listed(resource, call, found, asked.here + call.path.rstrip("/"))
        if verb == "create":
            return self._create(asked)
        if resource.kind == "object" and not is_object_id(resource.id):
            raise missing(resource)
        if verb == "show":
            prefixes = [
                resource.others[relation.collection].prefix for relation in resource.relations(call)
            ]
            value, found = self._read(asked, _key_of(resource), list(dict.fromkeys(prefixes)))
            return shown(resource, call, value, found)
        if verb == "delete":
            return self._change(asked, lambda known: (known, b""))
        if verb == "patch":
            return self._change(asked, lambda known: (text := patched(known, call), text))
        return self._change(asked, lambda known: (text := replaced(known, call), text))

    def _read(
        self, asked: ObjectCall, name: str, prefixes: list[str]
    ) -> tuple[bytes | None, Found]:
        _, value, *collections = self._engine.read(
            asked.route, asked.known, READ_OBJECTS, COLLECTION_BYTES, name, *prefixes
        )
        pairs = (
            [(i.decode(), v) for i, v in zip(rows[::2], rows[1::2], strict=True)]
            for rows in collections
        )
        return value, dict(zip(prefixes, pairs, strict=True))

    def _create(self, asked: ObjectCall) -> Rendered:
        resource, collection = asked.resource, asked.resource.collection
        new = new_object(asked.call, collection.ids, given=resource.fields_given())
        try:
            _, object_id = self._engine.run(
                asked.route, asked.known, CREATE_OBJECT_WITHIN_BOUNDS, collection.prefix,
                collection.most, COLLECTION_BYTES, new.id or "", new.head, new.tail,
            )  # fmt: skip
        except IdTaken as ex:
            raise taken(new.id or "") from ex
        path = asked.call.path.rstrip("/")
        if resource.parent:
            path = asked.known.compiled.path_of(collection) or path
        new_id = object_id.decode()
        return created(new.text(new_id), new_id, asked.here + path)

    def _change(
        self, asked: ObjectCall, change: Callable[[bytes], tuple[bytes, bytes]]
    ) -> Rendered:
        """Change an object; `change` makes the answer and the new value of the known value."""
        resource = asked.resource
        name = _key_of(resource)
        prefix = resource.collection.prefix if resource.kind == "object" else ""
        for _ in range(_MOST_TRIES):
            value, _ = self._read(asked, name, [])
            # NOTE: this refuses a value that is no object, as a read does.
            current = None if value is None else shown(resource, asked.call, value, {}).body
            if current is None:
                current = self._absent(resource, asked.call)
            answer, text = change(current)
            digest = "" if value is None else sha1(value, usedforsecurity=False).hexdigest()
            [done] = self._engine.run(
                asked.route, asked.known, CHANGE_OBJECT, name, digest, text, prefix,
                COLLECTION_BYTES,
            )  # fmt: skip
            if done:
                here = asked.here + asked.call.path.rstrip("/")
                return made(answer, here) if asked.call.method == "POST" else changed(answer)
        raise Busy()

    def _absent(self, resource: Resource, call: Call) -> bytes:
        """Return what a change starts from if the object does not exist."""
        if resource.kind == "singleton" and call.method in ("POST", "PUT"):
            object_of(call)
            return b"{}"
        raise missing(resource)


def _key_of(resource: Resource) -> str:
    is_object = resource.kind == "object"
    return resource.collection.prefix + (resource.id if is_object else "")
