"""Password hashes."""

import time
from contextlib import contextmanager

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


@contextmanager
def occupied(passwords, origin):
    """A hash for this origin that runs."""
    with passwords._places.hashing(origin):
        yield


def test_past_the_queue_it_is_busy_at_once():
    passwords = Passwords(memory_kib=8, time_cost=1, at_once=1, queue=0, queue_timeout=60)
    with occupied(passwords, "a"), pytest.raises(Busy):
        passwords.hash("x")
    passwords.hash("x")


def test_new_passwords_do_not_wait_for_logins():
    passwords = Passwords(memory_kib=8, time_cost=1, queue=0)
    with occupied(passwords, "a"):
        hashed = passwords.hash("x")
        assert passwords.verify(hashed, "x", "b")
        with pytest.raises(Busy):
            passwords.verify(hashed, "x", "a")
