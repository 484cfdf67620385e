"""The engine's part of an answer: which rule it is, its counter, and its keys."""

import json

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.matching.matchers import matcher_of, spec_of
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.public.compiled_documents import CompiledDocuments
from bambleweeny.core.public.mock_answers import MockAnswers
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.core.public.routes import Routes
from bambleweeny.core.topics import Bounds
from bambleweeny.errors import NoRule, NotAnInteger, NotFound
from bambleweeny.store.scripts import READ_VALUES
from msgspec import Raw

VALUES = [
    None,
    "",
    "a",
    "ab",
    "abc",
    "a*b",
    "5",
    "5.0",
    "-5",
    "007",
    "1e2",
    "0x10",
    " 5",
    "new",
    "b" * 9000,
    "a" + "b" * 9000,
    "ü",
    "2024-05-01",
]
SPECS = [
    "true", "false", '"a"', '"a*"', '"*b*"', '"*"', '"**"', '"a*b*c"', '"*b"', '"b*"', "5", "5.0", "-5", '["a", 5, false]', '{"not": "a"}', '{"not": ["a", 5]}',
    '{"is": "a*b"}', '{"has": "b"}', '{"gt": 4}', '{"gte": 5}', '{"lt": 0}', '{"lte": -5}', '{"gte": "2024-01-01"}', '{"gt": 1, "not": 5}', '{"has": "b", "not": "ab"}',
]  # fmt: skip


@pytest.fixture
def asked(services, uli):
    """Creates a route and returns a function that calls it."""

    def ask(document):
        made = services.mocks.documents.create(uli, json.dumps(document).encode())

        def call(*args):
            reference, seen = Reference(made.id), []
            return services.mocks.answers.answer(
                reference, Call(*args), "/here", seen.append
            ).content

        return call

    return ask


@pytest.fixture
def keep(services, uli):
    def write(values):
        for name, value in values.items():
            services.keys.set(uli, name, value)

    return write


@pytest.mark.parametrize("spec", SPECS)
def test_an_engine_tests_keys_as_conditions_are_tested(services, uli, asked, spec):
    call = asked({"rules": [{"when": {"key": {"k": json.loads(spec)}}}]})
    matches = matcher_of(spec_of(Raw(spec.encode())))
    for value in VALUES:
        if value is not None:
            services.keys.set(uli, "k", value.encode())
        is_wanted = matches([] if value is None else [value])
        if is_wanted:
            assert call("GET", "/").status == 200, value and value[:20]
        else:
            with pytest.raises(NoRule):
                call("GET", "/")


def test_state_in_keys_chooses_the_rule(asked, keep):
    call = asked({"rules": [
        {"path": "/orders/{id:int}", "when": {"key": {"order:$path.id": "paid"}}, "answers": [{"json": {"id": "!@[$path.id|int]", "by": "!@[user:$path.id|json]"}}]},
        {"path": "/orders/{id:int}", "when": {"key": {"order:$path.id": ["new", "held"]}}, "answers": [{"status": 202}]},
        {"path": "/orders/{id:int}", "answers": [{"status": 404}]},
    ]})  # fmt: skip
    keep({"user:7": b'{"name":"ann"}'})
    statuses = [call("GET", "/orders/7").status]
    for state in (b"new", b"held", b"paid"):
        keep({"order:7": state})
        statuses.append(call("GET", "/orders/7").status)
    assert statuses == [404, 202, 202, 200]
    assert call("GET", "/orders/7").body == b'{"id":7,"by":{"name":"ann"}}'
    assert call("GET", "/orders/8").status == 404


@pytest.mark.parametrize(
    ("order", "bodies"), [("last", b"0122"), ("loop", b"0120"), ("first", b"0000")]
)
def test_a_counter_chooses_the_answer_and_its_keys(asked, keep, order, bodies):
    keep({f"k{n}": b"%d" % n for n in range(3)})
    call = asked({"rules": [{"answers": [{"key": f"k{n}"} for n in range(3)], "order": order}]})
    assert b"".join(call("GET", "/").body for _ in range(4)) == bodies


def test_a_preferred_answer_is_not_counted(asked):
    call = asked({"rules": [{"answers": [{"text": "!@[$count]"}, {"status": 500}, {"text": "last !@[$count]"}]}]})  # fmt: skip
    assert call("GET", "/").body == b"1"
    preferred = call("GET", "/", "", {"prefer": "code=500"})
    assert (preferred.status, preferred.headers[-1]) == (500, ("Preference-Applied", "code=500"))
    assert call("GET", "/").status == 500
    assert call("GET", "/").body == b"last 3"


def test_the_names_in_a_shown_text_are_read_after_it(asked, keep):
    keep({
        "page": b"<p>!@[user:$path.id]</p>!@[foot]", "user:7": b"<b>", "foot": b"!@[user:7]",
    })  # fmt: skip
    call = asked({"rules": [{"path": "/{id}", "answers": [{"key": "page", "expand": True, "content_type": "text/html"}]}]})  # fmt: skip
    assert call("GET", "/7").body == b"<p>&lt;b&gt;</p>!@[user:7]"


def test_operations_are_done_with_the_answer_or_not_at_all(services, uli, asked, keep):
    call = asked({"rules": [{
        "path": "/{id}", "when": {"key": {"state": "new"}},
        "then": [["set", "state", "!@[$path.id]"], ["push", "jobs", "!@[$body]"], ["publish", "news", "x"], ["incr", "n"]],
        "answers": [{"json": ["!@[state]", "!@[n|int]", "!@[$count]"]}],
    }]})  # fmt: skip
    keep({"state": b"new", "n": b"text"})
    with pytest.raises(NotAnInteger):
        call("POST", "/7", "", {}, b"job")
    assert services.keys.get(uli, "state") == b"new"
    assert services.lists.pop(uli, "jobs") is None
    keep({"n": b"4"})
    assert call("POST", "/7", "", {}, b"job").body == b'["7",5,1]'
    assert services.lists.pop(uli, "jobs") == b"job"
    with pytest.raises(NoRule):
        call("POST", "/7")


def test_a_replaced_document_counts_at_once_in_every_process(
    services, uli, store, session_services
):
    made = services.mocks.documents.create(
        uli, b'{"name":"a","rules":[{"answers":[{"text":"1"}]}]}'
    )
    other = MockAnswers(
        store, Routes(store), PublicNames(store, "route"), list_bounds=(10, 1000), topic_bounds=Bounds(9, 9, 9000)
    )  # fmt: skip

    def both():
        return {
            answers.answer(reference, Call("GET", "/"), "", bool).content.body
            for answers in (services.mocks.answers, other)
            for reference in (Reference(made.id), Reference(user="uli", name="a"))
        }

    assert both() == {b"1"}
    services.mocks.documents.replace(
        uli, made.id, b'{"name":"a","rules":[{"answers":[{"text":"2"}]}]}'
    )
    assert both() == {b"2"}
    services.mocks.documents.delete(uli, "@uli/a")
    again = services.mocks.documents.create(
        uli, b'{"name":"a","rules":[{"answers":[{"text":"3"}]}]}'
    )
    for answers in (services.mocks.answers, other):
        with pytest.raises(NotFound):
            answers.answer(Reference(made.id), Call("GET", "/"), "", bool)
        named = Reference(user="uli", name="a")
        assert answers.answer(named, Call("GET", "/"), "", bool).content.body == b"3"
        assert answers.answer(Reference(again.id), Call("GET", "/"), "", bool).content.body == b"3"


def test_a_process_remembers_a_bounded_number_of_documents(services, uli, store, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.public.compiled_documents._MOST_DOCUMENTS", 4)
    compiled, routes = CompiledDocuments(store, load), Routes(store)
    for n in range(12):
        made = services.mocks.documents.create(uli, b'{"rules":[{"answers":[{"text":"%d"}]}]}' % n)
        compiled.get(routes.find(made.id))
    assert 1 <= len(compiled._known) <= 4
    monkeypatch.setattr("bambleweeny.core.public.compiled_documents._MOST_BYTES", 1000)
    for _ in range(9):
        text = b'{"rules":[{"answers":[{"text":"%s"}]}]}' % (b"x" * 300)
        made = services.mocks.documents.create(uli, text)
        compiled.get(routes.find(made.id))
    assert sum(known.size for known in compiled._known.values()) == compiled._bytes <= 1000


def test_a_route_whose_owner_is_deleted_between_two_steps_is_not_found(
    asked, services, uli, meanwhile
):
    services.keys.set(uli, "page", b"hi !@[name]")
    call = asked({"rules": [{"answers": [{"key": "page", "expand": True}]}]})
    assert call("GET", "/", "", {}, b"").body == b"hi "
    meanwhile(READ_VALUES, lambda: services.users.delete(uli.id))
    with pytest.raises(NotFound):
        call("GET", "/", "", {}, b"")
