"""All services of the core, built once for each process."""

from dataclasses import dataclass
from pathlib import Path

from bambleweeny.core.audit.trail import AuditTrail
from bambleweeny.core.auth.limits import UserRules
from bambleweeny.core.auth.logins import Logins
from bambleweeny.core.auth.named_tokens import NamedTokens
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.auth.sessions import Sessions
from bambleweeny.core.auth.tokens import Tokens
from bambleweeny.core.auth.users import Users
from bambleweeny.core.batch.batch import Batch
from bambleweeny.core.bins.bin_documents import BinDocuments
from bambleweeny.core.bins.bins import Bins
from bambleweeny.core.bins.inboxes import Inboxes, make_inboxes
from bambleweeny.core.instance.instance import Instance
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.instance.server_state import ServerState
from bambleweeny.core.instance.shared_counters import SharedCounters
from bambleweeny.core.instance.status import Status
from bambleweeny.core.keys.key_changes import KeyChanges
from bambleweeny.core.keys.keys import Keys
from bambleweeny.core.keys.waits import KeyWaits
from bambleweeny.core.listing.selections import Selections
from bambleweeny.core.lists.items import Items
from bambleweeny.core.lists.leases import Leases
from bambleweeny.core.lists.lists import Lists
from bambleweeny.core.lists.policies import ListPolicies
from bambleweeny.core.notify.events import Events
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.core.notify.streams import Streams
from bambleweeny.core.public.mocks import Mocks, make_mocks
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.core.public.route_documents import RouteDocuments
from bambleweeny.core.public.routes import Routes
from bambleweeny.core.rates.call_rates import CallRates
from bambleweeny.core.sandboxes.open_sandboxes import OpenSandboxes
from bambleweeny.core.sandboxes.sandboxes import Sandboxes
from bambleweeny.core.sandboxes.saved_sets import SavedSets
from bambleweeny.core.topics import Bounds, Topics
from bambleweeny.core.transfer.exports import Exports
from bambleweeny.core.transfer.import_job import Nouns
from bambleweeny.core.transfer.imports import Imports
from bambleweeny.core.usage.traffic import Traffic
from bambleweeny.core.usage.usage import Usage
from bambleweeny.store import Store


@dataclass(frozen=True)
class Services:
    """One service for each noun."""

    instance: Instance
    tokens: Tokens
    call_rates: CallRates
    users: Users
    logins: Logins
    keys: Keys
    key_changes: KeyChanges
    lists: Lists
    items: Items
    leases: Leases
    list_policies: ListPolicies
    selections: Selections
    topics: Topics
    events: Events
    batch: Batch
    waits: LongPolls
    key_waits: KeyWaits
    routes: Routes
    mocks: Mocks
    inboxes: Inboxes
    exports: Exports
    imports: Imports
    status: Status
    state: ServerState
    metrics: Metrics
    audit: AuditTrail
    usage: Usage
    traffic: Traffic
    open_sandboxes: OpenSandboxes

    @property
    def sandboxes(self) -> Sandboxes:
        """The sandboxes of users."""
        return self.open_sandboxes.sandboxes

    @property
    def sessions(self) -> Sessions:
        """The sessions of logins."""
        return self.tokens.sessions

    @property
    def named_tokens(self) -> NamedTokens:
        """The named tokens of users."""
        return self.tokens.named


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
    admin_password_file: Path | None = None,
    user_rules: UserRules | None = None,
    metrics: Metrics | None = None,
    most_sandboxes: tuple[int, int] = (50, 0),
) -> Services:
    """Build the services over a store; `most_sandboxes`: of a user, and open. No round trip."""
    metrics = metrics or Metrics(SharedCounters().part(0))
    waits = LongPolls(store, max_waits, metrics.change_waits)
    streams = Streams(waits, metrics.change_streams)
    bounds = (max_list_items, max_list_bytes)
    tokens = _tokens(store, instance, token_lifetime)
    lists = Lists(store, waits, max_items=max_list_items, max_bytes=max_list_bytes)
    users = Users(store, passwords, admin_password_file, user_rules)
    routes = Routes(store)
    inboxes = make_inboxes(store, lists, list_bounds=bounds, topic_bounds=topic_bounds)
    imports = _imports(store.with_long_retry, users, waits, streams, (bounds, topic_bounds))
    sets = SavedSets(store, bounds, routes, inboxes.bins)
    batch = _batch(store, bounds, topic_bounds)
    return Services(
        instance=instance,
        tokens=tokens,
        call_rates=CallRates(store),
        users=users,
        logins=Logins(store, passwords),
        keys=(keys := Keys(store)),
        key_changes=KeyChanges(store, keys),
        lists=lists,
        items=Items(store, waits, bounds),
        leases=Leases(store, waits, bounds),
        list_policies=ListPolicies(store, bounds),
        selections=Selections(store, users),
        topics=Topics(store, waits, streams, topic_bounds),
        events=Events(store, streams),
        batch=batch,
        waits=waits,
        key_waits=KeyWaits(store, waits),
        routes=routes,
        mocks=_mocks(store, routes, batch, waits, (bounds, topic_bounds)),
        inboxes=inboxes,
        exports=Exports(store.with_long_retry),
        imports=imports,
        status=Status(store, append_only_file),
        state=ServerState(metrics, bounds, topic_bounds, max_waits, token_lifetime),
        metrics=metrics,
        audit=AuditTrail(store, streams),
        usage=Usage(store),
        traffic=Traffic(store),
        open_sandboxes=_sandboxes(store, tokens.named, imports, sets, most_sandboxes),
    )


_AllBounds = tuple[tuple[int, int], Bounds]
"""The most items and bytes of a list, and the bounds of topics."""


def _batch(store: Store, list_bounds: tuple[int, int], topic_bounds: Bounds) -> Batch:
    most_items, most_bytes = list_bounds
    return Batch(store, max_items=most_items, max_bytes=most_bytes, topic_bounds=topic_bounds)


def _mocks(
    store: Store, routes: Routes, batch: Batch, waits: LongPolls, bounds: _AllBounds
) -> Mocks:
    list_bounds, topic_bounds = bounds
    return make_mocks(
        store, routes, batch, waits, list_bounds=list_bounds, topic_bounds=topic_bounds
    )


def _sandboxes(
    store: Store, named: NamedTokens, imports: Imports, sets: SavedSets, most: tuple[int, int]
) -> OpenSandboxes:
    most_of_user, most_open = most
    sandboxes = Sandboxes(store, named, imports, sets, most=most_of_user)
    return OpenSandboxes(store, sandboxes, most_open)


def _tokens(store: Store, instance: Instance, lifetime: int) -> Tokens:
    sessions = Sessions(store, instance.secret, instance.id, lifetime)
    return Tokens(sessions, NamedTokens(store, instance.secret))


def _imports(
    store: Store,
    users: Users,
    waits: LongPolls,
    streams: Streams,
    bounds: _AllBounds,
) -> Imports:
    """Build the imports. Their store has the long retry, since imports have many steps."""
    list_bounds, topic_bounds = bounds
    most_items, most_bytes = list_bounds
    lists = Lists(store, waits, max_items=most_items, max_bytes=most_bytes)
    routes, bins = Routes(store), Bins(store, lists)
    nouns = Nouns(
        Selections(store, users),
        lists,
        Items(store, waits, list_bounds),
        ListPolicies(store, list_bounds),
        Topics(store, waits, streams, topic_bounds),
        routes,
        RouteDocuments(store, routes, PublicNames(store, "route")),
        bins,
        BinDocuments(store, bins, PublicNames(store, "bin")),
    )
    return Imports(store, nouns)
