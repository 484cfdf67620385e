"""What the tests of a shop share, in the ways that are compared: the conftest.py of `shop.py`.

SHOP_WORLD is `sandbox`, `cleaned` (the user's data are deleted and made anew before each test),
`shared` (nobody may do so while others work) or `server` (each test starts one).
"""

import os
from pathlib import Path

import pytest
from bambleweeny import Client
from bambleweeny.client.pytest_plugin.server_of_run import LOGIN, ServerOfRun

_WORLD, _SEED = os.environ["SHOP_WORLD"], Path(__file__).with_name("seed.ndjson")


@pytest.fixture(scope="session")
def _shop_of_all(b9y_server):
    with Client(b9y_server, token=os.environ["BAMBLEWEENY_TOKEN"]) as client:
        yield client


@pytest.fixture
def _cleaned(_shop_of_all):
    _shop_of_all.import_(_SEED.read_bytes().splitlines(), "replace")
    return _shop_of_all


@pytest.fixture
def _of_a_server(tmp_path):
    server = ServerOfRun(tmp_path / "server")
    try:
        with Client(server.url(), *LOGIN) as client:
            client.import_(_SEED.read_bytes().splitlines())
            yield client
    finally:
        server.stop()


@pytest.fixture
def shop(request):
    """A client of the shop's data."""
    names = {"sandbox": "b9y_sandbox", "cleaned": "_cleaned", "shared": "_shop_of_all", "server": "_of_a_server"}  # fmt: skip
    return request.getfixturevalue(names[_WORLD])
