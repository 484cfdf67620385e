"""The requests that react-admin's and Refine's providers for json-server make."""

import json

from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.collections.objects import items_of, new_object, patched, replaced
from bambleweeny.core.mocks.collections.replies import changed, created, listed, shown, taken
from bambleweeny.core.mocks.routes import load

ROUTE = load(
    b'{"rules":[{"path":"/posts","collection":"post:"},{"path":"/comments","collection":"comment:"}]}'
)
JSON = {"content-type": "application/json", "accept": "application/json"}


class Memory:
    """Does what the store will do: it keeps keys, and makes each change at once."""

    def __init__(self):
        self.keys = {
            f"post:{n}": json.dumps({"id": n, "title": f"t{n % 3}", "views": n}).encode()
            for n in range(1, 26)
        }
        self.keys["comment:1"] = b'{"id":1,"postId":7,"body":"x"}'

    def read(self, prefix):
        return [
            (name.removeprefix(prefix), value)
            for name, value in sorted(self.keys.items())
            if name.startswith(prefix)
        ]

    def send(self, method, path, query="", body=None):
        call = Call(method, path, query, JSON, b"" if body is None else json.dumps(body).encode())
        [candidate] = ROUTE.candidates(call)
        resource = candidate.resource
        key = resource.collection.prefix + resource.id
        verb = resource.verb(method)
        if verb in ("list", "show"):
            found = {prefix: self.read(prefix) for prefix in resource.prefixes(call)}
            answer = (
                listed(resource, call, found, "/r" + path)
                if verb == "list"
                else shown(resource, call, self.keys.get(key), found)
            )
        elif verb == "create":
            made = new_object(call, resource.collection.ids, given=resource.fields_given())
            number = (
                max(int(item.id) for item in items_of(self.read(resource.collection.prefix))) + 1
            )
            object_id = made.id or str(number)
            if resource.collection.prefix + object_id in self.keys:
                raise taken(object_id)
            self.keys[resource.collection.prefix + object_id] = made.text(object_id)
            answer = created(made.text(object_id), object_id, "/r" + path)
        elif verb == "delete":
            answer = changed(self.keys.pop(key))
        else:
            self.keys[key] = {"replace": replaced, "patch": patched}[verb](self.keys[key], call)
            answer = changed(self.keys[key])
        return (
            answer.status,
            {name.lower(): value for name, value in answer.headers},
            json.loads(answer.body),
        )


def test_react_admin():
    server = Memory()
    status, headers, rows = server.send(
        "GET", "/posts", "_end=10&_order=DESC&_sort=views&_start=0&title=t1"
    )
    assert (status, headers["x-total-count"], [row["id"] for row in rows]) == (
        200,
        "9",
        [25, 22, 19, 16, 13, 10, 7, 4, 1],
    )
    assert server.send("GET", "/posts/7")[2]["title"] == "t1"
    assert server.send("GET", "/posts/7", "_embed=comments")[2]["comments"][0]["id"] == 1
    assert [row["id"] for row in server.send("GET", "/posts", "id=3&id=7&id=99")[2]] == [3, 7]
    status, headers, rows = server.send(
        "GET", "/comments", "_end=25&_order=ASC&_sort=id&_start=0&postId=7"
    )
    assert (headers["x-total-count"], rows[0]["body"]) == ("1", "x")
    status, headers, row = server.send("POST", "/posts", body={"title": "new"})
    assert (status, headers["location"], row) == (201, "/r/posts/26", {"id": 26, "title": "new"})
    assert server.send("PUT", "/posts/26", body={"id": 26, "title": "newer", "views": 1})[2] == {
        "id": 26,
        "title": "newer",
        "views": 1,
    }
    assert server.send("DELETE", "/posts/26")[2]["id"] == 26
    assert server.send("GET", "/posts")[1]["x-total-count"] == "25"


def test_refine():
    server = Memory()
    _, headers, rows = server.send(
        "GET",
        "/posts",
        "_end=20&_order=asc%2Cdesc&_sort=title%2Cid&_start=10&title_like=T&views_gte=2&views_ne=5",
    )
    assert (headers["x-total-count"], len(rows)) == ("23", 10)
    assert [row["title"] for row in rows] == sorted(row["title"] for row in rows)
    assert [row["id"] for row in server.send("GET", "/posts", "id=3&id=7")[2]] == [3, 7]
    assert server.send("PATCH", "/posts/7", body={"title": "patched"})[2] == {
        "id": 7,
        "title": "patched",
        "views": 7,
    }
    assert server.send("POST", "/posts", body={"title": "x"})[2]["id"] == 26
    assert server.send("DELETE", "/posts/7", body={})[2]["id"] == 7
    assert server.send("GET", "/posts", "q=PATCHED")[2] == []


def test_documented_nested_requests():
    server = Memory()
    assert server.send("GET", "/posts/7/comments", "_sort=id&_order=asc")[2] == [
        {"id": 1, "postId": 7, "body": "x"}
    ]
    assert server.send("POST", "/posts/8/comments", body={"body": "y"})[2] == {
        "id": 2,
        "body": "y",
        "postId": 8,
    }
    assert server.send("GET", "/comments/2", "_expand=post")[2]["post"]["id"] == 8
