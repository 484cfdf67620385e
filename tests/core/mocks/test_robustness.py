"""Nothing that a stranger sends, and nothing that an owner writes, is more than a refusal."""

import copy
import json
from contextlib import suppress

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.collections.objects import new_object, patched, replaced, seeded
from bambleweeny.core.mocks.collections.replies import Collection, Resource, listed, shown
from bambleweeny.core.mocks.headers import is_header_value
from bambleweeny.core.mocks.imports.har import import_har
from bambleweeny.core.mocks.imports.json_server import import_db
from bambleweeny.core.mocks.imports.openapi import import_openapi
from bambleweeny.core.mocks.journal import call_of, decoded, encoded, entry_of
from bambleweeny.core.mocks.redaction import redacted_header, redacted_url
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.mocks.verification import read_expectation
from bambleweeny.errors import BambleweenyError
from hypothesis import given, settings
from hypothesis import strategies as st

PROPERTY = settings(database=None, deadline=None, derandomize=True, max_examples=120)

ROUTE = {
    "name": "shop", "key": "home", "content_type": "text/html", "journal": "calls", "cors": "*",
    "rules": [
        {"name": "pay", "method": ["POST", "GET"], "path": "/{a}/{b:int}",
         "when": {"query": {"q": "*a*"}, "header": {"x": {"has": "b"}}, "cookie": {"c": True}, "form": {"f": [1, "2"]}, "text": {"not": "z"},
                  "body": {"v": {"gte": 5, "not": 7}, "w.0": {"is": [1, {"a": None}]}}, "key": {"k:$path.a": {"gt": 1}}},
         "then": [["set", "k:$path.a", {"json": ["!@[$body]"]}, {"ttl": "1h"}], ["push", "l", "!@[$body]"], ["incr", "n:$query.q", 2]],
         "answers": [{"name": "ok", "status": 201, "json": {"a": "!@[$path.a]", "!@[$body.v]": "x!@[u:$query.q|json]"}, "headers": {"X-A": "!@[$query.q|url]"},
                      "cookies": {"s": "!@[$uuid]"}, "delay_ms": [1, 2]}, {"text": "!@[$header.x]!@[$body|html]", "content_type": "text/html"}], "order": "loop"},
        {"path": "/{x}", "answers": [{"text": "!@[$query.q] !@[$body.v|int|default:3] !@[$form.f] !@[$cookie.c]", "headers": {"X-Q": "!@[$query.q|default:]"}}]},
        {"path": "/todos", "collection": "todo:", "id": "int", "max": 5, "seed": "s"}, {"path": "/p", "singleton": "p"},
        {"answers": [{"json": ["!@[$body]", "!@[$body.v]", "!@[$query.q]", "!@[$url]", "!@[$now]", "!@[$header.x]"]}]},
    ],
}  # fmt: skip
HAR = {"log": {"entries": [{"request": {"method": "GET", "url": "https://h/a?b=c", "headers": [{"name": "a", "value": "b"}], "postData": {"text": "x"}},
       "response": {"status": 200, "headers": [{"name": "X", "value": "y"}], "cookies": [{"name": "c", "value": "d"}],
                    "content": {"size": 1, "mimeType": "application/json", "text": "{}", "encoding": ""}}}] * 2}}  # fmt: skip
OPENAPI = {
    "openapi": "3.1.0", "servers": [{"url": "/{v}", "variables": {"v": {"default": "1"}}}],
    "paths": {"/a/{id}": {"parameters": [{"name": "id", "in": "path", "schema": {"type": "integer"}}], "get": {"operationId": "x", "tags": ["t"], "responses": {
        "200": {"headers": {"X": {"schema": {"type": "string"}}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}, "examples": {"e": {"value": 1}}}}},
        "default": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}}},
    "components": {"schemas": {"A": {"type": "object", "required": ["b"], "properties": {"b": {"type": ["string", "null"], "minLength": 3, "format": "uuid"},
                   "c": {"oneOf": [{"type": "integer", "minimum": 3, "multipleOf": 2}, {"$ref": "#/components/schemas/A"}], "discriminator": {"propertyName": "k", "mapping": {"a": "A"}}},
                   "d": {"type": "array", "items": {"allOf": [{"type": "number"}]}, "minItems": 2}}, "additionalProperties": {"type": "boolean"}}}},
}  # fmt: skip
DB = {"posts": [{"id": 1, "a": 1.5}, {"id": "x"}, {}], "profile": {"a": 1}, "n": 1}

LOADED = load(json.dumps(ROUTE).encode())
COLLECTION = Collection("todos", "todo:")

texts = st.one_of(st.text(max_size=20), st.text("ab0:*$!@[]{}|.,-_/%\r\n\"'\\", max_size=20))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(texts, v, max_size=3), max_leaves=6
)
queries = st.one_of(
    st.text("abq=&%+_[].,:-0189éx", max_size=40),
    st.lists(st.tuples(st.sampled_from(["_sort", "_order", "_page", "_limit", "_per_page", "_start", "_end", "_embed", "_expand", "q", "a", "a_gte", "a_like", "b:in", "c.0", "a[0]", "id", "id_ne"]),
                       st.sampled_from(["", "a", "-a,b", "desc", "1", "-1", "99999999999999", "todos", "todo", "x", "1e5", "%00", "true", "null"])), max_size=6)
    .map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)),
)  # fmt: skip
bodies = st.one_of(
    values.map(lambda v: json.dumps({"v": v, "w": [v]}).encode()),
    values.map(lambda v: json.dumps(v).encode()),
    st.binary(max_size=40),
    texts.map(lambda t: f"f={t}".encode()),
)
calls = st.builds(
    lambda method, path, query, header, body: Call(
        method, path, query, {"x": header, "cookie": f"c={header}", "content-type": "application/x-www-form-urlencoded", "prefer": f"code={header}", "authorization": f"Bearer {header}"}, body,
    ),
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "FOO"]),
    st.one_of(texts.map(lambda t: "/" + t), st.sampled_from(["/todos", "/todos/1", "/p", "/a/7", "", "/x", "/todos/1/todos"])),
    queries, texts, bodies,
)  # fmt: skip


@PROPERTY
@given(calls, texts)
def test_a_call_is_answered_or_refused(call, key):
    def is_ours(token):
        return "a" in token

    headers = {name: redacted_header(name, text, is_ours) for name, text in call.headers.items()}
    url = redacted_url(call.path, call.query, is_ours)
    seen = Call(call.method, *url, headers, call.body)
    for field in ("method", "path", "query", "body"):
        again = getattr(call_of(decoded(encoded(entry_of(call)))), field)
        assert again == getattr(call, field)
    with suppress(BambleweenyError):
        for candidate in LOADED.candidates(seen):
            plan = candidate.plan()
            keys = {name: key.encode() for names in plan.names for name in names}
            candidate.learn(1, keys)
            if candidate.resource:
                candidate.resource.verb(call.method)
                continue
            candidate.learn(1, dict.fromkeys(candidate.further_names(), b"x"))
            answer = candidate.render("/routes/x")
            assert all(is_header_value(value) for _, value in answer.headers)


@PROPERTY
@given(queries, st.lists(st.tuples(st.sampled_from(["1", "2", "x", "y"]), bodies), max_size=4))
def test_a_list_is_answered_or_refused(query, found):
    call = Call("GET", "/todos", query)
    resource = Resource(COLLECTION, others={"todos": COLLECTION})
    with suppress(BambleweenyError):
        answer = listed(resource, call, {"todo:": found}, "/todos")
        json.loads(answer.body)
        assert all(is_header_value(value) for _, value in answer.headers if value.isascii())
    for _, value in found:
        with suppress(BambleweenyError):
            shown(
                Resource(COLLECTION, "object", "1", others={"todos": COLLECTION}),
                call,
                value,
                {"todo:": found},
            )


@PROPERTY
@given(bodies, bodies)
def test_a_write_is_done_or_refused(body, known):
    call = Call("POST", "/todos", body=body)
    with suppress(BambleweenyError):
        made = new_object(call, "int").text("1")
        assert isinstance(json.loads(made), dict)
        assert json.loads(replaced(made, call))["id"] == json.loads(made)["id"]
        assert json.loads(patched(made, call))["id"] == json.loads(made)["id"]
    with suppress(BambleweenyError):
        seeded(known, "int")


def places_in(part, path=()):
    yield path
    for name, inner in (
        part.items()
        if isinstance(part, dict)
        else enumerate(part)
        if isinstance(part, list)
        else ()
    ):
        yield from places_in(inner, (*path, name))


def changed(document, path, value):
    document = copy.deepcopy(document)
    if not path:
        return value
    part = document
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return document


odd = st.one_of(
    values,
    st.sampled_from(
        [
            0,
            -1,
            10**18,
            10**40,
            1e308,
            "",
            "a" * 300,
            "!@[$body]",
            "!@[$",
            "$path.a",
            [],
            {},
            [[]],
            {"a": {}},
            None,
            True,
        ]
    ),
)


@pytest.mark.parametrize(("read", "document"), [(load, ROUTE), (import_har, HAR), (import_openapi, OPENAPI), (import_db, DB), (read_expectation, {"path": "/a", "count": {"min": 1}, "when": ROUTE["rules"][0]["when"]})])  # fmt: skip
@PROPERTY
@given(st.data())
def test_a_document_is_taken_or_refused(read, document, data):
    place = data.draw(st.sampled_from(list(places_in(document))))
    body = json.dumps(changed(document, place, data.draw(odd))).encode()
    with suppress(BambleweenyError):
        read(body)


@pytest.mark.parametrize("levels", [90, 150, 400, 900, 5000])
def test_what_nests_deep_is_answered_or_refused(levels):
    deep = b"[" * levels + b"1" + b"]" * levels
    for read, text in ((load, b'{"rules":[{"answers":[{"json":%s}]}]}'), (load, b'{"rules":[{"when":{"body":{"v":{"is":%s}}}}]}'),
                       (load, b'{"rules":[{"then":[["set","a",{"json":%s}]]}]}'), (import_db, b'{"a":[{"b":%s}]}'),
                       (import_openapi, b'{"openapi":"3.0.0","paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"example":%s}}}}}}}}'),
                       (import_har, b'{"log":{"entries":[%s]}}')):  # fmt: skip
        with suppress(BambleweenyError):
            read(text % deep)
    call = Call("POST", "/x", body=b'{"v":' + deep + b"}")
    with suppress(BambleweenyError):
        [candidate] = LOADED.candidates(call)
        candidate.render("/")
    with suppress(BambleweenyError):
        made = new_object(call, "int").text("1")
        listed(
            Resource(COLLECTION),
            Call("GET", "/", "q=zz&v=1&_sort=v"),
            {"todo:": [("1", made)]},
            "/",
        )
        patched(made, call)


def test_monstrous_numbers_in_objects_are_kept_and_not_compared():
    found = {
        "todo:": [
            ("1", b'{"id":1,"v":' + b"9" * 5000 + b"}"),
            ("2", b'{"id":2,"v":1e400}'),
            ("3", b'{"id":3,"v":5}'),
        ]
    }
    assert json.loads(listed(Resource(COLLECTION), Call("GET", "/", "v_gte=5"), found, "/").body)[
        -1
    ] == {"id": 3, "v": 5}
    assert (
        listed(Resource(COLLECTION), Call("GET", "/", "_sort=-v"), found, "/").body.count(b'"id"')
        == 3
    )
