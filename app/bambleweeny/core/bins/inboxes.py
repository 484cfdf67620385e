"""All that bins need, built once for each process."""

from typing import NamedTuple

from bambleweeny.core.bins.bin_documents import BinDocuments
from bambleweeny.core.bins.bins import Bins
from bambleweeny.core.bins.receiver import Receiver
from bambleweeny.core.bins.refusals import Refusals
from bambleweeny.core.lists.lists import Lists
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.core.topics import Bounds
from bambleweeny.store import Store


class Inboxes(NamedTuple):
    """Bins as inboxes for webhooks."""

    bins: Bins
    names: PublicNames
    documents: BinDocuments
    receiver: Receiver
    refusals: Refusals


def make_inboxes(
    store: Store, lists: Lists, *, list_bounds: tuple[int, int], topic_bounds: Bounds
) -> Inboxes:
    """Build the services over a store. No round trip."""
    bins = Bins(store, lists)
    names = PublicNames(store, "bin")
    return Inboxes(
        bins,
        names,
        BinDocuments(store, bins, names),
        Receiver(store, bins, names, list_bounds=list_bounds, topic_bounds=topic_bounds),
        Refusals(store),
    )
