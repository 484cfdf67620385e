"""Password hashes."""

import threading
import time

import pytest
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.errors import Busy


def test_the_parameters_are_those_of_the_design():
    hashed = Passwords().hash("x")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Passwords().verify(hashed, "x")
    assert not Passwords().verify(hashed, "y")


def test_an_unknown_user_takes_as_long_as_a_known_one():
    passwords = Passwords(memory_kib=8 << 10, time_cost=2)
    hashed = passwords.hash("x")

    def once(of):
        before = time.perf_counter()
        assert not passwords.verify(of, "y")
        return time.perf_counter() - before

    unknown, known = zip(*((once(None), once(hashed)) for _ in range(30)), strict=True)
    assert 0.5 < min(unknown) / min(known) < 2


def test_what_is_no_hash_fits_nothing():
    assert not Passwords(memory_kib=8, time_cost=1).verify("x", "x")


def test_a_flood_waits_and_then_is_told_to_come_back():
    passwords = Passwords(memory_kib=8, time_cost=1, at_once=1, queue=1, queue_timeout=0.01)
    entered, leave = threading.Event(), threading.Event()

    def occupy():
        with passwords._hash_slot():
            entered.set()
            leave.wait()

    thread = threading.Thread(target=occupy)
    thread.start()
    entered.wait()
    with pytest.raises(Busy):
        passwords.hash("x")
    leave.set()
    thread.join()
    passwords.hash("x")


def test_past_the_queue_it_is_told_at_once():
    passwords = Passwords(memory_kib=8, time_cost=1, at_once=1, queue=0, queue_timeout=60)
    with passwords._hash_slot(), pytest.raises(Busy):
        passwords.hash("x")
