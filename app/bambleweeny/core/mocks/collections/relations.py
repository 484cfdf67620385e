"""Objects of other collections in an answer: `_embed` their children, `_expand` their parents."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Raw

from bambleweeny.core.mocks.collections.naming import collection_of, fields_to
from bambleweeny.core.mocks.collections.objects import Item, id_text_of
from bambleweeny.core.mocks.limits import ANSWER_BYTES, RELATIONS
from bambleweeny.core.mocks.refusals import refusal
from bambleweeny.core.mocks.templates import too_large

_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_encode = msgspec.json.encode


class Relation(NamedTuple):
    """What an object gets: the field, and from which collection.

    With `fields` it is the children, which point to the object by one of these; without it
    the parent, to which the object points.
    """

    name: str
    collection: str
    fields: tuple[str, ...] = ()


def relations_of(
    query: Mapping[str, list[str]], own: str, collections: Sequence[str]
) -> list[Relation]:
    """Read `_embed` and `_expand`; a name that is no collection of the route is left out.

    As in json-server 1, `_embed=post` gives the parent. Past 5 it is `too_many_filters`.
    """
    found: list[Relation] = []
    for name in _names(query, "_embed"):
        parent = collection_of(name, collections)
        if name in collections:
            found.append(Relation(name, name, tuple(fields_to(own))))
        elif parent:
            found.append(Relation(name, parent))
    for name in _names(query, "_expand"):
        parent = collection_of(name, collections)
        if parent:
            found.append(Relation(name, parent))
    if len(found) > RELATIONS:
        raise refusal(
            "too_many_filters", "The query embeds too much.", f"It embeds up to {RELATIONS} names."
        )
    return found


def with_relations(
    items: Sequence[Item],
    relations: Sequence[Relation],
    others: Mapping[str, Sequence[Item]],
) -> list[bytes]:
    """Return the objects with what they embed; past 2 MB it is `answer_too_large`.

    O(objects + objects of the other collections).
    """
    sources = [(relation, _index(relation, others[relation.collection])) for relation in relations]
    room, found = ANSWER_BYTES, []
    for item in items:
        fields = _fields(item.text)
        for relation, index in sources:
            value = _related(item, fields, relation, index)
            if value is not None:
                fields[relation.name] = Raw(value)
                room -= len(value)
            if room < 0:
                raise too_large()
        found.append(_encode(fields))
    return found


def _names(query: Mapping[str, list[str]], parameter: str) -> list[str]:
    texts = query.get(parameter, ())
    return list(dict.fromkeys(name for text in texts for name in text.split(",") if name))


def _index(relation: Relation, items: Sequence[Item]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for item in items:
        target = _target(_fields(item.text), relation.fields) if relation.fields else item.id
        if target is not None:
            found.setdefault(target, []).append(item.text)
    return found


def _related(
    item: Item, fields: Mapping[str, Raw], relation: Relation, index: Mapping[str, list[bytes]]
) -> bytes | None:
    if relation.fields:
        return b"[" + b",".join(index.get(item.id, ())) + b"]"
    target = _target(fields, fields_to(relation.collection))
    found = index.get(target) if target is not None else None
    return found[0] if found else None


def _target(fields: Mapping[str, Raw], names: Sequence[str]) -> str | None:
    return next((id_text_of(fields[name]) for name in names if name in fields), None)
