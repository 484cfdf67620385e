"""A `db.json` of json-server becomes collections; each object becomes a singleton."""

from urllib.parse import quote

import msgspec
from msgspec import Raw

from bambleweeny.core.mocks.collections.objects import id_text_of, is_object_id
from bambleweeny.core.mocks.imports.foreign import refuse_foreign
from bambleweeny.core.mocks.imports.result import (
    Fields,
    Imported,
    Notes,
    Seed,
    check_prefix,
    finished,
    importer,
    invalid_import,
    label_of,
    name_part,
    read_json,
)
from bambleweeny.core.mocks.limits import COLLECTION_BYTES, OBJECTS

_SEED = "seed"
"""Keys that begin with it have the seeds, so that no collection has this name."""


@importer
def import_db(body: bytes, prefix: str = "") -> Imported:
    """Make a route of a db.json: `posts` is below `/posts`, in keys that begin with `posts:`.

    The seeds are keys as well, so that a reset brings them back.
    """
    check_prefix(prefix)
    whole = read_json(body)
    if isinstance(whole, dict):
        refuse_foreign(whole)
    try:
        found = msgspec.json.decode(body, type=dict[str, Raw])
    except msgspec.DecodeError as ex:
        raise invalid_import("A db.json is an object with arrays and objects in it.") from ex
    notes, seeds = Notes(), []
    rules: list[Fields] = []
    for name, raw in found.items():
        made = _rule_of(name, bytes(raw), prefix, notes)
        if made:
            rules.append(made[0])
            seeds.append(made[1])
    return finished(rules, notes, prefix=prefix, seeds=seeds)


def _rule_of(name: str, text: bytes, prefix: str, notes: Notes) -> tuple[Fields, Seed] | None:
    part = name_part(name, reserved=_SEED)
    key = prefix + part
    seed = f"{prefix}{_SEED}:{part}"
    rule: Fields = {"name": label_of(name), "path": "/" + quote(name, safe="")}
    if text.startswith(b"[") and name:
        objects, ids = _objects(name, msgspec.json.decode(text, type=list[Raw]), notes)
        rule |= {"collection": f"{key}:", "id": ids, "seed": seed}
        return rule, Seed(seed, b"[" + b",".join(objects) + b"]", "application/json")
    if text.startswith(b"{") and name:
        return rule | {"singleton": key, "seed": seed}, Seed(seed, text, "application/json")
    if name != "$schema":
        notes.add("Left out, as it is neither an array nor an object", name)
    return None


def _objects(name: str, found: list[Raw], notes: Notes) -> tuple[list[bytes], str]:
    """Return the objects that a collection can have, and how it makes ids."""
    kept: list[bytes] = []
    size, are_numbers = 0, True
    for raw in found:
        text = bytes(raw)
        is_object = text.startswith(b"{")
        known = msgspec.json.decode(text, type=dict[str, Raw]).get("id") if is_object else None
        id_text = "1" if known is None else id_text_of(known)
        if not is_object or id_text is None or not is_object_id(id_text):
            notes.add("Left out, as it is no object, or has an id that no key can have", name)
            continue
        size += len(text)
        if len(kept) == OBJECTS or size > COLLECTION_BYTES:
            notes.add(f"Only the first {len(kept)} objects are kept, of {len(found)}", name)
            break
        are_numbers = are_numbers and (known is None or not bytes(known).startswith(b'"'))
        kept.append(text)
    if not are_numbers:
        notes.add("New objects get a UUID, since the ids are texts", name)
    return kept, "int" if are_numbers else "uuid"
