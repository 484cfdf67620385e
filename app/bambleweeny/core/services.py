"""Everything that the rules offer, put together once for a process."""

from dataclasses import dataclass
from pathlib import Path

from bambleweeny.core.batch import Batch
from bambleweeny.core.bins import Bins
from bambleweeny.core.events import Events
from bambleweeny.core.instance import Instance
from bambleweeny.core.keys import Keys
from bambleweeny.core.lists import Lists
from bambleweeny.core.metrics import Metrics
from bambleweeny.core.passwords import Passwords
from bambleweeny.core.routes import Routes
from bambleweeny.core.status import Status
from bambleweeny.core.streams import Streams
from bambleweeny.core.tally import Tally
from bambleweeny.core.tokens import Tokens
from bambleweeny.core.topics import Bounds, Topics
from bambleweeny.core.users import Users
from bambleweeny.core.waits import Waits
from bambleweeny.store import Store


@dataclass(frozen=True)
class Services:
    """One of each noun."""

    instance: Instance
    tokens: Tokens
    users: Users
    keys: Keys
    lists: Lists
    topics: Topics
    events: Events
    batch: Batch
    waits: Waits
    routes: Routes
    bins: Bins
    status: Status
    metrics: Metrics


def make_services(
    store: Store,
    instance: Instance,
    *,
    passwords: Passwords,
    token_lifetime: int,
    max_list_items: int,
    max_list_bytes: int,
    topic_bounds: Bounds,
    max_waits: int,
    append_only_file: Path | None,
    metrics: Metrics | None = None,
) -> Services:
    """Put the services over a store together. No round trip."""
    metrics = metrics or Metrics(Tally().part(0))
    waits = Waits(store, max_waits, metrics.change_waits)
    streams = Streams(waits, metrics.change_streams)
    lists = Lists(store, waits, max_items=max_list_items, max_bytes=max_list_bytes)
    return Services(
        instance=instance,
        tokens=Tokens(instance.secret, instance.id, token_lifetime),
        users=Users(store, passwords),
        keys=Keys(store),
        lists=lists,
        topics=Topics(store, waits, streams, topic_bounds),
        events=Events(store, streams),
        batch=Batch(
            store, max_items=max_list_items, max_bytes=max_list_bytes, topic_bounds=topic_bounds
        ),
        waits=waits,
        routes=Routes(store),
        bins=Bins(store, lists),
        status=Status(store, append_only_file),
        metrics=metrics,
    )
