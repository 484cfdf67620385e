"""A browser that is logged in at the console of a sandbox."""

import pytest
from bambleweeny import Client
from browser.conftest import browsing
from browser.consoles import Console
from servers import running


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    with (
        running("sandbox", BAMBLEWEENY_LOG_LEVEL="warning") as server,
        Client(server.url, username="admin", password="changeme") as client,
        browsing(tmp_path_factory.mktemp("profile")) as browser,
    ):
        console = Console(browser, server, client)
        console.log_in()
        yield console


@pytest.fixture(autouse=True)
def forgets_complaints(console):
    console.complaints()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail if a test leaves a message in the browser's log that it has not read; leave its page.

    What it leaves in the page, such as a draft that asks before it is left, is gone with the page.
    NOTE: no fixture, since others may delete what an open page still asks for.
    """
    console = item.funcargs["console"]
    try:
        result = yield
        assert console.may_complain or console.complaints() == []
    finally:
        console.browser.get(f"{console.server.url}/docs")
    return result
