"""Seeds of collections: JSON arrays in keys, from which the objects of a collection are made."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as, read_values_as, run_as
from bambleweeny.core.batch.batch import Batch
from bambleweeny.core.batch.operation_options import SetOptions
from bambleweeny.core.batch.operations import Del, Operation, Set
from bambleweeny.core.mocks.collections.objects import seeded
from bambleweeny.core.mocks.document_scopes import check_route_document
from bambleweeny.core.mocks.documents import RouteDocument, Rule
from bambleweeny.core.mocks.imports.result import Seed
from bambleweeny.core.mocks.limits import COLLECTION_BYTES, IMPORT_BYTES
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.public.route_documents import RouteDocuments
from bambleweeny.core.values import Base64
from bambleweeny.errors import CollectionFull, NotFound
from bambleweeny.names import is_media_type
from bambleweeny.store import Store
from bambleweeny.store.scripts import FORGET_CALLS

_MOST_NAMES = 9000
_ROOM = IMPORT_BYTES + COLLECTION_BYTES


class Seeds:
    """Writes the objects of collections from their seeds. Each collection is one atomic step."""

    def __init__(self, store: Store, batch: Batch, documents: RouteDocuments) -> None:
        self._store = store
        self._batch = batch
        self._documents = documents

    def put(self, caller: Caller, seeds: list[Seed]) -> None:
        """Write the keys of an import, all or none. They count against the quota."""
        self._batch.run_atomic(
            caller,
            [Set(seed.name, Base64(seed.value), SetOptions(type=_type_of(seed))) for seed in seeds],
        )

    def plant(self, caller: Caller, document: RouteDocument, *, is_reset: bool = False) -> None:
        """Fill the empty collections of a route from their seeds, or with `is_reset` all of them.

        A collection whose seed does not exist stays as it is. O(objects).
        """
        for _ in self.planted(caller, document, is_reset=is_reset):
            pass

    def planted(
        self,
        caller: Caller,
        document: RouteDocument,
        given: Mapping[str, bytes] = MappingProxyType({}),
        *,
        is_reset: bool = False,
    ) -> Iterator[tuple[Rule, list[str] | None]]:
        """Do what `plant` does, one collection at a time; seeds that are given are not read.

        Yields the names of the objects, or None for a collection that stays, as it has some.
        """
        for rule in document.rules:
            if not rule.seed:
                continue
            known = list(self._names(caller, rule))
            if known and not is_reset:
                yield rule, None
                continue
            seed = given.get(rule.seed)
            if seed is None:
                [seed], _ = read_values_as(self._store, caller, [rule.seed], _ROOM, is_whole=True)
            if seed is not None:
                operations = _planting(rule, known, seed)
                self._batch.run_atomic(caller, operations)
                yield rule, [step.name for step in operations if isinstance(step, Set)]

    def reset(self, caller: Caller, public_id: str) -> None:
        """Restore the seeds of a route, and forget its counters and the calls in its journal.

        Works in several steps. A miss raises NotFound. InsufficientScope is raised unless the
        caller could publish the document.
        """
        document = load(self._documents.read(caller, public_id)).document
        if document.rules or document.journal:
            check_route_document(caller, document)
        self.plant(caller, document, is_reset=True)
        if not run_as(self._store, caller, FORGET_CALLS, public_id, document.journal):
            raise NotFound()

    def _names(self, caller: Caller, rule: Rule) -> Iterator[str]:
        tenant = self._store.schema.tenant(caller.id)
        if rule.singleton:
            [value] = read_as(self._store, caller, ("STRLEN", tenant.key(rule.singleton)))
            yield from [rule.singleton] if value else []
            return
        first, last = f"[{rule.collection}", f"({rule.collection}".encode() + b"\xff"
        [names] = read_as(
            self._store,
            caller,
            ("ZRANGEBYLEX", tenant.keys, first, last, "LIMIT", 0, _MOST_NAMES),
        )
        if len(names) == _MOST_NAMES:
            raise CollectionFull()
        for name in names:
            text = name.decode()
            if ":" not in text[len(rule.collection) :]:
                yield text


def _type_of(seed: Seed) -> str:
    return seed.type if is_media_type(seed.type) else ""


def _planting(rule: Rule, known: list[str], seed: bytes) -> list[Operation]:
    if rule.singleton:
        return [Set(rule.singleton, Base64(seed))]
    items = {
        rule.collection + item.id: Base64(item.text) for item in seeded(seed, rule.id, rule.max)
    }
    dropped: list[Operation] = [Del(name) for name in known if name not in items]
    return dropped + [Set(name, value) for name, value in items.items()]
