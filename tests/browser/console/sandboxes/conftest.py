"""Sandboxes that are gone after each test."""

import pytest


@pytest.fixture
def create(console):
    """Make sandboxes as `client.sandboxes.create` does; they end when no page shows them any more."""
    made = []

    def make(*args, **fields):
        made.append(console.client.sandboxes.create(*args, **fields))
        return made[-1]

    yield make
    console.browser.get(f"{console.server.url}/docs")
    for sandbox in console.client.sandboxes.list():
        sandbox.delete()
    for sandbox in made:
        sandbox.close()
