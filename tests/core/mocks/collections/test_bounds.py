"""What a stranger asks of a collection has bounds: the time that it takes, and what it changes."""

import json
import time

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.collections.replies import Collection, Resource, listed
from bambleweeny.errors import BambleweenyError

MANY = [{"id": n, "a": {"b": n}} for n in range(1, 1001)]
MIXED = "&".join(f"a{sign}=1" for sign in ("", "_ne", ":eq", ":ne", ":in", "_like", ":contains"))


def answer(query, objects, path="/a"):
    resource = Resource(Collection("a", "a:"))
    found = {"a:": [(str(o["id"]), json.dumps(o).encode()) for o in objects]}
    return listed(resource, Call("GET", path, query), found, f"http://h{path}")


def ids(query, objects):
    return [element["id"] for element in json.loads(answer(query, objects).body)]


@pytest.mark.parametrize(
    "query",
    ["_sort=" + "[1]" * 4000, "_sort=a" + ".b" * 200, "x" + "[1]" * 4000 + "=1", "x" * 19_000 + "=1", "x" * 19_000 + "_gte=1",
     "x" + ".b" * 200 + "_ne=1", "_sort=" + ",".join(["a" + "[0]" * 19] * 11)],
)  # fmt: skip
def test_a_long_path_is_refused_at_once(query):
    started = time.process_time()
    with pytest.raises(BambleweenyError) as refused:
        answer(query, MANY)
    assert (refused.value.code, refused.value.status) == ("too_many_filters", 422)
    assert time.process_time() - started < 10


def test_a_path_has_up_to_20_names():
    deep = [{"id": 1, "a": [[[[3]]]]}, {"id": 2}]
    assert ids("a[0][0][0][0]=3", deep) == ids("a.0.0[0].0_gte=3", deep) == [1]
    assert ids("a" + ".b" * 19 + "=1", deep) == [1, 2]


@pytest.mark.parametrize("part", ["1", 1.5, "x" * 40, [1] * 9])
@pytest.mark.parametrize(
    "query",
    ["&".join(f"a_ne=z{n}" for n in range(50)), "&".join(f"a_like=z{n}" for n in range(50)), "&".join(f"a:endsWith=z{n}" for n in range(50)),
     MIXED, "q=zz&" + MIXED, "_sort=a,-a,a,-a,a,-a,a,-a,a,-a", "&".join(f"a=z{n}" for n in range(900))],
)  # fmt: skip
def test_long_lists_take_bounded_time(part, query):
    objects = [{"id": 1, "a": [part] * (900_000 // (len(json.dumps(part)) + 2))}]
    objects.append({"id": 2, "a": objects[0]["a"][:5]})
    started = time.process_time()
    try:
        answer(query, objects)
    except BambleweenyError as ex:
        assert (ex.code, ex.status) == ("too_many_filters", 422)
    assert time.process_time() - started < 10


def test_lists_of_usual_size_are_filtered():
    objects = [{"id": n, "a": ["x", n]} for n in range(1000)]
    assert ids("a_ne=x", objects) == []
    assert ids("a_ne=5&a_like=99", objects) == [99, *range(199, 990, 100), *range(990, 1000)]


def test_a_query_with_too_many_fields_is_no_query_without_filters():
    objects = [{"id": 1}, {"id": 2}]
    padding = "&".join(["_=1"] * 999)
    assert ids(f"{padding}&id=2", objects) == [2]
    with pytest.raises(BambleweenyError) as refused:
        answer(f"{padding}&_=1&id=2", objects)
    assert (refused.value.code, refused.value.status) == ("too_many_filters", 422)


def test_a_size_alone_is_a_first_page():
    objects = [{"id": n} for n in range(1, 26)]
    found = answer("_per_page=10", objects)
    page = json.loads(found.body)
    assert ([o["id"] for o in page["data"]], page["pages"], page["next"]) == (list(range(1, 11)), 3, 2)  # fmt: skip
    assert '<http://h/a?_per_page=10&_page=2>; rel="next"' in dict(found.headers)["Link"]
    assert len(json.loads(answer("_per_page=x", objects).body)) == 25


def test_a_link_has_no_text_of_the_caller_outside_of_its_brackets():
    objects = [{"id": n} for n in range(1, 26)]
    for query, path in [("_page=1&_limit=9&x=>;rel=x,<http://evil>;rel=next,<", "/a"), ("_page=1&_limit=9", "/a/>;rel=x,<")]:  # fmt: skip
        link = dict(answer(query, objects, path).headers)["Link"]
        assert link.count("<") == link.count(">") == 3, link
        assert all(part.startswith("<http://h/a") for part in link.split(", "))


@pytest.mark.parametrize(
    ("parent", "ids", "written"),
    [("7", "int", b"7"), ("0", "int", b"0"), ("007", "int", b'"007"'), ("\u00b2", "int", '"\u00b2"'.encode()), ("\u0667", "int", '"\u0667"'.encode()),
     ("1" * 19, "int", b'"' + b"1" * 19 + b'"'), ("7", "uuid", b'"7"'), ("a\"b", "int", b'"a\\"b"')],
)  # fmt: skip
def test_the_id_of_a_parent_is_valid_json(parent, ids, written):
    resource = Resource(Collection("comments", "c:"), "list", parent, Collection("posts", "p:", ids))  # fmt: skip
    assert {name: bytes(raw) for name, raw in resource.fields_given().items()} == {"postId": written}  # fmt: skip
