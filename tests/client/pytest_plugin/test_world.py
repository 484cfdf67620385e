"""The sandbox of one process that runs tests, with a clock of the test."""

from datetime import timedelta

import pytest
from bambleweeny import Client
from bambleweeny.client.pytest_plugin.world import World


@pytest.fixture
def world(client, session_url):
    """A world with a seed, and its time in `world.now`."""
    now = [0.0]
    world = World(
        client, b'{"key": {"name": "color", "value": "blue"}}', "ci",
        url=session_url, clock=lambda: now[0],
    )  # fmt: skip
    world.now = now
    yield world
    world.end()


def test_a_test_begins_with_the_seed(world):
    for _ in range(2):
        inside = world.fresh()
        assert [entry.name for entry in inside.keys.list()] == ["color"]
        inside.set("other", "x")


def test_a_long_run_extends_it(world, client):
    [made] = client.sandboxes.list()
    client.sandboxes.extend("10m", id=made.id)
    world.now[0] = 1199.0
    world.fresh()
    assert client.sandboxes.get(made.id).ends < made.ends
    world.now[0] = 1200.0
    world.fresh()
    assert client.sandboxes.get(made.id).ends > made.ends - timedelta(minutes=1)


def test_one_that_has_ended_is_replaced(world, client):
    [made] = client.sandboxes.list()
    client.sandboxes.delete(made.id)
    assert world.fresh().get("color") == b"blue"
    [other] = client.sandboxes.list()
    assert (other.id != made.id, other.name) == (True, "ci")


def test_the_end_deletes_it_unless_it_is_gone(session_url, client):
    for is_gone in (False, True):
        world = World(Client(session_url, "admin", "changeme"), None, "ci", url=session_url)
        assert list(world.fresh().export()) == []
        if is_gone:
            client.sandboxes.delete(client.sandboxes.list()[0].id)
        world.end()
        assert client.sandboxes.list() == []
