"""Route documents: what they may be, and each bound of them."""

import json

import pytest
from bambleweeny.core.mocks.documents import read_document
from bambleweeny.core.mocks.limits import DOCUMENT_BYTES
from bambleweeny.core.mocks.refusals import refusal
from bambleweeny.core.mocks.routes import load
from bambleweeny.errors import BambleweenyError

WHOLE = {
    "name": "shop", "key": "home", "content_type": "text/html", "journal": "shop-calls", "cors": "credentials",
    "rules": [
        {"name": "paid", "method": ["POST"], "path": "/orders/{id:int}/pay",
         "when": {"query": {"dry": False}, "header": {"accept": "*json*"}, "cookie": {}, "form": {}, "text": "*",
                  "body": {"user.name": "ann", "total": {"gte": 5}}, "key": {"order:$path.id": "new"}},
         "then": [["set", "order:$path.id", "paid", {"ttl": "1h"}], ["push", "callbacks", "!@[$body]", {"delay": "5s"}]],
         "answers": [{"name": "ok", "status": 201, "json": {"id": "!@[$path.id|int]", "who": "!@[$body.user.name]"},
                      "headers": {"X-A": "1"}, "cookies": {"sid": "!@[$uuid]", "old": {"value": "", "max_age": 0, "secure": True,
                      "http_only": True, "same_site": "Lax"}}, "delay_ms": [100, 900]},
                     {"fault": "reset"}],
         "order": "last"},
        {"path": "/todos", "collection": "todo:", "id": "int", "max": 1000, "seed": "todos"},
        {"path": "/profile", "method": "GET", "singleton": "profile", "seed": "seed:profile"},
    ],
}  # fmt: skip


def refused(document):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(BambleweenyError) as found:
        load(body)
    return found.value


def rule(**fields):
    return {"rules": [{}, fields]}


def answer(**fields):
    return rule(answers=[{}, fields])


def test_the_whole_document_is_taken():
    route = load(json.dumps(WHOLE).encode())
    assert [r.label for r in route.rules] == ["paid", "rule 2", "rule 3"]
    assert list(route.collections) == ["todos"]


@pytest.mark.parametrize(
    "document",
    [{"key": "a"}, {"key": "a", "content_type": "text/html"}, {"rules": [{}]}, rule(method="GET"), rule(answers=[]), answer(json=None),
     answer(text=""), answer(base64=""), answer(delay_ms=30_000), answer(delay_ms=[0, 0]), answer(status=599), rule(path="/"),
     rule(order="first"), rule(order="random"), rule(order="loop"), {"key": "a", "cors": "off"}, answer(fault="cut", text="x"), answer(fault="empty"),
     answer(headers={"content-type": "text/xml; charset=x", "X-A": ""}), rule(path="/a", collection="a:", id="uuid", max=1)],
)  # fmt: skip
def test_smaller_documents_are_taken(document):
    load(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        (b"{", "invalid_route", ""),
        (b"\xff", "invalid_route", ""),
        (b"[" * 100_000, "invalid_route", ""),
        ([], "invalid_route", ""),
        ({}, "invalid_route", ""),
        ({"keys": "a"}, "invalid_route", "keys"),
        ({"key": "a", "name": "a/b"}, "invalid_route", ""),
        ({"key": "a", "name": ".."}, "invalid_route", ""),
        ({"key": "a", "name": "x" * 65}, "invalid_route", ""),
        ({"key": "a b"}, "invalid_route", "'key'"),
        ({"key": "a", "journal": "a b"}, "invalid_route", "'journal'"),
        ({"key": "a", "content_type": "html"}, "invalid_route", ""),
        ({"key": "a", "content_type": "text/html\r\nX: y"}, "invalid_route", ""),
        ({"key": "a", "cors": "all"}, "invalid_route", "`$.cors`"),
        (rule(paths="/"), "invalid_route", "`$.rules[1]`"),
        (rule(path=5), "invalid_route", "`$.rules[1].path`"),
        (rule(path="a"), "invalid_path", "`$.rules[1].path`"),
        (rule(path="/**/a"), "invalid_path", "`$.rules[1].path`"),
        (rule(path="/" + "a/" * 33), "too_many_segments", "`$.rules[1].path`"),
        (rule(method=["get"]), "invalid_route", "`$.rules[1]`"),
        (rule(method=[""]), "invalid_route", "`$.rules[1]`"),
        (rule(order="first come"), "invalid_route", "`$.rules[1].order`"),
        (rule(when={"querry": {}}), "invalid_route", "`$.rules[1].when`"),
        (rule(when={"query": {"a": {"equals": 1}}}), "invalid_condition", "`$.rules[1].when.query.a`"),
        (rule(when={"text": "*****"}), "too_many_wildcards", "`$.rules[1].when.text`"),
        (rule(when={"body": {"": 1}}), "invalid_condition", "`$.rules[1].when`"),
        (rule(when={"key": {f"k{n}": 1 for n in range(6)}}), "too_many_key_conditions", "`$.rules[1].when`"),
        (rule(when={"key": {"a b": 1}}), "invalid_template", "`$.rules[1].when.key.a b`"),
        (rule(when={"key": {"a": {"x": 1}}}), "invalid_condition", "`$.rules[1].when.key.a`"),
        (rule(when={"key": {"a:$path.id": 1}}), "invalid_template", "`$.rules[1]`"),
        (rule(then=[["set", "a", "b"]] * 6), "too_many_operations", "`$.rules[1]`"),
        (rule(then=[["set", "a"]]), "invalid_operation", "`$.rules[1].then[0]`"),
        (rule(then=[["set", "a:$path.id", "b"]]), "invalid_template", "`$.rules[1]`"),
        (rule(then=[["set", "a", "!@[$path.id]"]]), "invalid_template", "`$.rules[1]`"),
        (rule(answers=[{}] * 21), "too_many_answers", "`$.rules[1]`"),
        ({"rules": [{}] * 201}, "too_many_rules", ""),
        (rule(name="a\nb"), "invalid_route", "`$.rules[1]`"),
        (rule(collection="todo"), "invalid_route", "`$.rules[1]`"),
        (rule(collection="to do:"), "invalid_route", "`$.rules[1]`"),
        (rule(collection="a:", answers=[{}]), "invalid_route", "`$.rules[1]`"),
        (rule(collection="a:", singleton="b"), "invalid_route", "`$.rules[1]`"),
        (rule(collection="a:", path="/a/**"), "invalid_path", "`$.rules[1]`"),
        (rule(collection="a:", path="/a" * 32), "too_many_segments", "`$.rules[1].path`"),
        (rule(collection="a:", max=0), "invalid_route", "`$.rules[1]`"),
        (rule(collection="a:", max=1001), "invalid_route", "`$.rules[1]`"),
        (rule(collection="a:", id="text"), "invalid_route", "`$.rules[1].id`"),
        (rule(collection="a:", seed="a b"), "invalid_route", "`$.rules[1]`"),
        (rule(singleton="a b"), "invalid_route", "`$.rules[1]`"),
        (rule(seed="a"), "invalid_route", "`$.rules[1]`"),
        (answer(body="x"), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(text="x", json=1), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(key="a b"), "invalid_template", "`$.rules[1].answers[1].key`"),
        (answer(key="a:$path.id"), "invalid_template", "`$.rules[1]`"),
        (answer(text="!@[$path.id]"), "invalid_template", "`$.rules[1]`"),
        (answer(json={"a": "!@[user:$path.id]"}), "invalid_template", "`$.rules[1]`"),
        (answer(text="!@[$foo]"), "invalid_template", "`$.rules[1].answers[1].text`"),
        (answer(json=["!@[$foo]"]), "invalid_template", "`$.rules[1].answers[1].json`"),
        (answer(headers={"X-A": "!@[$foo]"}), "invalid_template", "`$.rules[1].answers[1].headers.X-A`"),
        (answer(cookies={"a": "!@[$foo]"}), "invalid_template", "`$.rules[1].answers[1].cookies.a`"),
        (answer(base64="!"), "invalid_route", "`$.rules[1].answers[1].base64`"),
        (answer(status=199), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(status=600), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(status="200"), "invalid_route", "`$.rules[1].answers[1].status`"),
        (answer(content_type="html"), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(content_type="text/html", headers={"Content-Type": "text/xml"}), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(headers={"Content-Type": "html"}), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(headers={"X A": "1"}), "invalid_header", "`$.rules[1].answers[1]`"),
        (answer(headers={"X-A": "a\r\nB: c"}), "invalid_header", "`$.rules[1].answers[1]`"),
        (answer(headers={"X-A": "x" * 8193}), "invalid_header", "`$.rules[1].answers[1]`"),
        (answer(headers={"Set-Cookie": "a=b"}), "header_not_allowed", "`$.rules[1].answers[1]`"),
        (answer(cookies={"a b": "1"}), "invalid_cookie", "`$.rules[1].answers[1]`"),
        (answer(cookies={"a": "1; Domain=x"}), "invalid_cookie", "`$.rules[1].answers[1]`"),
        (answer(cookies={"a": {"value": "1", "domain": "x"}}), "invalid_route", "`$.rules[1].answers[1].cookies"),
        (answer(cookies={"a": {"value": "1", "path": "/"}}), "invalid_route", "`$.rules[1].answers[1].cookies"),
        (answer(delay_ms=30_001), "delay_too_long", "`$.rules[1].answers[1]`"),
        (answer(delay_ms=[0, 30_001]), "delay_too_long", "`$.rules[1].answers[1]`"),
        (answer(delay_ms=[2, 1]), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(delay_ms=-1), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(fault="slow"), "invalid_route", "`$.rules[1].answers[1].fault`"),
        (answer(name="a\n"), "invalid_route", "`$.rules[1].answers[1]`"),
        (answer(text="!@[$method]" * 101), "too_many_placeholders", "`$.rules[1].answers[1]`"),
        (answer(text="!@[$method]" * 90, headers={"A": "!@[$method]" * 10}, cookies={"b": "!@[$method]"}), "too_many_placeholders",
         "`$.rules[1].answers[1]`"),
        (answer(json=["!@[a]"] * 101), "too_many_placeholders", "`$.rules[1].answers[1]`"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_place(document, code, place):
    error = refused(document)
    assert error.code == code, error.info
    assert error.status == refusal(code).status
    assert place in error.info
    assert error.info.endswith(".")


def test_100_placeholders_are_enough():
    load(json.dumps(answer(text="!@[$method]" * 100)).encode())


def test_a_document_has_256_kb():
    start = json.dumps(answer(text="")).encode()
    whole = start.replace(b'"text": ""', b'"text": "' + b"x" * (DOCUMENT_BYTES - len(start)) + b'"')
    assert len(whole) == DOCUMENT_BYTES
    load(whole)
    error = refused(whole.replace(b"xx", b"xxx", 1))
    assert (error.code, error.status) == ("document_too_large", 413)


def test_200_rules_with_20_answers_are_taken():
    assert len(load(json.dumps({"rules": [{"answers": [{}] * 20}] * 200}).encode()).rules) == 200


def test_a_document_without_rules_stays_what_it_is():
    document = read_document(b'{"key":"home","content_type":"text/html"}')
    assert (document.key, document.content_type, document.rules, document.cors) == (
        "home",
        "text/html",
        [],
        "*",
    )


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"name": "..", "rules": [{}]}, "not dots alone - at `$"),
        ({"rules": [{"seed": "a b", "singleton": "a"}]}, "or .. alone - at `$.rules[0]`."),
        ({"name": "a/b", "rules": [{}]}, "alone"),
    ],
)
def test_a_refusal_has_one_full_stop(document, text):
    with pytest.raises(BambleweenyError) as refused:
        load(json.dumps(document).encode())
    info = str(refused.value)
    assert text in info or text.replace(" - at `$", ".") in info
    assert info.endswith(".")
    assert ".. " not in info.replace("not . or .. alone", "")
    assert not info.endswith("..")
    assert ". - at" not in info


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (rule(answer=[]), "Did you mean 'answers'?"),
        (rule(when={"headers": {}}), "Did you mean 'header'?"),
        (rule(when={"cookies": {}}), "Did you mean 'cookie'?"),
        (answer(delay=5), "Did you mean 'delay_ms'?"),
        (answer(header={}), "Did you mean 'headers'?"),
        (answer(cookies={"a": {"value": "", "maxage": 1}}), "Did you mean 'max_age'?"),
        ({"rulez": [{}]}, "Did you mean 'rules'?"),
        (rule(status=201), "'status' is a field of 'answers'."),
        (rule(journal="a"), "'journal' is a field of the document."),
        (rule(query={}), "'query' is a field of 'when'."),
        (rule(zzz=1), ""),
        (rule(**{"a`b - at `$.x`" * 9: 1}), ""),
        (answer(status=99), ""),
        (rule(path="/{x"), ""),
        (rule(then=[["sat", "a", "b"]]), ""),
    ],
)
def test_a_refusal_names_the_nearest_field_and_the_reference(document, says):
    assert refused(document).hint == f"{says} See /docs/mock-reference.".lstrip()
