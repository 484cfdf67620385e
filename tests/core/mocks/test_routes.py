"""Which rules may answer a call, and what the engine has to know."""

import json

import msgspec
import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.routes import load
from bambleweeny.errors import BambleweenyError


def route(*rules, **rest):
    return load(json.dumps({"rules": rules, **rest}).encode())


def labels(found):
    return [candidate.rule.label for candidate in found]


def rule(name, **fields):
    return {"name": name, **fields}


def test_the_first_rule_that_matches_is_the_last_candidate():
    found = route(
        rule("a", path="/x", when={"query": {"a": 1}}), rule("b", path="/x", method="POST"), rule("c", path="/x"), rule("d", path="/**"),
        rule("e", path="/x", when={"query": {"a": 1}}), key="home",
    )  # fmt: skip
    assert labels(found.candidates(Call("GET", "/x", "a=1"))) == ["a"]
    assert labels(found.candidates(Call("GET", "/x"))) == ["c"]
    assert labels(found.candidates(Call("POST", "/x"))) == ["b"]
    assert labels(found.candidates(Call("GET", "/y"))) == ["d"]


def test_rules_that_test_keys_are_tried_in_order():
    found = route(
        rule("new", path="/{id}", when={"key": {"order:$path.id": "new"}}), rule("paid", path="/{id}", when={"key": {"order:$path.id": ["paid", "sent"]}}),
        rule("any", path="/{id}"), rule("never", path="/{id}"),
    )  # fmt: skip
    candidates = found.candidates(Call("GET", "/7"))
    assert labels(candidates) == ["new", "paid", "any"]
    assert [c.plan().tests for c in candidates] == [
        [("order:7", ["is", "new"])],
        [("order:7", ["any", ["is", "paid"], ["is", "sent"]])],
        [],
    ]
    assert labels(found.candidates(Call("GET", "/a%20b"))) == ["any"]


def test_where_nothing_matches_the_key_answers_or_nothing():
    [last] = route(rule("a", path="/x"), key="home", content_type="text/html").candidates(
        Call("PUT", "/y")
    )
    assert (last.rule.label, last.plan().names) == ("key", [["home"]])
    with pytest.raises(BambleweenyError) as refused:
        route(rule("a", path="/x")).candidates(Call("PUT", "/y"))
    assert (refused.value.code, refused.value.status) == ("no_rule", 404)
    assert "PUT /y" in refused.value.info


def test_get_serves_head_and_no_other():
    found = route(rule("a", method=["GET"]), rule("b"))
    assert labels(found.candidates(Call("HEAD", "/"))) == ["a"]
    assert labels(found.candidates(Call("OPTIONS", "/"))) == ["b"]


def test_20_candidates_are_tried_at_most():
    rules = [rule(f"r{n}", when={"key": {"a": str(n)}}) for n in range(20)]
    assert len(route(*rules, rule("last")).candidates(Call("GET", "/"))) == 21
    assert len(route(*rules).candidates(Call("GET", "/"))) == 20
    with pytest.raises(BambleweenyError) as refused:
        route(*rules, rule("r20", when={"key": {"a": "x"}})).candidates(Call("GET", "/"))
    assert (refused.value.code, refused.value.status) == ("too_many_candidates", 422)


def test_an_operation_whose_name_cannot_be_made_is_no_match():
    found = route(rule("a", path="/{id}", then=[["del", "order:$path.id"]]), rule("b"))
    assert labels(found.candidates(Call("GET", "/7"))) == ["a"]
    assert labels(found.candidates(Call("GET", "/a:b"))) == ["b"]


def test_a_plan_is_all_that_the_engine_needs():
    found = route(
        rule("a", path="/{id:int}", when={"key": {"order:$path.id": True}}, then=[["set", "order:$path.id", "!@[$method]"], ["incr", "hits"]],
             answers=[{"json": ["!@[user:$path.id]", "!@[user:$path.id]", "!@[x]"]}, {"key": "page:$path.id", "headers": {"X": "!@[y]"}}], order="loop"),
    )  # fmt: skip
    plan = found.candidates(Call("PUT", "/7"))[0].plan()
    assert msgspec.json.decode(msgspec.json.encode(plan)) == [
        0, [["order:7", ["set"]]], True, "loop", -1, [["user:7", "x"], ["page:7", "y"]], [["set", "order:7", "UFVU"], ["incr", "hits", "1"]], "a", [200, -200],
    ]  # fmt: skip
    assert plan.names_alone is None
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(plan))[6][0] == ["set", "order:7", b"PUT"]


@pytest.mark.parametrize(
    ("fields", "names"),
    [({"answers": [{"json": {"id": "!@[$uuid]"}}]}, []), ({"answers": [{"json": "!@[a]"}, {"json": "!@[b]"}], "order": "first"}, ["a"]),
     ({"answers": [{"key": "k"}]}, ["k"]), ({"answers": [{"text": "!@[$count]"}]}, None), ({"answers": [{"text": "a"}, {"text": "b"}]}, None),
     ({"when": {"key": {"a": True}}}, None), ({"then": [["set", "a", "b"]]}, None)],
)  # fmt: skip
def test_an_answer_that_needs_keys_alone_is_known_as_one(fields, names):
    candidate = route(rule("a", **fields)).candidates(Call("GET", "/"))[0]
    assert candidate.plan().names_alone == names
    assert candidate.constant is None


@pytest.mark.parametrize(
    ("fields", "body"),
    [({}, b""), ({"answers": [{"json": {"a": 1}, "headers": {"X": "y"}}]}, b'{"a": 1}'), ({"answers": [{"text": "a"}, {"text": "b"}], "order": "first"}, b"a"),
     ({"answers": [{"status": 204, "delay_ms": 5}]}, b"")],
)  # fmt: skip
def test_an_answer_without_the_request_is_made_once(fields, body):
    found = route(rule("a", **fields))
    candidate = found.candidates(Call("GET", "/"))[0]
    assert candidate.constant == candidate.render("/")
    assert candidate.constant.body == body
    assert found.candidates(Call("GET", "/x"))[0].constant is candidate.constant


@pytest.mark.parametrize(
    "fields",
    [{"answers": [{"cookies": {"a": "b"}}]}, {"answers": [{"delay_ms": [1, 5]}]}, {"answers": [{"headers": {"X": "!@[$method]"}}]}],
)  # fmt: skip
def test_an_answer_that_differs_is_made_each_time(fields):
    assert route(rule("a", **fields)).candidates(Call("GET", "/"))[0].constant is None


def test_of_a_random_or_first_answer_the_names_of_one_are_asked():
    answers = [{"text": "!@[a]"}, {"text": "!@[b]"}]
    for order in ("random", "first"):
        plan = route(rule("x", answers=answers, order=order)).candidates(Call("GET", "/"))[0].plan()
        assert sum(map(len, plan.names)) == 1
        assert not plan.counts


def test_many_rules_of_one_path_are_found_by_a_text():
    found = route(
        *(
            rule(f"r{n}", path="/graphql", when={"body": {"operationName": f"Op{n}"}})
            for n in range(199)
        ),
        rule("other", path="/graphql"),
    )
    for n in (0, 150, 198):
        assert labels(
            found.candidates(Call("POST", "/graphql", body=b'{"operationName":"Op%d"}' % n))
        ) == [f"r{n}"]
    for body in (b"", b"{}", b'{"operationName":"Op999"}', b'{"operationName":["Op1"]}'):
        assert labels(found.candidates(Call("POST", "/graphql", body=body))) == ["other"]


def kinds(found, method, path, query=""):
    resource = found.candidates(Call(method, path, query))[0].resource
    return resource and (
        resource.kind,
        resource.collection.name,
        resource.id,
        resource.parent and resource.parent.name,
        resource.verb(method),
    )


def test_a_collection_has_lists_objects_and_nested_lists():
    found = route(
        rule("mine", path="/posts/mine"), {"path": "/posts", "collection": "post:"}, {"path": "/api/comments", "collection": "c:", "id": "uuid"},
        {"path": "/profile", "singleton": "profile"}, {"path": "/read", "collection": "r:", "method": "GET"}, rule("rest"),
    )  # fmt: skip
    assert kinds(found, "GET", "/posts") == ("list", "posts", "", None, "list")
    assert kinds(found, "HEAD", "/posts/") == ("list", "posts", "", None, "list")
    assert kinds(found, "POST", "/posts") == ("list", "posts", "", None, "create")
    assert kinds(found, "GET", "/posts/7") == ("object", "posts", "7", None, "show")
    assert kinds(found, "PUT", "/posts/a%20b") == ("object", "posts", "a b", None, "replace")
    assert kinds(found, "PATCH", "/api/comments/7") == ("object", "comments", "7", None, "patch")
    assert kinds(found, "DELETE", "/posts/7") == ("object", "posts", "7", None, "delete")
    assert kinds(found, "GET", "/posts/7/comments") == ("list", "comments", "7", "posts", "list")
    assert kinds(found, "POST", "/posts/7/comments") == ("list", "comments", "7", "posts", "create")
    assert kinds(found, "OPTIONS", "/posts") == ("list", "posts", "", None, "options")
    assert kinds(found, "PATCH", "/profile") == ("singleton", "profile", "", None, "patch")
    assert kinds(found, "GET", "/posts/mine") is None
    for method, path in (
        ("GET", "/posts/7/tags"),
        ("GET", "/posts/7/posts"),
        ("GET", "/posts/7/comments/1"),
        ("POST", "/read"),
        ("GET", "/profile/1"),
        ("GET", "/posts//comments"),
    ):
        assert labels(found.candidates(Call(method, path))) == ["rest"], path


def test_a_method_that_a_collection_does_not_take():
    found = route({"path": "/posts", "collection": "post:"}, {"path": "/p", "singleton": "p"})
    for method, path, allowed in (
        ("DELETE", "/posts", "GET, HEAD, POST, OPTIONS"),
        ("POST", "/posts/1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("DELETE", "/p", "GET, HEAD, POST, PUT, PATCH, OPTIONS"),
    ):
        [candidate] = found.candidates(Call(method, path))
        with pytest.raises(BambleweenyError) as refused:
            candidate.resource.verb(method)
        assert refused.value.code == "method_not_allowed"
        assert candidate.resource.allowed == allowed
