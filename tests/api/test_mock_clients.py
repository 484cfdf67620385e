"""Clients of json-server from npm against collections, and the same requests to json-server itself."""

import json
import subprocess
from pathlib import Path
from textwrap import dedent
from uuid import uuid4

import pytest
import requests
from npm import npm_tools
from servers import Http
from tools import need

TOOLS = Path(__file__).parents[1] / "mock_clients"
DB = {
    "posts": [
        {"id": n, "title": f"t{n}", "views": n * 10 % 70, "author": {"name": "ann" if n % 2 else "bob"}, "tags": ["c"], "published": n % 2 == 0}
        for n in range(1, 26)
    ],
    "comments": [{"id": n, "body": f"Comment {n}", "postId": n % 3 + 1} for n in range(1, 8)],
    "users": [{"id": "u1", "name": "Ann"}, {"id": "u2", "name": "bob"}],
    "profile": {"name": "typicode"},
}  # fmt: skip

JSON_SERVER = """
import jsonServer from "json-server";
import { readFileSync } from "node:fs";
const app = jsonServer.create();
app.use(jsonServer.defaults({ logger: false }));
app.use(jsonServer.router(JSON.parse(readFileSync("db.json"))));
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
"""

READS = [
    "/posts", "/posts/1", "/posts/99", "/posts/abc", "/profile", "/nothing",
    "/posts?title=t3", "/posts?id=1&id=2", "/posts?id[]=1&id[]=2", "/posts?author.name=bob", "/posts?views_gte=20&views_lte=40", "/posts?id_ne=1",
    "/posts?title_ne=t1&title_ne=t2", "/posts?title_like=T1", "/posts?title_like=t1&title_like=t2", "/posts?q=t12", "/posts?q=BOB", "/posts?q=",
    "/posts?published=true", "/posts?_sort=views&_order=desc", "/posts?_sort=views,id&_order=desc,asc", "/posts?_sort=author.name", "/posts?_sort=title", "/posts?_sort=nope",
    "/posts?_page=1", "/posts?_page=3", "/posts?_page=2&_limit=5", "/posts?_page=2&_limit=0", "/posts?_limit=5", "/posts?_limit=0",
    "/posts?_start=2&_end=4", "/posts?_end=4", "/posts?_start=10&_limit=5", "/posts?_start=5&_end=2", "/posts?nothing=1", "/posts?title=none",
    "/posts?title_gte=t3", "/posts?views=10", "/posts?tags=c", "/posts?tags_like=c", "/posts?title=t1&title=t2", "/posts?_sort=id&_order=DESC&_start=0&_end=10",
    "/posts?_limit=2&_limit=3", "/posts/?_limit=1", "/comments?_expand=post", "/comments/1?_expand=post", "/comments/1?_expand=nope", "/posts/1/comments",
    "/posts/99/comments", "/posts/1/comments?_limit=1", "/posts?_embed=comments&_limit=4", "/posts/1?_embed=comments", "/posts/1/nothing", "/users",
    "/users/u1", "/users?id=u2", "/users?_sort=name", "/comments?postId=1&_expand=post&_sort=id&_order=desc",
]  # fmt: skip

WRITES = [
    ("POST", "/posts", {"title": "new"}), ("POST", "/posts", {"id": 50, "title": "x"}), ("POST", "/posts", {}), ("POST", "/posts", None),
    ("GET", "/posts?_sort=id&_order=desc&_limit=5", None), ("PUT", "/posts/4", {"title": "put"}), ("GET", "/posts/4", None),
    ("PUT", "/posts/4", {"id": 77, "title": "put"}), ("GET", "/posts/77", None), ("PUT", "/posts/999", {"title": "put"}),
    ("PATCH", "/posts/2", {"title": "patched", "tags": ["x"]}), ("PATCH", "/posts/2", {"id": 88}), ("GET", "/posts/2", None),
    ("PATCH", "/posts/999", {"a": 1}), ("DELETE", "/posts/999", None), ("PUT", "/profile", {"a": 1}), ("PATCH", "/profile", {"b": 1}),
    ("GET", "/profile", None), ("POST", "/profile", {"c": 1}), ("POST", "/users", {"id": "u9", "name": "d"}), ("HEAD", "/posts/5", None),
    ("POST", "/nothing", {"a": 1}), ("DELETE", "/nothing/1", None),
]  # fmt: skip

DIFFERENT = [
    ("GET", "/posts?title_like=^t1$", None, "a part of a text, no regular expression"),
    ("GET", "/posts?_start=20", None, "_start counts without _end, too"),
    ("GET", "/posts?views_gt=20", None, "gt and lt are of json-server 1"),
    ("GET", "/posts?_sort=-id", None, "a minus sorts downwards, as in json-server 1"),
    ("GET", "/posts?_page=1&_per_page=5", None, "_per_page is of json-server 1, with its envelope"),
    ("GET", "/posts?_limit=-3", None, "less than none is none"),
    ("GET", "/posts?callback=f", None, "no JSONP, as no answer runs in a page"),
    ("GET", "/POSTS", None, "paths keep their case"),
    ("GET", "/db", None, "a collection has a path, the whole has none"),
    ("POST", "/posts", [1], "an array is no object"),
    ("POST", "/posts", {"id": 1}, "a taken id is 409, no failure"),
    ("PUT", "/posts", {}, "a method that is not taken is 405"),
    ("POST", "/posts/2/comments", {"body": "n"}, "the reference has the type of the id, and Location leads to the object"),
    ("POST", "/users", {"name": "carl"}, "a new id is a UUID"),
    ("PATCH", "/posts/5", {"author": {"x": 1}}, "a PATCH merges objects within, and null deletes (RFC 7396)"),
    ("DELETE", "/posts/3", None, "a DELETE answers the object, and leaves what refers to it"),
]  # fmt: skip
"""Requests that are answered otherwise, and why."""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A directory in which scripts of node find the packages."""
    found: Path = tmp_path_factory.mktemp("clients")
    (found / "node_modules").symlink_to(npm_tools(TOOLS).parent)
    (found / "db.json").write_text(json.dumps(DB))
    return found


@pytest.fixture
def json_server(place):
    (place / "server.mjs").write_text(JSON_SERVER)
    [node] = need("node")
    process = subprocess.Popen([node, "server.mjs"], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def ours(sandbox):
    with Http(sandbox.url, sandbox.token()) as http:
        made = http.post(f"/routes?from=db&prefix={uuid4()}:", data=json.dumps(DB)).json()
        yield sandbox.url + made["path"]
        http.delete(f"/routes?id={made['path'].rpartition('/')[2]}")


def answer(base, method, path, body):
    """Return what a client sees: the status, the JSON of a success, and the headers of a list."""
    got = requests.request(method, base + path, json=body, timeout=10)
    below = base.partition("//")[2].partition("/")[2]
    headers = {
        name: got.headers[name].replace(base, "").replace(f"/{below}/", "/")
        for name in ("Link", "Location", "X-Total-Count")
        if name in got.headers
    }
    is_json = got.ok and method != "HEAD" and "json" in got.headers.get("Content-Type", "")
    return got.status_code, got.json() if is_json else None, headers


def test_json_server_answers_the_same(json_server, ours):
    for method, path, body in [*(("GET", path, None) for path in READS), *WRITES]:
        theirs, own = (answer(base, method, path, body) for base in (json_server, ours))
        own[2].update({} if "X-Total-Count" in theirs[2] else {"X-Total-Count": None})
        theirs[2].setdefault("X-Total-Count", None)
        assert own == theirs, (method, path, body)


def test_what_json_server_answers_otherwise(json_server, ours):
    for method, path, body, reason in DIFFERENT:
        theirs, own = (answer(base, method, path, body) for base in (json_server, ours))
        assert own != theirs, (method, path, reason)
        assert own[0] < 500, (method, path)


def run(place, name, script, url):
    (place / name).write_text(dedent(script))
    [node] = need("node")
    done = subprocess.run([node, name, url], cwd=place, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_provider_of_react_admin(place, ours):
    found = run(place, "admin.mjs", """
        import provider from "ra-data-json-server";
        const api = provider(process.argv[2]);
        const page = { pagination: { page: 2, perPage: 5 }, sort: { field: "id", order: "DESC" } };
        const made = await api.create("posts", { data: { title: "new" } });
        const said = {
          list: await api.getList("posts", { ...page, filter: {} }),
          filtered: await api.getList("posts", { ...page, pagination: { page: 1, perPage: 3 }, filter: { author: { name: "bob" }, views_gte: 40 } }),
          searched: await api.getList("posts", { filter: { q: "t12" }, sort: page.sort, pagination: { page: 1, perPage: 5 } }),
          embedded: await api.getOne("posts", { id: 1, meta: { embed: "comments" } }),
          expanded: await api.getOne("comments", { id: 1, meta: { embed: "post" } }),
          many: await api.getMany("posts", { ids: [3, 1] }),
          reference: await api.getManyReference("comments", { target: "postId", id: 2, ...page, pagination: { page: 1, perPage: 5 }, filter: {} }),
          made,
          updated: await api.update("posts", { id: made.data.id, data: { title: "newer" } }),
          updatedMany: await api.updateMany("posts", { ids: [1, 2], data: { title: "all" } }),
          deleted: await api.delete("posts", { id: made.data.id }),
          deletedMany: await api.deleteMany("posts", { ids: [4, 5] }),
          missing: await api.getOne("posts", { id: 4 }).catch((error) => error.status),
          one: await api.getOne("posts", { id: 1 }),
        };
        console.log(JSON.stringify(said));
        """, ours)  # fmt: skip
    assert ([p["id"] for p in found["list"]["data"]], found["list"]["total"]) == ([21, 20, 19, 18, 17], 26)  # fmt: skip
    assert found["filtered"] == {"data": [DB["posts"][n - 1] for n in (20, 18, 12)], "total": 5}
    assert [post["id"] for post in found["searched"]["data"]] == [12]
    assert [comment["id"] for comment in found["embedded"]["data"]["comments"]] == [3, 6]
    assert found["expanded"]["data"]["post"]["title"] == "t2"
    assert [post["id"] for post in found["many"]["data"]] == [1, 3]
    assert ([c["id"] for c in found["reference"]["data"]], found["reference"]["total"]) == ([7, 4, 1], 3)  # fmt: skip
    assert found["made"]["data"] == {"id": 26, "title": "new"}
    assert found["updated"]["data"] == {"id": 26, "title": "newer"}
    assert found["updatedMany"]["data"] == [1, 2]
    assert found["deleted"]["data"]["id"] == 26
    assert (found["deletedMany"]["data"], found["missing"]) == ([4, 5], 404)
    assert found["one"]["data"] == {"id": 1, "title": "all"}


def test_the_provider_of_refine(place, ours):
    found = run(place, "refine.mjs", """
        import provider from "@refinedev/simple-rest";
        const api = provider(process.argv[2]), resource = "posts";
        const filters = [
          { field: "title", operator: "contains", value: "T1" },
          { field: "views", operator: "gte", value: 20 },
          { field: "id", operator: "ne", value: 12 },
          { field: "author.name", operator: "eq", value: "bob" },
        ];
        const sorters = [{ field: "views", order: "desc" }, { field: "id", order: "asc" }];
        const said = {
          list: await api.getList({ resource, pagination: { currentPage: 3, pageSize: 10 }, sorters }),
          filtered: await api.getList({ resource, filters, sorters }),
          searched: await api.getList({ resource, filters: [{ field: "q", operator: "eq", value: "BOB" }], pagination: { mode: "off" } }),
          one: await api.getOne({ resource, id: 7 }),
          many: await api.getMany({ resource, ids: [7, 3] }),
          made: await api.create({ resource, variables: { title: "new" } }),
          updated: await api.update({ resource, id: 26, variables: { views: 5 } }),
          deleted: await api.deleteOne({ resource, id: 26 }),
          missing: await api.getOne({ resource, id: 26 }).catch((error) => error.statusCode),
          custom: await api.custom({ url: `${process.argv[2]}/posts/1/comments`, method: "get", query: { _limit: 1 } }),
        };
        console.log(JSON.stringify(said));
        """, ours)  # fmt: skip
    assert (len(found["list"]["data"]), found["list"]["total"]) == (5, 25)
    wanted = [(40, 18), (30, 10), (20, 16)]
    assert [(p["views"], p["id"]) for p in found["filtered"]["data"]] == wanted
    assert found["searched"]["total"] == 12
    assert found["one"]["data"] == DB["posts"][6]
    assert [post["id"] for post in found["many"]["data"]] == [3, 7]
    assert found["made"]["data"] == {"id": 26, "title": "new"}
    assert found["updated"]["data"] == {"id": 26, "title": "new", "views": 5}
    assert (found["deleted"]["data"]["id"], found["missing"]) == (26, 404)
    assert [comment["id"] for comment in found["custom"]["data"]] == [3]
