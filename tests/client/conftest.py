"""Clients of the application, over each kind of engine."""

import pytest
from bambleweeny import Client
from node import Node
from proxies import proxy_of


@pytest.fixture
def client(session_url, services):
    """The admin's client."""
    with Client(session_url, "admin", "changeme") as client:
        yield client


@pytest.fixture
def ulis(session_url, uli):
    """A user's client."""
    with Client(session_url, "uli", "secret") as client:
        yield client


@pytest.fixture
def proxy(session_url, services):
    """What stands between `cut` and the server."""
    with proxy_of(session_url) as proxy:
        yield proxy


@pytest.fixture
def cut(proxy):
    """The admin's client, behind `proxy`."""
    with Client(proxy.url, "admin", "changeme", timeout=10) as client:
        yield client


@pytest.fixture
def node(session_url, services, tmp_path):
    """Runs scripts that use the JavaScript client."""
    return Node(tmp_path, session_url)
