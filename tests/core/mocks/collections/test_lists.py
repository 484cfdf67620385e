"""Lists of collections: filters, order, pages and relations, as json-server has them."""

import json
import time

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.collections.replies import Collection, Resource, listed, shown
from bambleweeny.core.mocks.limits import ANSWER_BYTES
from bambleweeny.errors import BambleweenyError

POSTS = [
    {
        "id": 1,
        "title": "Json Server",
        "author": {"name": "typicode"},
        "views": 100,
        "tags": ["a", "b"],
        "public": True,
        "price": 1.5,
    },
    {
        "id": 2,
        "title": "Other",
        "author": {"name": "ann"},
        "views": 20,
        "tags": [],
        "public": False,
        "price": 10.0,
        "note": None,
    },
    {
        "id": 3,
        "title": "another server",
        "author": {"name": "bob"},
        "views": 100,
        "tags": ["b"],
        "date": "2024-05-01",
    },
    {"id": 10, "title": "Zebra", "views": "many", "date": "2023-05-01"},
]
COMMENTS = [
    {"id": "c1", "postId": 1, "body": "x"},
    {"id": "c2", "postId": "1", "body": "y"},
    {"id": "c3", "postId": 2},
    {"id": "c4", "body": "z"},
]
COLLECTIONS = {"posts": Collection("posts", "p:"), "comments": Collection("comments", "c:", "uuid")}
FOUND = {
    "p:": [(str(p["id"]), json.dumps(p, separators=(",", ":")).encode()) for p in POSTS],
    "c:": [(c["id"], json.dumps(c, separators=(",", ":")).encode()) for c in COMMENTS],
}


def answer(query="", name="posts", found=FOUND, **resource):
    made = Resource(COLLECTIONS[name], others=COLLECTIONS, **resource)
    call = Call("GET", f"/{name}", query)
    assert set(made.prefixes(call)) <= set(found)
    return listed(made, call, found, f"http://h/r/{name}")


def ids(query="", **options):
    return [element["id"] for element in json.loads(answer(query, **options).body)]


def test_a_list_is_an_array_of_all_as_they_are():
    found = answer()
    assert found.status == 200
    assert dict(found.headers) == {
        "Content-Type": "application/json; charset=utf-8",
        "X-Total-Count": "4",
    }
    assert found.body == b"[" + b",".join(text for _, text in FOUND["p:"]) + b"]"
    assert answer(found={"p:": []}).body == b"[]"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("title=Other", [2]),
        ("title=other", []),
        ("id=1&id=3", [1, 3]),
        ("id=1&title=Other", []),
        ("author.name=ann", [2]),
        ("author.name=ann&author.name=bob", [2, 3]),
        ("views=100", [1, 3]),
        ("views=100.0", [1, 3]),
        ("price=10", [2]),
        ("price=1.5", [1]),
        ("public=true", [1]),
        ("public=false", [2]),
        ("tags=b", [1, 3]),
        ("tags[0]=b", [3]),
        ("tags.0=b", [3]),
        ("note=null", []),
        ("nothing=1", [1, 2, 3, 10]),
        ("_=123&callback=x", [1, 2, 3, 10]),
        ("views_gte=50", [1, 3, 10]),
        ("views_gte=20&views_lte=50", [2]),
        ("views_gt=20", [1, 3, 10]),
        ("views_lt=100", [2]),
        ("views_gte=x", []),
        ("views_gte=many", [10]),
        ("views_gte=z", []),
        ("date_gte=2024", [3]),
        ("date_lt=2024-01-01", [10]),
        ("id_ne=1", [2, 3, 10]),
        ("id_ne=1&id_ne=2", [3, 10]),
        ("note_ne=x", []),
        ("title_like=server", [1, 3]),
        ("title_like=SERVER&title_like=zeb", [1, 3, 10]),
        ("title_like=.*", []),
        ("views_like=0", [1, 2, 3]),
        ("tags_like=a", [1]),
        ("author.name_like=t", [1]),
        ("views:gte=50", [1, 3, 10]),
        ("views:lt=50", [2]),
        ("title:eq=Other", [2]),
        ("id:ne=1", [2, 3, 10]),
        ("id:in=1,3", [1, 3]),
        ("title:contains=SERVER", [1, 3]),
        ("title:startsWith=json", [1]),
        ("title:endsWith=server", [1, 3]),
        ("q=ANN", [2]),
        ("q=2024", [3]),
        ("q=server&views=100", [1, 3]),
        ("q=", [1, 2, 3, 10]),
        ("q=nowhere", []),
        ("q=title", []),
    ],
)
def test_filters(query, expected):
    assert ids(query) == expected
    assert dict(answer(query).headers)["X-Total-Count"] == str(len(expected))


def test_a_field_that_ends_like_an_operator_is_a_field():
    found = {"p:": [("1", b'{"id":1,"size_gte":5}'), ("2", b'{"id":2,"size_gte":6}')]}
    assert ids("size_gte=5", found=found) == [1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("_sort=title", [1, 2, 10, 3]),
        ("_sort=title&_order=desc", [3, 10, 2, 1]),
        ("_sort=title&_order=DESC", [3, 10, 2, 1]),
        ("_sort=-title", [3, 10, 2, 1]),
        ("_sort=views", [2, 1, 3, 10]),
        ("_sort=views,id&_order=asc,desc", [2, 3, 1, 10]),
        ("_sort=-views,-id", [10, 3, 1, 2]),
        ("_sort=author.name", [2, 3, 1, 10]),
        ("_sort=author.name&_order=desc", [10, 1, 3, 2]),
        ("_sort=id&_order=desc", [10, 3, 2, 1]),
        ("_sort=nothing", [1, 2, 3, 10]),
        ("_sort=tags", [2, 1, 3, 10]),
        ("_sort=", [1, 2, 3, 10]),
        ("_sort=views&_sort=-id", [2, 3, 1, 10]),
    ],
)
def test_order(query, expected):
    assert ids(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("_limit=2", [1, 2]),
        ("_limit=0", []),
        ("_limit=x", [1, 2, 3, 10]),
        ("_start=1", [2, 3, 10]),
        ("_start=1&_end=3", [2, 3]),
        ("_start=1&_limit=2", [2, 3]),
        ("_start=-2&_end=4", [3, 10]),
        ("_start=0&_end=-1", [1, 2, 3]),
        ("_start=9&_end=99", []),
        ("_start=3&_end=1", []),
        ("_end=2", [1, 2]),
        ("_page=1&_limit=3", [1, 2, 3]),
        ("_page=2&_limit=3", [10]),
        ("_page=3&_limit=3", []),
        ("_page=1", [1, 2, 3, 10]),
        ("_page=x&_limit=1", [1]),
        ("_page=-5&_limit=1", [1]),
        ("_page=0&_limit=0", [1, 2, 3, 10]),
        ("_page=99999999999&_limit=1", []),
        ("_start=" + "9" * 15, []),
        ("_end=-" + "9" * 15, []),
        ("_sort=-id&_start=0&_end=1", [10]),
        ("views=100&_start=1&_end=2", [3]),
    ],
)
def test_parts_of_a_list(query, expected):
    assert ids(query) == expected


def test_the_total_is_of_all_that_match():
    assert dict(answer("views=100&_limit=1").headers)["X-Total-Count"] == "2"


def link(query):
    text = dict(answer(query).headers).get("Link", "")
    return {part.split('"')[1]: part[1 : part.index(">")] for part in text.split(", ") if part}


def test_links_to_other_pages():
    here = "http://h/r/posts?"
    assert link("_page=2&_limit=1&_sort=id") == {
        "first": here + "_page=1&_limit=1&_sort=id", "prev": here + "_page=1&_limit=1&_sort=id",
        "next": here + "_page=3&_limit=1&_sort=id", "last": here + "_page=4&_limit=1&_sort=id",
    }  # fmt: skip
    assert link("%5Fpage=1&_limit=3")["next"] == here + "_page=2&_limit=3"
    assert link("_limit=3&_page=1&_page=9")["next"] == here + "_limit=3&_page=2&_page=2"
    assert list(link("_page=1&_limit=3")) == ["first", "next", "last"]
    assert list(link("_page=2&_limit=3")) == ["first", "prev", "last"]
    assert link("_page=1&_limit=4") == link("_page=1") == link("_limit=1") == {}
    for query in ("_page=1&_limit=2", "%5Fpage=1&_limit=2", "_limit=2&_page=1&_page=3"):
        for name, url in link(query).items():
            found = ids(url.partition("?")[2])
            assert found == ([1, 2] if name == "first" else [3, 10])


def test_a_page_of_json_server_1_is_an_object():
    assert json.loads(answer("_page=2&_per_page=1&_sort=id").body) == {
        "first": 1,
        "prev": 1,
        "next": 3,
        "last": 4,
        "pages": 4,
        "items": 4,
        "data": [POSTS[1]],
    }
    assert json.loads(answer("_page=1&_per_page=9").body) == {
        "first": 1,
        "prev": None,
        "next": None,
        "last": 1,
        "pages": 1,
        "items": 4,
        "data": POSTS,
    }
    assert json.loads(answer("_page=99&_per_page=3").body)["data"] == [POSTS[3]]
    assert json.loads(answer("_page=1&_per_page=2&views=100").body)["items"] == 2


def test_children_are_embedded():
    found = json.loads(answer("_embed=comments").body)
    assert [[child["id"] for child in post["comments"]] for post in found] == [
        ["c1", "c2"],
        ["c3"],
        [],
        [],
    ]
    assert found[0]["title"] == "Json Server"
    assert json.loads(answer("_embed=comments&_embed=comments,nothing&id=2").body)[0][
        "comments"
    ] == [COMMENTS[2]]


def test_parents_are_embedded():
    for query in ("_expand=post", "_embed=post"):
        found = json.loads(answer(query, name="comments").body)
        assert [comment.get("post", {}).get("id") for comment in found] == [1, 1, 2, None]
        assert "post" not in found[3]


def test_what_is_embedded_is_read_too():
    resource = Resource(COLLECTIONS["posts"], others=COLLECTIONS)
    assert resource.prefixes(Call("GET", "/", "_embed=comments&_expand=x")) == ["p:", "c:"]
    assert resource.prefixes(Call("GET", "/", "_sort=id")) == ["p:"]


def test_one_object_embeds_too():
    resource = Resource(COLLECTIONS["posts"], "object", "1", others=COLLECTIONS)
    call = Call("GET", "/posts/1", "_embed=comments")
    found = json.loads(shown(resource, call, FOUND["p:"][0][1], FOUND).body)
    assert (found["id"], len(found["comments"])) == (1, 2)
    assert shown(resource, Call("GET", "/posts/1"), FOUND["p:"][0][1], {}).body == FOUND["p:"][0][1]


@pytest.mark.parametrize("value", [None, b"text", b"[1]"])
def test_an_object_that_is_not_there(value):
    resource = Resource(COLLECTIONS["posts"], "object", "7", others=COLLECTIONS)
    with pytest.raises(BambleweenyError) as refused:
        shown(resource, Call("GET", "/posts/7"), value, {})
    assert (refused.value.code, refused.value.status) == ("no_such_object", 404)


def test_a_singleton():
    resource = Resource(Collection("profile", "profile"), "singleton")
    assert (
        shown(resource, Call("GET", "/p", "_embed=x"), b'{"name":"x"}', {}).body == b'{"name":"x"}'
    )
    with pytest.raises(BambleweenyError) as refused:
        shown(resource, Call("GET", "/p"), None, {})
    assert refused.value.status == 404


def test_a_nested_list_is_of_one_parent():
    nested = {"name": "comments", "id": "1", "parent": COLLECTIONS["posts"]}
    assert ids(**nested) == ["c1", "c2"]
    assert ids("_sort=-id", **nested) == ["c2", "c1"]
    assert ids(name="comments", id="9", parent=COLLECTIONS["posts"]) == []
    resource = Resource(COLLECTIONS["comments"], "list", "1", COLLECTIONS["posts"])
    assert {name: bytes(raw) for name, raw in resource.fields_given().items()} == {"postId": b"1"}
    assert Resource(COLLECTIONS["comments"]).fields_given() is None
    texts = Resource(COLLECTIONS["posts"], "list", "c1", COLLECTIONS["comments"])
    assert {name: bytes(raw) for name, raw in texts.fields_given().items()} == {
        "commentId": b'"c1"'
    }


@pytest.mark.parametrize(
    "query",
    ["&".join(f"f{n}=1" for n in range(51)), "&".join(f"views_gte={n}" for n in range(51)), "id:in=" + ",".join(map(str, range(51))),
     "_sort=" + ",".join("abcdefghijk"), "&".join(["_embed=comments", "_expand=post", "_embed=post", "_embed=posts"] + ["_expand=comment"] * 2 + ["_embed=comment"])],
)  # fmt: skip
def test_a_query_has_its_bounds(query):
    with pytest.raises(BambleweenyError) as refused:
        answer(query)
    assert (refused.value.code, refused.value.status) == ("too_many_filters", 422)


def test_many_ids_are_one_filter():
    assert ids("&".join(f"id={n}" for n in range(2, 900))) == [2, 3, 10]


def test_what_is_embedded_has_its_bound():
    parent = b'{"id":1,"text":"' + b"x" * (ANSWER_BYTES // 100) + b'"}'
    found = {
        "p:": [("1", parent)],
        "c:": [(f"c{n}", b'{"id":"c%d","postId":1}' % n) for n in range(200)],
    }
    assert len(ids("_expand=post&_limit=90", name="comments", found=found)) == 90
    with pytest.raises(BambleweenyError) as refused:
        answer("_expand=post", name="comments", found=found)
    assert refused.value.code == "answer_too_large"


def test_no_query_takes_long():
    found = {
        "p:": [
            (str(n), b'{"id":%d,"a":{"b":"%s"},"n":1e400,"big":%s}' % (n, b"x" * 500, b"9" * 200))
            for n in range(1000)
        ],
        "c:": [],
    }
    query = "&".join(
        [f"f{n}_like=x" for n in range(25)]
        + [f"a.b{n}:ne=x" for n in range(24)]
        + ["_sort=a.b,n,big,id", "q=y", "_embed=comments"]
    )
    started = time.process_time()
    answer(query, found=found)
    assert time.process_time() - started < 2
