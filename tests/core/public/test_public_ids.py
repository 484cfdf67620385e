"""Routes and bins."""

import threading
from contextlib import suppress
from uuid import UUID

import msgspec
import pytest
from bambleweeny.core.batch.operations import Operation
from bambleweeny.core.public.routes import Routes
from bambleweeny.errors import (
    Busy,
    ExpansionTooLarge,
    InvalidName,
    InvalidRequest,
    ListFull,
    NotFound,
    QuotaExceeded,
    Unauthorized,
)

NOBODY = "00000000-0000-4000-8000-000000000000"


def test_a_route_shows_the_bytes_of_its_key(services, uli):
    made = services.routes.create(uli, "k", "image/png")
    assert UUID(made.id).version == 4
    for value in (b"\x89PNG\xff", b"", bytes(1 << 20), "ü".encode()):
        services.keys.set(uli, "k", value)
        assert services.routes.read(made.id) == (value, "image/png", False)


def test_a_route_to_a_missing_key_is_not_found(services, uli):
    made = services.routes.create(uli, "k", "text/plain")
    with pytest.raises(NotFound):
        services.routes.read(made.id)


def test_nested_keys_are_replaced_one_level_deep(services, uli):
    services.keys.set(uli, "t", b"<!@[a]|!@[a]|!@[none]|!@[]|!@[b:c.d-e_f]|!@[a b]|!@[x>")
    services.keys.set(uli, "a", b"!@[b:c.d-e_f]\xff")
    services.keys.set(uli, "b:c.d-e_f", "€".encode())
    made = services.routes.create(uli, "t", "text/html")
    value = b"<!@[b:c.d-e_f]" + b"\xff|" + b"!@[b:c.d-e_f]\xff" + "|||€|!@[a b]|!@[x>".encode()
    assert services.routes.read(made.id) == (value, "text/html", True)


def test_nested_keys_are_those_of_the_owner(services, uli, admin):
    services.keys.set(admin, "a", b"the admin's")
    services.keys.set(uli, "t", b"<!@[a]>")
    assert services.routes.read(services.routes.create(uli, "t", "a/b").id)[0] == b"<>"


def test_binary_values_pass_untouched(services, uli):
    services.keys.set(uli, "a", b"x")
    services.keys.set(uli, "t", b"\xff!@[a]")
    made = services.routes.create(uli, "t", "a/b")
    assert services.routes.read(made.id) == (b"\xff!@[a]", "a/b", False)


def test_many_names_are_too_many(services, uli):
    made = services.routes.create(uli, "t", "a/b")
    services.keys.set(uli, "t", b"".join(b"!@[n%d]" % number for number in range(100)))
    assert services.routes.read(made.id)[0] == b""
    services.keys.set(uli, "t", b"".join(b"!@[n%d]" % number for number in range(101)))
    with pytest.raises(ExpansionTooLarge):
        services.routes.read(made.id)
    services.keys.set(uli, "t", b"\xff" + b"".join(b"!@[n%d]" % n for n in range(101)))
    assert services.routes.read(made.id)[0].startswith(b"\xff!@[n0]")


def test_nested_keys_cannot_grow_an_answer_without_bound(services, uli):
    services.keys.set(uli, "big", bytes(1 << 20))
    services.keys.set(uli, "t", b"!@[big]" * 3)
    made = services.routes.create(uli, "t", "a/b")
    with pytest.raises(ExpansionTooLarge):
        services.routes.read(made.id)
    services.keys.set(uli, "t", b"!@[big]" * 2)
    assert services.routes.read(made.id)[0] == bytes(2 << 20)


def test_what_is_nested_may_change_at_any_time(services, uli):
    made = services.routes.create(uli, "t", "a/b")
    for number in range(5):
        services.keys.set(uli, f"n{number}", b"<%d>" % number)
    texts = [
        (b"!@[n0]", b"<0>"), (b"plain", b"plain"), (b"!@[n1]!@[n2]", b"<1><2>"),
        (b"!@[n2]", b"<2>"), (b"\xff!@[n3]", b"\xff!@[n3]"), (b"!@[]", b""),
        (b"!@[n3]!@[n4]", b"<3><4>"), (b"!@[n4]!@[n0]", b"<4><0>"), (b"", b""),
    ]  # fmt: skip
    for text, shown in texts * 2:
        services.keys.set(uli, "t", text)
        for _ in range(2):
            assert services.routes.read(made.id)[0] == shown


def test_what_grew_too_large_meanwhile_is_not_read(services, uli):
    made = services.routes.create(uli, "t", "a/b")
    services.keys.set(uli, "t", b"!@[a]!@[b]")
    assert services.routes.read(made.id)[0] == b""
    services.keys.set(uli, "a", bytes(2 << 20))
    assert services.routes.read(made.id)[0] == bytes(2 << 20)
    services.keys.set(uli, "b", b"x")
    with pytest.raises(ExpansionTooLarge):
        services.routes.read(made.id)
    services.keys.set(uli, "t", b"!@[b]")
    assert services.routes.read(made.id)[0] == b"x"
    services.keys.set(uli, "t", bytes(3 << 20))
    assert services.routes.read(made.id)[0] == bytes(3 << 20)
    services.keys.set(uli, "t", b"!@[b]" + bytes(3 << 20))
    with pytest.raises(ExpansionTooLarge):
        services.routes.read(made.id)


def test_the_value_and_what_is_nested_in_it_are_of_one_moment(services, uli):
    made = services.routes.create(uli, "t", "a/b")
    is_over = threading.Event()

    def write():
        number = 0
        while not is_over.is_set():
            number += 1
            first, second = (
                [["set", "t", f"{number}:!@[n{number % 3}]"]],
                [["set", f"n{n}", str(number)] for n in range(3)],
            )
            operations = msgspec.convert([*first, *second], list[Operation])
            services.batch.run_atomic(uli, operations)

    services.keys.set(uli, "t", b"0:0")
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(300):
            with suppress(Busy):  # it may have changed five times in turn
                number, nested = services.routes.read(made.id)[0].split(b":")
                assert number == nested
    finally:
        is_over.set()
        writer.join()


def test_a_deleted_route_is_gone_for_every_process(services, uli, store):
    services.keys.set(uli, "k", b"x")
    made = services.routes.create(uli, "k", "a/b")
    other = Routes(store)
    assert other.read(made.id)[0] == b"x"
    services.routes.delete(uli, made.id)
    for routes in (services.routes, other):
        with pytest.raises(NotFound):
            routes.read(made.id)
    with pytest.raises(NotFound):
        services.routes.delete(uli, made.id)


def test_only_the_owner_can_delete(services, uli, admin):
    made = services.inboxes.bins.create(uli, "q")
    with pytest.raises(NotFound):
        services.inboxes.bins.delete(admin, made.id)
    assert services.inboxes.bins.owned_by(uli) == [made]


def test_the_owner_sees_what_is_published(services, uli, admin):
    routes = [services.routes.create(uli, f"k{number}", "a/b") for number in range(3)]
    assert sorted(services.routes.owned_by(uli)) == sorted(routes)
    assert services.routes.owned_by(admin) == []
    assert services.inboxes.bins.owned_by(uli) == []


@pytest.mark.parametrize("public_id", ["", "x", NOBODY, NOBODY.upper(), "../" + NOBODY])
def test_an_id_that_never_was_is_not_found(services, public_id):
    with pytest.raises(NotFound):
        services.routes.read(public_id)
    with pytest.raises(NotFound):
        services.inboxes.bins.push(services.inboxes.bins.find(public_id), b"")


def test_an_id_of_another_form_cannot_be_deleted(services, uli):
    with pytest.raises(InvalidRequest):
        services.routes.delete(uli, "x")


def test_bad_targets_are_refused(services, uli):
    with pytest.raises(InvalidName, match="Key"):
        services.routes.create(uli, "a b", "text/plain")
    with pytest.raises(InvalidRequest, match="content type"):
        services.routes.create(uli, "a", "text")
    with pytest.raises(InvalidName, match="List"):
        services.inboxes.bins.create(uli, "a b")


def test_routes_and_bins_count_against_the_quota_and_leave_nothing(services, uli, raw):
    services.users.change("1", quota=2)
    route = services.routes.create(uli, "k", "a/b")
    made = services.inboxes.bins.create(uli, "q")
    for make in (
        lambda: services.routes.create(uli, "k", "a/b"),
        lambda: services.inboxes.bins.create(uli, "q"),
    ):
        with pytest.raises(QuotaExceeded):
            make()
    with pytest.raises(QuotaExceeded):
        services.inboxes.bins.push(made, b"a list of its own")
    services.inboxes.bins.delete(uli, made.id)
    services.routes.delete(uli, route.id)
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]
    assert raw.keys("b9y:route:*") + raw.keys("b9y:bin:*") == []


def test_an_id_whose_record_is_gone_is_forgotten_with_its_place(services, uli, raw):
    made = services.routes.create(uli, "k", "a/b")
    raw.delete(f"b9y:route:{made.id}")
    assert services.routes.owned_by(uli) == []
    assert raw.zcard("b9y:{1}:routes") == 0


def test_a_good_id_does_not_expire(services, uli, raw):
    made = services.routes.create(uli, "k", "a/b")
    assert raw.ttl(f"b9y:route:{made.id}") == -1


def test_anyone_can_push_to_a_bin(services, uli):
    made = services.inboxes.bins.create(uli, "hooks")
    services.inboxes.bins.push(made, b"\xff1")
    services.inboxes.bins.push(made, b"2")
    assert [services.lists.pop(uli, "hooks") for _ in range(3)] == [b"\xff1", b"2", None]


def test_a_bin_cannot_push_past_the_bound_of_its_list(services, uli):
    made = services.inboxes.bins.create(uli, "hooks")
    services.inboxes.bins.push(made, bytes(4 << 20))
    with pytest.raises(ListFull):
        services.inboxes.bins.push(made, b"x")


def test_a_deleted_bin_takes_nothing(services, uli):
    made = services.inboxes.bins.create(uli, "hooks")
    services.inboxes.bins.push(made, b"1")
    services.inboxes.bins.delete(uli, made.id)
    with pytest.raises(NotFound):
        services.inboxes.bins.push(made, b"2")
    assert services.lists.pop(uli, "hooks") == b"1"


def test_what_a_deleted_user_published_is_gone(services, uli, raw):
    services.keys.set(uli, "k", b"x")
    route, made = services.routes.create(uli, "k", "a/b"), services.inboxes.bins.create(uli, "q")
    services.routes.read(route.id)
    services.inboxes.bins.push(made, b"x")
    services.users.delete("1")
    with pytest.raises(NotFound):
        services.routes.read(route.id)
    with pytest.raises(NotFound):
        services.inboxes.bins.push(made, b"x")
    with pytest.raises(Unauthorized):
        services.routes.create(uli, "k", "a/b")
    assert raw.keys("b9y:route:*") == raw.keys("b9y:bin:*") == []


def test_a_process_remembers_a_bounded_number_of_ids(services, uli, store, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.public.public_ids._REMEMBERED", 2)
    routes = Routes(store)
    services.keys.set(uli, "k", b"x")
    ids = [services.routes.create(uli, "k", "a/b").id for _ in range(5)]
    for _ in range(2):
        assert all(routes.read(public_id)[0] == b"x" for public_id in ids)
    assert len(routes._known) <= 2
