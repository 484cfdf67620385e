"""Collections of routes over HTTP, as clients of json-server call them."""

import json
import threading

import pytest
from servers import Http

POSTS = [{"id": n, "title": f"t{n}", "views": n * 10, "author": {"name": "ann" if n % 2 else "bob"}} for n in range(1, 13)]  # fmt: skip


@pytest.fixture
def blog(as_uli):
    as_uli.put("/keys/seed:posts", data=json.dumps(POSTS))
    as_uli.put("/keys/seed:comments", data=b'[{"id":1,"body":"a","postId":1},{"id":2,"body":"b","postId":2}]')  # fmt: skip
    as_uli.put("/keys/seed:profile", data=b'{"name":"typicode"}')
    answer = as_uli.post(
        "/routes",
        json={
            "name": "blog", "journal": "blog-calls",
            "rules": [
                {"path": "/posts", "collection": "posts:", "seed": "seed:posts"},
                {"path": "/comments", "collection": "comments:", "seed": "seed:comments"},
                {"path": "/profile", "singleton": "profile", "seed": "seed:profile"},
                {"path": "/notes", "collection": "notes:", "id": "uuid", "max": 2},
            ],
        },
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.json()["named_path"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [("", range(1, 13)), ("?title=t3", [3]), ("?id=1&id=2", [1, 2]), ("?author.name=bob&views_gte=100", [10, 12]), ("?views_gte=20&views_lte=30", [2, 3]),
     ("?views:gt=110", [12]), ("?id_ne=1&_limit=2", [2, 3]), ("?title_like=T1", [1, 10, 11, 12]), ("?q=T12", [12]), ("?_sort=-views&_limit=2", [12, 11]),
     ("?_sort=author.name,views&_order=desc,asc&_limit=2", [2, 4]), ("?_page=2", [11, 12]), ("?_page=2&_limit=5", range(6, 11)), ("?_start=2&_end=4", [3, 4]),
     ("?_start=10&_limit=5", [11, 12]), ("?nothing=1", range(1, 13)), ("?title=none", [])],
)  # fmt: skip
def test_a_list_is_filtered_sorted_and_cut(blog, http, query, ids):
    answer = http.get(f"{blog}/posts{query}")
    assert answer.status_code == 200
    assert [post["id"] for post in answer.json()] == list(ids)


def test_a_page_has_a_count_and_links_that_pages_may_read(blog, http):
    answer = http.get(f"{blog}/posts?_page=2&_limit=5&_sort=id")
    assert answer.headers["X-Total-Count"] == "12"
    assert {"Link", "X-Total-Count"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))  # fmt: skip
    assert [*answer.links] == ["first", "prev", "next", "last"]
    following = http.get(answer.links["next"]["url"])
    assert [post["id"] for post in following.json()] == [11, 12]
    enveloped = http.get(f"{blog}/posts?_page=1&_per_page=5").json()
    assert (enveloped["items"], enveloped["pages"], len(enveloped["data"])) == (12, 3, 5)


def test_objects_are_created_changed_and_deleted(blog, http, as_uli):
    made = http.post(f"{blog}/posts", json={"title": "new", "price": 1.50})
    assert (made.status_code, made.json()) == (201, {"id": 13, "title": "new", "price": 1.5})
    place = made.headers["Location"]
    assert place == f"{blog}/posts/13"
    assert http.get(place).json() == made.json()
    assert http.put(place, json={"id": 99, "title": "put"}).json() == {"id": 13, "title": "put"}
    assert http.patch(place, json={"a": {"b": 1}}).json() == {"id": 13, "title": "put", "a": {"b": 1}}  # fmt: skip
    assert http.patch(place, json={"a": None}).json() == {"id": 13, "title": "put"}
    assert as_uli.get("/keys/posts:13").json() == {"id": 13, "title": "put"}
    deleted = http.delete(place)
    assert (deleted.status_code, deleted.json()) == (200, {"id": 13, "title": "put"})
    for call in (http.get, http.delete):
        assert (call(place).status_code, call(place).json()["code"]) == (404, "no_such_object")
    assert http.put(place, json={"title": "x"}).status_code == 404


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json; charset=utf-8"])
def test_the_content_type_of_a_new_object_does_not_matter(blog, http, content_type):
    made = http.post(f"{blog}/posts", data=b'{"title":"x"}', headers={"Content-Type": content_type})
    assert made.json() == {"id": 13, "title": "x"}
    form = http.post(f"{blog}/posts", data={"title": "y"})
    assert form.json() == {"id": 14, "title": "y"}


def test_ids_keep_their_type_and_are_taken_once(blog, http):
    assert http.post(f"{blog}/posts", json={"id": 50}).json() == {"id": 50}
    taken = http.post(f"{blog}/posts", json={"id": 50})
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
    assert http.post(f"{blog}/posts", json={}).json() == {"id": 51}
    assert http.post(f"{blog}/posts", json={"id": "a-b"}).json() == {"id": "a-b"}
    assert http.get(f"{blog}/posts/a-b").json() == {"id": "a-b"}
    for wrong in ("a:b", "", "x" * 65, 1.5, None, [1]):
        answer = http.post(f"{blog}/posts", json={"id": wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_id"), wrong
    note = http.post(f"{blog}/notes", json={"a": 1}).json()
    assert len(note["id"]) == 36


def test_lists_within_objects_and_what_objects_embed(blog, http):
    assert [c["id"] for c in http.get(f"{blog}/posts/1/comments").json()] == [1]
    made = http.post(f"{blog}/posts/3/comments", json={"body": "c"})
    assert made.json()["postId"] == 3
    assert made.headers["Location"] == f"{blog}/comments/3"
    assert http.get(made.headers["Location"]).json() == made.json()
    embedded = http.get(f"{blog}/posts/1?_embed=comments").json()
    assert [comment["body"] for comment in embedded["comments"]] == ["a"]
    assert http.get(f"{blog}/comments/2?_expand=post").json()["post"]["title"] == "t2"
    assert [len(post["comments"]) for post in http.get(f"{blog}/posts?_embed=comments&_limit=4").json()] == [1, 1, 1, 0]  # fmt: skip


def test_a_singleton_is_one_object(blog, http):
    assert http.get(f"{blog}/profile").json() == {"name": "typicode"}
    assert http.patch(f"{blog}/profile", json={"x": 1}).json() == {"name": "typicode", "x": 1}
    assert http.put(f"{blog}/profile", json={"name": "b"}).json() == {"name": "b"}
    made = http.post(f"{blog}/profile", json={"c": 1})
    assert (made.status_code, made.json(), made.headers["Location"]) == (201, {"c": 1}, f"{blog}/profile")  # fmt: skip
    assert http.delete(f"{blog}/profile").status_code == 405


def test_what_a_resource_does_not_take_is_named(blog, http):
    answer = http.put(f"{blog}/posts")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    assert http.options(f"{blog}/posts/1").headers["Allow"] == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"  # fmt: skip
    for body in (b"[1]", b"1", b'"a"', b"{", b"\xff"):
        answer = http.post(f"{blog}/posts", data=body, headers={"Content-Type": "a/b"})
        assert (answer.status_code, answer.json()["code"]) == (400, "not_an_object"), body


def test_a_reset_restores_the_seeds_and_nothing_else(blog, http, as_uli):
    http.post(f"{blog}/posts", json={})
    http.delete(f"{blog}/posts/1")
    http.put(f"{blog}/posts/2", json={})
    http.put(f"{blog}/profile", json={})
    http.post(f"{blog}/notes", json={"kept": 1})
    assert as_uli.post("/routes/reset?id=@uli/blog").json() == {"info": "ok"}
    assert http.get(f"{blog}/posts").json() == POSTS
    assert http.get(f"{blog}/profile").json() == {"name": "typicode"}
    assert [note["kept"] for note in http.get(f"{blog}/notes").json()] == [1]


def test_a_replaced_document_leaves_the_objects(blog, http, as_uli):
    http.post(f"{blog}/posts", json={})
    document = as_uli.get("/routes?id=@uli/blog").json()
    assert as_uli.put("/routes?id=@uli/blog", json=document).status_code == 200
    assert len(http.get(f"{blog}/posts").json()) == 13


def test_a_collection_has_bounds(blog, http, as_uli):
    for _ in range(2):
        assert http.post(f"{blog}/notes", json={}).status_code == 201
    full = http.post(f"{blog}/notes", json={})
    assert (full.status_code, full.json()["code"]) == (507, "collection_full")
    first = http.get(f"{blog}/notes").json()[0]["id"]
    assert http.put(f"{blog}/notes/{first}", json={"a": "x" * (1 << 20)}).status_code == 507
    assert http.put(f"{blog}/notes/{first}", json={"a": "x" * 1_000_000}).status_code == 200
    assert http.patch(f"{blog}/notes/{first}", json={"b": "x" * 50_000}).status_code == 507
    as_uli.put("/keys/notes:z", data=json.dumps({"a": "x" * 100_000}))
    assert http.get(f"{blog}/notes").json()["code"] == "collection_full"


def test_a_collection_has_1000_objects(as_uli, http):
    items = b"".join(b'["set","n:%d","{}"],' % n for n in range(1, 1000))
    assert as_uli.post("/batch", data=b"[" + items[:-1] + b"]").status_code == 200
    as_uli.post("/routes", json={"name": "n", "rules": [{"path": "/n", "collection": "n:"}]})
    assert http.post("/routes/@uli/n/n", json={}).json() == {"id": 1000}
    assert len(http.get("/routes/@uli/n/n").json()) == 1000
    assert http.post("/routes/@uli/n/n", json={}).status_code == 507
    as_uli.put("/keys/n:1001", data=b"{}")
    assert http.get("/routes/@uli/n/n").json()["code"] == "collection_full"


def test_a_seed_over_the_bounds_makes_no_route(as_uli):
    as_uli.put("/keys/seed", data=json.dumps([{}] * 1001))
    rules = [{"path": "/a", "collection": "a:", "seed": "seed"}]
    refused = as_uli.post("/routes", json={"rules": rules})
    assert (refused.status_code, refused.json()["code"]) == (507, "collection_full")
    assert as_uli.get("/routes").json() == {"routes": []}
    as_uli.put("/keys/seed", data=b"{}")
    assert as_uli.post("/routes", json={"rules": rules}).json()["code"] == "not_an_object"


def test_a_query_has_a_bounded_number_of_filters(blog, http):
    query = "&".join(f"f{n}_gt=1" for n in range(51))
    assert http.get(f"{blog}/posts?{query}").json()["code"] == "too_many_filters"


def test_two_changes_at_once_are_both_done(blog, http, session_url):
    def patch(name):
        with Http(session_url) as session:
            for n in range(10):
                assert session.patch(f"{blog}/posts/1", json={f"{name}{n}": n}).status_code == 200

    threads = [threading.Thread(target=patch, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(http.get(f"{blog}/posts/1").json()) == len(POSTS[0]) + 30


def test_new_objects_at_once_have_different_ids(blog, session_url, http):
    statuses = []

    def post():
        with Http(session_url) as session:
            statuses.extend(
                session.post(f"{blog}/comments", json={}).status_code for _ in range(10)
            )

    threads = [threading.Thread(target=post) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 30
    assert [c["id"] for c in http.get(f"{blog}/comments").json()] == list(range(1, 33))


def test_keys_below_an_object_and_values_that_are_no_objects_are_left_out(blog, http, as_uli):
    as_uli.put("/keys/posts:1:draft", data=b'{"id":1}')
    as_uli.put("/keys/posts:x", data=b"text")
    assert len(http.get(f"{blog}/posts").json()) == 12
    assert http.get(f"{blog}/posts/x").status_code == 404
    assert http.get(f"{blog}/posts/1:draft").status_code == 404


def test_the_highest_number_is_not_the_end_of_a_collection(blog, http, as_uli):
    for highest in (999_999_999_999_999, 999_999_999_999_999_999):
        assert http.post(f"{blog}/posts", json={"id": highest}).status_code == 201
    as_uli.put("/keys/posts:13", data=b"")
    made = [http.post(f"{blog}/posts", json={"n": n}).json()["id"] for n in range(3)]
    assert made == [14, 15, 16]
    assert http.get(f"{blog}/posts?n_gte=0").json() == [{"id": 14 + n, "n": n} for n in range(3)]
    assert http.post(f"{blog}/notes", json={"id": 999_999_999_999_998}).status_code == 201
