"""Keys that come with a document: written with it, or not at all."""

from collections.abc import Callable, Iterator, Sequence

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as
from bambleweeny.core.batch.batch import Batch
from bambleweeny.core.batch.operations import Del
from bambleweeny.core.mocks.documents import RouteDocument
from bambleweeny.core.mocks.imports.result import Seed
from bambleweeny.core.public.public_documents import Published
from bambleweeny.core.public.seeds import Seeds
from bambleweeny.errors import BambleweenyError
from bambleweeny.store import Store

_STEP = 1000
_MOST_NAMED = 3


class ImportedKeys:
    """Writes seeds and the objects that are made of them around the write of a document."""

    def __init__(self, store: Store, batch: Batch, seeds: Seeds) -> None:
        self._store = store
        self._batch = batch
        self._seeds = seeds

    def write(
        self,
        caller: Caller,
        document: RouteDocument,
        seeds: Sequence[Seed],
        publish: Callable[[], Published],
        retract: Callable[[Published], None],
    ) -> tuple[Published, list[str], list[str]]:
        """Write seeds, fill the empty collections of a document, and publish it.

        Returns also the seeds that existed before, and the collections that had objects. What
        exists is replaced last, in one step: an error before it, or of it, leaves no key and no
        route of this call.
        """
        existing = self._existing(caller, seeds)
        values = {seed.name: seed.value for seed in seeds}
        written: list[str] = []
        published: Published | None = None
        try:
            new = [seed for seed in seeds if seed.name not in existing]
            self._seeds.put(caller, new)
            written += [seed.name for seed in new]
            kept = []
            for rule, names in self._seeds.planted(caller, document, values):
                written += names or ()
                if names is None:
                    kept.append(rule.collection or rule.singleton)
            published = publish()
            self._seeds.put(caller, [seed for seed in seeds if seed.name in existing])
        except BambleweenyError:
            if published:
                retract(published)
            self._drop(caller, written)
            raise
        return published, sorted(existing), kept

    def _existing(self, caller: Caller, seeds: Sequence[Seed]) -> set[str]:
        tenant = self._store.schema.tenant(caller.id)
        names = [seed.name for seed in seeds]
        found = read_as(self._store, caller, *(("EXISTS", tenant.key(name)) for name in names))
        return {name for name, exists in zip(names, found, strict=True) if exists}

    def _drop(self, caller: Caller, names: Sequence[str]) -> None:
        for start in range(0, len(names), _STEP):
            part = names[start : start + _STEP]
            self._batch.run_atomic(caller, [Del(name) for name in part])


def notes_on_existing(replaced: Sequence[str] = (), kept: Sequence[str] = ()) -> Iterator[str]:
    """Yield a note on the keys that an import has replaced, and one on those that it shows."""
    if replaced:
        keys = "1 existing key was" if len(replaced) == 1 else f"{len(replaced)} existing keys were"
        yield f"{keys} replaced: {_listed(replaced)}"
    if kept:
        yield f"Keys that existed before are public now: {_listed(kept)}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
