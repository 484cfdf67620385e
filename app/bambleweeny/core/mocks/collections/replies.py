"""What a call to a collection asks for, and its answers.

A call has two steps. `Resource.prefixes` says which keys are to be read; with them `listed` and
`shown` make the answer of a read. Of a write, `objects` makes the new text, the engine stores
it, and `created` or `changed` makes the answer.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Raw, json

from bambleweeny.core.mocks.answers import Rendered
from bambleweeny.core.mocks.calls import Call, Values
from bambleweeny.core.mocks.collections.fields import Work
from bambleweeny.core.mocks.collections.filters import (
    merged_lists,
    read_object,
    sort_key,
    sorts_of,
    tests_of,
)
from bambleweeny.core.mocks.collections.naming import fields_to
from bambleweeny.core.mocks.collections.objects import Ids, Item, id_json, items_of
from bambleweeny.core.mocks.collections.paging import Page, link_header, page_of
from bambleweeny.core.mocks.collections.relations import Relation, relations_of, with_relations
from bambleweeny.core.mocks.limits import FIELDS, OBJECTS
from bambleweeny.core.mocks.refusals import refusal
from bambleweeny.errors import BambleweenyError, MethodNotAllowed

Kind = Literal["list", "object", "singleton"]
Verb = Literal["list", "show", "create", "replace", "patch", "delete", "options"]
Found = Mapping[str, Sequence[tuple[str, bytes]]]
"""What the engine has read: for each prefix the rest of each key's name, and its value."""

_VERBS: dict[Kind, dict[str, Verb]] = {
    "list": {"GET": "list", "HEAD": "list", "POST": "create"},
    "object": {
        "GET": "show", "HEAD": "show", "PUT": "replace", "PATCH": "patch", "DELETE": "delete",
    },
    "singleton": {
        "GET": "show", "HEAD": "show", "POST": "replace", "PUT": "replace", "PATCH": "patch",
    },
}  # fmt: skip
_JSON = ("Content-Type", "application/json; charset=utf-8")


class Collection(NamedTuple):
    """A collection of a route: its name, the prefix of its keys, and its bounds."""

    name: str
    prefix: str
    ids: Ids = "int"
    most: int = OBJECTS
    seed: str = ""


class Resource(NamedTuple):
    """What a call is for: a list, one object of it, or a list within an object."""

    collection: Collection
    kind: Kind = "list"
    id: str = ""
    parent: Collection | None = None
    others: Mapping[str, Collection] = {}
    """All collections of the route by name."""

    def verb(self, method: str) -> Verb:
        """Return what a method asks for; one that it does not take is MethodNotAllowed."""
        if method == "OPTIONS":
            return "options"
        found = _VERBS[self.kind].get(method)
        if found is None:
            error = MethodNotAllowed(hint=f"It takes {self.allowed}.")
            error.allow = self.allowed
            raise error
        return found

    @property
    def allowed(self) -> str:
        """The header Allow."""
        return ", ".join([*_VERBS[self.kind], "OPTIONS"])

    def relations(self, call: Call) -> list[Relation]:
        """Return what the answer embeds."""
        if not call.query or self.kind == "singleton":
            return []
        return relations_of(_query_of(call), self.collection.name, list(self.others))

    def prefixes(self, call: Call) -> list[str]:
        """Return the prefixes of the keys that a read needs, its own first.

        A read of one object needs only its key of the collection.
        """
        names = [relation.collection for relation in self.relations(call)]
        found = [self.collection.prefix, *(self.others[name].prefix for name in names)]
        return list(dict.fromkeys(found))

    def fields_given(self) -> dict[str, Raw] | None:
        """Return the field of a new object that points to the object in the path."""
        if self.parent is None:
            return None
        return {fields_to(self.parent.name)[0]: Raw(id_json(self.id, self.parent.ids))}


def listed(resource: Resource, call: Call, found: Found, here: str) -> Rendered:
    """Answer a list; `here` is its URL without a query. O(objects) for each filter."""
    collection = resource.collection
    items = items_of(found[collection.prefix], collection.ids)
    query = merged_lists(_query_of(call))
    if not call.query and not resource.parent:
        body = b"[" + b",".join([item.text for item in items]) + b"]"
        return Rendered(200, [_JSON, ("X-Total-Count", str(len(items)))], body, is_repeatable=True)
    if resource.parent:
        field = _pointing(items, fields_to(resource.parent.name))
        items = [item for item in items if _points_to(item, field, resource.id)]
    items = _selected(items, query)
    page = page_of(query, len(items))
    texts = _texts(resource, call, items[page.start : page.stop], found)
    body = b"[" + b",".join(texts) + b"]"
    headers = [_JSON, ("X-Total-Count", str(len(items)))]
    links = link_header(call, here, page)
    if links:
        headers.append(("Link", links))
    if page.is_enveloped:
        body = _enveloped(page, len(items), body)
    return Rendered(200, headers, body, is_repeatable=True)


def shown(resource: Resource, call: Call, value: bytes | None, found: Found) -> Rendered:
    """Answer one object with what it embeds; a missing one is `no_such_object`."""
    if resource.kind == "singleton":
        if value is None:
            raise missing(resource)
        return Rendered(200, [_JSON], value, is_repeatable=True)
    own = [] if value is None else [(resource.id, value)]
    items = items_of(own, resource.collection.ids)
    if not items:
        raise missing(resource)
    text = _texts(resource, call, items, found)[0]
    return Rendered(200, [_JSON], text, is_repeatable=True)


def created(text: bytes, object_id: str, here: str) -> Rendered:
    """Answer a new object with its URL; `here` is that of the list."""
    return made(text, f"{here}/{object_id}")


def made(text: bytes, url: str) -> Rendered:
    """Answer what a POST made, with its URL."""
    return Rendered(201, [_JSON, ("Location", url)], text)


def changed(text: bytes) -> Rendered:
    """Answer an object that was replaced, patched or deleted."""
    return Rendered(200, [_JSON], text)


def options(resource: Resource) -> Rendered:
    """Answer what methods there are."""
    return Rendered(204, [("Allow", resource.allowed)], b"")


def missing(resource: Resource) -> BambleweenyError:
    """Make the error of a missing object."""
    name = resource.collection.name
    what = f"'{name}' has no object '{resource.id[:64]}'." if resource.id else f"No '{name}'."
    return refusal("no_such_object", what)


def taken(object_id: str) -> BambleweenyError:
    """Make the error of a new object whose id there is already."""
    return refusal("id_taken", f"There is an object '{object_id}' already.", "PUT replaces it.")


def _query_of(call: Call) -> Values:
    # NOTE: a query past this bound has no values, and the list would be unfiltered.
    if call.query.count("&") >= FIELDS:
        raise refusal(
            "too_many_filters", "The query has too many fields.", f"It has up to {FIELDS}."
        )
    return call.query_values


def _selected(items: list[Item], query: Mapping[str, list[str]]) -> list[Item]:
    if not query:
        return items
    sorts = sorts_of(query)
    objects = [read_object(item.text) for item in items]
    work = Work()
    tests = tests_of(query, objects, work)
    places = [p for p, element in enumerate(objects) if all(test(element) for test in tests)]
    for sort in reversed(sorts):
        key = sort_key(sort, work)
        places.sort(key=lambda p: key(objects[p]), reverse=sort.descending)
    return [items[place] for place in places]


def _texts(resource: Resource, call: Call, items: list[Item], found: Found) -> list[bytes]:
    relations = resource.relations(call)
    if not relations:
        return [item.text for item in items]
    collections = {relation.collection for relation in relations}
    others = {name: resource.others[name] for name in collections}
    known = {n: items_of(found[other.prefix], other.ids) for n, other in others.items()}
    return with_relations(items, relations, known)


def _pointing(items: list[Item], names: list[str]) -> str:
    objects = [read_object(item.text) for item in items]
    return next((n for n in names if any(n in element for element in objects)), names[0])


def _points_to(item: Item, field: str, object_id: str) -> bool:
    target = read_object(item.text).get(field)
    return target is not None and str(target) == object_id


def _enveloped(page: Page, total: int, data: bytes) -> bytes:
    links = {"first": 1, "prev": None, "next": None, "last": page.pages, **page.links}
    fields = {**links, "pages": page.pages, "items": total, "data": Raw(data)}
    return json.encode(fields)
