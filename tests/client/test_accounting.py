"""The usage and the audit trail in the client."""

from itertools import islice
from threading import Thread

import pytest
from bambleweeny import Client
from bambleweeny.errors import Forbidden


@pytest.fixture
def client(session_url, services, uli):
    with Client(session_url, "uli", "secret") as one:
        yield one


def test_the_usage_is_read(client, session_url):
    client.set("a", "1")
    used = client.usage()
    assert (used["id"], used["keys"], used["limits"]["quota"]) == (1, 1, 0)
    with Client(session_url, "admin", "changeme") as admin:
        assert admin.usage(userid=1)["keys"] == 1
    with pytest.raises(Forbidden):
        client.usage(userid=0)


def test_the_trail_is_read_and_followed(client, session_url):
    list(client.export())
    [login, export] = client.audit()
    assert (login.action, export.action, export.outcome, export.actor) == (
        "login", "export", "ok", "uli",
    )  # fmt: skip
    assert client.audit(action="export") == client.audit(last=1) == [export]
    page = client.audit("all", limit=1)
    assert client.audit(after=page.next) == [export]
    with Client(session_url, "admin", "changeme") as admin:
        # NOTE: in the trail of the instance the entry has another id.
        assert export[2:] in [entry[2:] for entry in admin.audit("1h")]
        assert login in admin.audit(userid=1)
    followed = client.follow_audit(last=1, action="export")
    assert next(followed) == export
    others = Thread(target=lambda: list(Client(session_url, "uli", "secret").export()))
    others.start()
    assert [entry.action for entry in islice(followed, 1)] == ["export"]
    others.join()
    followed.close()
