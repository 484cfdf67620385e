"""Requests to bins, received by several processes that cache documents."""

import msgspec
import pytest
from bambleweeny.core.bins.bin_documents import BinDocuments
from bambleweeny.core.bins.bins import Bins, HasDocument
from bambleweeny.core.bins.receiver import Received, Receiver
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.public.compiled_documents import NewerDocument
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.core.public.reservations import reserve_nothing
from bambleweeny.core.topics import Bounds
from bambleweeny.errors import Busy, MethodNotAllowed, NotFound, QuotaExceeded, RateLimited

NOW = 1_800_000_000.0
BOUNDS = Bounds(messages=100, seconds=3600, bytes=1 << 20)


class Process:
    """What one worker has: its caches are its own."""

    def __init__(self, store, services):
        self.bins, self.names = Bins(store, services.lists), PublicNames(store, "bin")
        self.documents = BinDocuments(store, self.bins, self.names)
        self.receiver = Receiver(
            store, self.bins, self.names, list_bounds=(100, 1 << 20), topic_bounds=BOUNDS
        )

    def receive(self, public_id="", *, name="", method="POST", body=b"x", path="", at=NOW):
        reference = Reference(public_id) if public_id else Reference(user="uli", name=name)
        call = Call(method, path, "", {}, body, time=at)
        received = Received(method, {}, body, "", lambda _: (call, body, "/bins/x"))
        received.time = at
        return self.receiver.receive(reference, received, reserve_nothing)


@pytest.fixture
def process(store, services):
    return lambda: Process(store, services)


def document(**fields):
    return msgspec.json.encode({"list": "hooks", "keep": "request", **fields})


def bodies(services, uli, name="hooks"):
    found = []
    while (item := services.lists.pop(uli, name)) is not None:
        found.append(msgspec.json.decode(item).get("body", ""))
    return found


def test_a_replaced_document_counts_at_once_in_every_process(process, uli, services):
    one, other = process(), process()
    made = one.documents.create(uli, document(name="gh"))
    for worker in (one, other):
        assert worker.receive(made.id, body=b"1").body == b"OK"
    one.documents.replace(
        uli, made.id, document(name="gh", answer={"text": "new"}, methods=["PUT"])
    )
    assert other.receive(name="gh", method="PUT", body=b"2").body == b"new"
    with pytest.raises(MethodNotAllowed):
        one.receive(made.id)
    assert bodies(services, uli) == ["1", "1", "2"]


def test_a_refusal_is_that_of_the_newest_document(process, uli):
    one, other = process(), process()
    made = one.documents.create(uli, document(methods=["PUT"], challenge="dropbox", name="gh"))
    with pytest.raises(MethodNotAllowed):
        other.receive(made.id)
    one.documents.replace(uli, made.id, document(name="gh"))
    assert other.receive(made.id).status == 200
    one.bins.delete(uli, made.id)
    for method in ("POST", "HEAD", "OPTIONS", "GET"):
        with pytest.raises(NotFound):
            other.receive(made.id, method=method)
        with pytest.raises(NotFound):
            other.receive(name="gh", method=method)


def test_a_name_that_moves_is_followed(process, uli, services):
    one, other = process(), process()
    first = one.documents.create(uli, document(name="gh"))
    assert other.receive(name="gh", body=b"first").status == 200
    one.documents.replace(uli, first.id, document(name="old"))
    with pytest.raises(NotFound):
        other.receive(name="gh")
    one.documents.create(uli, document(name="gh", list="second"))
    assert other.receive(name="gh", body=b"second").status == 200
    assert (bodies(services, uli), bodies(services, uli, "second")) == (["first"], ["second"])


def test_a_plain_bin_with_a_new_document_is_followed(process, uli, services):
    one, other = process(), process()
    made = one.bins.create(uli, "hooks")
    found = other.bins.plain(made.id)
    other.bins.push(found, b"plain")
    one.documents.replace(uli, made.id, document())
    for _ in range(2):
        with pytest.raises(HasDocument):
            other.bins.push(found, b"lost")
    assert other.receive(made.id, body=b"whole").status == 200
    assert services.lists.pop(uli, "hooks") == b"plain"
    assert bodies(services, uli) == ["whole"]


def test_an_end_is_kept_and_moved(process, uli, services):
    one, other = process(), process()
    made = one.documents.create(uli, document(ends_at="2027-01-15T08:00:00Z"))
    assert other.receive(made.id, at=NOW - 1).status == 200
    one.documents.replace(uli, made.id, document(ends_at="2027-01-15T08:00:01Z"))
    assert other.receive(made.id, at=NOW + 0.5).status == 200
    with pytest.raises(NotFound):
        other.receive(made.id, at=NOW + 1)
    assert one.bins.owned_by(uli) == []


def test_a_rate_is_one_of_all_processes(process, uli, services):
    one, other = process(), process()
    made = one.documents.create(uli, document(rate="4/d"))
    for worker in (one, other, one, other):
        worker.receive(made.id)
    for worker in (one, other, one):
        with pytest.raises(RateLimited) as refused:
            worker.receive(made.id)
        assert 21500 < refused.value.retry_after <= 21600
    assert len(bodies(services, uli)) == 4


def test_a_refused_push_spends_no_rate(process, uli, services):
    one = process()
    made = one.documents.create(uli, document(rate="1/d"))
    services.users.change("1", quota=1)
    with pytest.raises(QuotaExceeded):
        one.receive(made.id)
    services.users.change("1", quota=0)
    assert one.receive(made.id).status == 200


def test_a_process_remembers_a_bounded_number_of_rates(process, uli, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.rates.reached._MOST_REMEMBERED", 2)
    one = process()
    for number in range(5):
        made = one.documents.create(uli, document(rate="1/d", name=f"n{number}"))
        one.receive(made.id)
        with pytest.raises(RateLimited):
            one.receive(made.id)
    assert len(one.receiver._rates._reached._known) <= 2


def test_a_document_that_changes_again_and_again_is_busy(process, uli, monkeypatch):
    one = process()
    made = one.documents.create(uli, document())

    def newer(*_, **__):
        raise NewerDocument

    monkeypatch.setattr(one.receiver, "_receive", newer)
    with pytest.raises(Busy):
        one.receive(made.id)
