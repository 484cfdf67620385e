"""All that routes with documents need, built once for each process."""

from typing import NamedTuple

from bambleweeny.core.batch.batch import Batch
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.core.public.freshness import Freshness
from bambleweeny.core.public.imported_keys import ImportedKeys
from bambleweeny.core.public.mock_answers import MockAnswers
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.core.public.route_documents import RouteDocuments
from bambleweeny.core.public.route_imports import RouteImports
from bambleweeny.core.public.routes import Routes
from bambleweeny.core.public.seeds import Seeds
from bambleweeny.core.public.verifications import Verifications
from bambleweeny.core.topics import Bounds
from bambleweeny.store import Store


class Mocks(NamedTuple):
    """Routes as mock APIs."""

    names: PublicNames
    documents: RouteDocuments
    answers: MockAnswers
    seeds: Seeds
    imports: RouteImports
    verifications: Verifications
    freshness: Freshness


def make_mocks(
    store: Store,
    routes: Routes,
    batch: Batch,
    waits: LongPolls,
    *,
    list_bounds: tuple[int, int],
    topic_bounds: Bounds,
) -> Mocks:
    """Build the services over a store. No round trip."""
    names = PublicNames(store, "route")
    documents = RouteDocuments(store, routes, names)
    seeds = Seeds(store, batch, documents)
    return Mocks(
        names,
        documents,
        MockAnswers(store, routes, names, list_bounds=list_bounds, topic_bounds=topic_bounds),
        seeds,
        RouteImports(documents, ImportedKeys(store, batch, seeds)),
        Verifications(store, waits, documents, topic_bounds),
        Freshness(store),
    )
