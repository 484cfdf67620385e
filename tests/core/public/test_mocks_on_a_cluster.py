"""Routes with documents on a Cluster: each script finds all its keys in its owner's slot."""

import json
from contextlib import closing

import pytest
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.mocks.verification import read_expectation
from bambleweeny.core.services import make_services
from bambleweeny.core.topics import BEGINNING, Bounds
from bambleweeny.errors import NotFound
from bambleweeny.store import open_store
from engines import Cluster

DOCUMENT = {
    "name": "shop", "journal": "calls",
    "rules": [
        {"path": "/pay/{id}", "when": {"key": {"order:$path.id": True}},
         "then": [["set", "order:$path.id", "paid"], ["push", "jobs", "x", {"delay": "1m"}], ["publish", "news", "y"], ["incr", "n"]],
         "answers": [{"text": "!@[order:$path.id] !@[n] !@[$count]"}, {"text": "again"}]},
        {"path": "/todos", "collection": "todo:", "seed": "seed"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    with closing(open_store(cluster.url)) as store:
        made = make_services(
            store, open_instance(store), passwords=Passwords(memory_kib=8, time_cost=1), token_lifetime=100, max_list_items=100, max_list_bytes=10_000,
            topic_bounds=Bounds(100, 100, 100_000), max_waits=1, append_only_file=None,
        )  # fmt: skip
        made.users.create_admin("changeme")
        yield made
    cluster.stop()


@pytest.mark.parametrize("name", ["ann", "bob", "cem"])
def test_all_of_it_works_in_each_slot(services, name):
    services.users.create(name, "secret")
    user = services.logins.log_in(name, "secret")
    services.keys.set(user, "order:7", b"new")
    services.keys.set(user, "seed", b'[{"id":1},{"id":2}]')
    published = services.mocks.imports.put(user, json.dumps(DOCUMENT).encode())
    assert published.name == f"@{name}/shop"

    shop = Reference(user=name, name="shop")

    def ask(method, path, body=b"", reference=shop):
        call = Call(method, path, "", {}, body)
        return services.mocks.answers.answer(reference, call, "", bool).content

    assert ask("GET", "/pay/7").body == b"paid 1 1"
    assert ask("GET", "/pay/7").body == b"again"
    assert ask("GET", "/todos").body == b'[{"id":1},{"id":2}]'
    assert ask("POST", "/todos", b'{"a":1}').body == b'{"id":3,"a":1}'
    assert ask("PATCH", "/todos/3", b'{"a":2}').body == b'{"id":3,"a":2}'
    assert ask("DELETE", "/todos/1").status == 200
    verdict = services.mocks.verifications.verify(
        user, published.id, read_expectation(b'{"count":6}'), after=BEGINNING, seconds=0, is_connected=bool,
    )  # fmt: skip
    assert verdict.is_met
    services.mocks.seeds.reset(user, published.id)
    assert ask("GET", "/todos", reference=Reference(published.id)).body == b'[{"id":1},{"id":2}]'
    services.mocks.documents.replace(user, published.id, b'{"key":"order:7","content_type":"a/b"}')
    with pytest.raises(NotFound):
        ask("GET", "/")
    shown = services.mocks.answers.answer(
        Reference(published.id), Call("GET", "/"), "", bool
    ).content
    assert shown.value == b"paid"
    services.users.delete(user.id)
    with pytest.raises(NotFound):
        ask("GET", "/", reference=Reference(published.id))
