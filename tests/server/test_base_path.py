"""A server below a base path: every call is there, and the front has the rest."""

import json
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from importlib.resources import files
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
import requests
import yaml
from bambleweeny import Client
from bambleweeny.errors import NoRule, NotFound, OutsideBasePath
from bambleweeny.system.data_directory import SERVER, noted_url
from node import Node
from servers import Http, over_the_wire, running, start
from tools import need

BASE = "/_b9y"
DOCUMENT = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
CALLS = [
    (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method in item
    if method in METHODS
]
ENDS_TOKENS = {("PUT", "/config/admin"), ("PUT", "/auth/password")}
ENDLESS_OR_VARYING = {"/audit", "/events", "/info", "/metrics", "/usage"}
VARYING = re.compile(
    r'"instance":"\w+"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|eyJ[\w.-]+|nonce[-=]"?[\w-]+|b9y_code_\w+'
    r'|"(id|next|enqueued|time)":"[^"]+"|[0-9]+ seconds'
)


def rooted(server):
    """Return the URL of a server without its base path."""
    return server.url.removesuffix(BASE)


@contextmanager
def repeated(change):
    """Make a change again and again: a stream has no history."""
    is_over = threading.Event()

    def repeat():
        while not is_over.wait(0.02):
            change()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@pytest.fixture(scope="module")
def below():
    with running("sandbox", "--base-path", f"{BASE}/") as server:
        assert server.url.endswith(BASE)
        assert server.said("Docs") == f"{server.url}/docs"
        yield server


@pytest.fixture(scope="module")
def plain():
    with running("sandbox") as server:
        yield server


@pytest.fixture(scope="module")
def pair(below, plain):
    """Sessions of the admin at the server with a base path, and at one without."""
    with Http(below.url, below.token()) as moved, Http(plain.url, plain.token()) as usual:
        yield moved, usual


@pytest.fixture
def http(below):
    with Http(below.url, below.token()) as session:
        yield session


def asked(session, method, path, **more):
    """Return status, code and content type of an answer, and its body if that has an end."""
    with session.request(method, path, stream=True, **more) as answer:
        kind = answer.headers.get("Content-Type", "")
        text = "" if answer.ok and path in ENDLESS_OR_VARYING else answer.text
    text = VARYING.sub("", text).replace(f'"url":"{BASE}"', '"url":"."')
    return answer.status_code, kind, answer.headers.get("Location"), text


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_of_the_contract_is_below_the_base_path(pair, method, path):
    moved, usual = pair
    path = re.sub(r"{(\w+)}", lambda found: {"page": "queues"}.get(found[1], "7"), path)
    for headers in ({}, {"Authorization": "Bearer x"}, {"Accept": "text/html"}):
        if (method, path) in ENDS_TOKENS and "Authorization" not in headers:
            continue
        one, other = (asked(session, method, path, headers=headers) for session in pair)
        assert str(one).replace(moved.url, usual.url).replace(BASE, "") == str(other)
    outside = requests.request(method, rooted(moved) + path, headers=usual.headers, timeout=10)
    assert outside.status_code == 404
    if method != "HEAD":
        assert outside.json() == {
            "info": "The path is outside of the server's base path.",
            "code": "outside_base_path",
            "hint": f"Every path of the API begins with {BASE}.",
        }


def test_links_and_redirects_lead_below_the_base_path(below, http):
    home = http.get("/").json()
    assert (home["console"], home["docs"]) == (f"{BASE}/console", f"{BASE}/docs")
    browser = {"headers": {"Accept": "text/html"}}
    for path, target in (
        ("", "/console"), ("/", "/console"), ("/console/", "/console"), ("/docs/", "/docs"), ("/docs/README", "/docs"),
        ("/docs/queues/", "/docs/queues"), ("/guide", "/docs"), ("/guide/queues/", "/docs/queues"),
        ("/docs/api/", "/docs/api"), ("/docs/search/?q=a", "/docs/search?q=a"),
        ("/swagger", "/docs/api"), ("/swagger/", "/docs/api"),
    ):  # fmt: skip
        answer = http.get(path, **browser)
        assert answer.status_code in (302, 308)
        assert urljoin(below.url + path, answer.headers["Location"]) == below.url + target
    former = http.get("/docs/swagger-ui.css", **browser).headers["Location"]
    assert requests.get(urljoin(f"{below.url}/docs/", former), timeout=10).status_code == 200
    contract = http.get("/openapi.json").json()
    assert contract["servers"][0]["url"] == BASE
    [base_url] = [v for v in http.get("/postman.json").json()["variable"] if v["key"] == "baseUrl"]
    assert base_url["value"] == below.url
    for page in (
        "/console",
        "/docs",
        "/docs/queues",
        "/docs/api",
        "/docs/search?q=lease",
        "/docs/nowhere",
    ):
        text = http.get(page, **browser).text
        links = re.findall(r'(?:href|src|action|data-document)="([^"#]+)"', text)
        assert links
        for link in {link for link in links if not link.startswith("https:")}:
            url = urljoin(below.url + page, link)
            assert url.startswith(f"{below.url}/"), link
            assert requests.get(url, timeout=10).status_code == 200, link


def test_a_hint_names_a_path_with_the_base_path(below, http):
    with Http(below.url) as anybody:
        assert "POST /_b9y/auth/token " in anybody.get("/keys").json()["hint"]
    assert http.get("/nowhere").json()["hint"] == "GET /_b9y/openapi.json lists every path."
    assert " /_b9y/docs/api " in http.post("/users", json={"x": 1}).json()["hint"]
    for answer in (http.post("/batch", json=[["x"]]), http.get("/docs/nowhere")):
        assert " /docs" not in f" {answer.json()['hint']}"
        assert "/_b9y/docs" in answer.json()["hint"]


def test_paths_that_only_look_like_it_are_outside(below):
    for path in (
        "/_b9yx",
        "/_B9Y/healthz",
        "/_b9y%2Fhealthz",
        "/x/_b9y/healthz",
        "//_b9y/healthz",
        "/",
    ):
        answer = requests.get(rooted(below) + path, timeout=10)
        assert (answer.status_code, answer.json()["code"]) == (404, "outside_base_path")
    assert requests.get(f"{rooted(below)}/%5Fb9y/healthz", timeout=10).status_code == 200
    assert requests.get(f"{below.url}//healthz", timeout=10).json()["code"] == "not_found"


def test_a_body_outside_is_not_read(below):
    head = "Host: localhost\r\nContent-Length: 900000\r\n\r\n"
    for path, code in (("/keys/a", b"outside_base_path"), (f"{BASE}/keys/a", b"unauthorized")):
        answer = over_the_wire(below.url, f"PUT {path} HTTP/1.1\r\n{head}".encode())
        assert code in answer
        assert b"Connection: close" in answer


def test_the_whole_server_is_asked_without_a_path(below):
    request = (
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    answer = over_the_wire(below.url, request)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"outside_base_path" in answer


def test_the_log_has_the_path_that_was_sent(tmp_path):
    known = str(uuid4())
    server = start("sandbox", "--base-path", BASE, "--front", known)
    for path in (f"{BASE}/healthz", f"{BASE}/nowhere", "/healthz", f"/routes/{known}", "/", "/ä/"):
        requests.get(rooted(server) + path, timeout=10)
    over_the_wire(
        server.url, b"PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
    )
    server.stop()
    lines = [
        line.split(" INFO ")[1].split()[:3] for line in server.log.splitlines() if " INFO " in line
    ]
    # Lines of several workers are written in any order.
    assert sorted(lines) == sorted([
        ["GET", f"{BASE}/healthz", "200"], ["GET", f"{BASE}/nowhere", "404"],
        ["GET", "/healthz", "503"], ["GET", f"/routes/{known}", "503"], ["GET", "/", "503"],
        ["GET", "/%C3%A4", "503"], ["PUT", "/big", "413"],
    ])  # fmt: skip


def test_the_python_client_takes_a_url_with_a_path(below):
    with Client(below.url + "/", "admin", "changeme") as client:
        client.set("page", "hello")
        assert client.get("page").text() == "hello"
        assert client.incr("n") == 1
        client.push("jobs", "a")
        [item] = client.lists.lease("jobs", for_="1m")
        client.lists.ack("jobs", item.lease)
        assert client.pop("jobs", wait=0) is None
        with client.batch() as batch:
            found = batch.get("page")
        assert found.value.text() == "hello"
        client.topics.publish("news", "one")
        subscription = client.topics.subscribe("news", since="all")
        assert next(subscription).value.text() == "one"
        with repeated(lambda: client.set("page", "hello")):
            event = next(client.events(keys="page"))
        assert (event.event, event.name) == ("key.set", "page")
        names = list(client.keys)
        assert {"n", "page"} <= {*names}
        assert client.import_(list(client.export()), "replace").keys == len(names)
        route, hook = client.routes.create("page"), client.bins.create("hooks")
        assert (route.path, route.url) == (
            f"{BASE}/routes/{route.id}",
            f"{below.url}/routes/{route.id}",
        )
        assert (hook.path, hook.url) == (f"{BASE}/bins/{hook.id}", f"{below.url}/bins/{hook.id}")
        assert client.routes.list() == [route]
        assert client.bins.list() == [hook]
        assert requests.get(route.url, timeout=10).text == "hello"
        assert requests.get(rooted(below) + route.path, timeout=10).text == "hello"
        assert requests.post(hook.url, data=b"x", timeout=10).text == "OK"
        assert (client.health(), client.ready()) == ({"info": "ok"}, {"info": "ready"})
        assert client.about()["docs"] == f"{BASE}/docs"
        assert client.openapi()["servers"][0]["url"] == BASE
        assert "bambleweeny" in client.metrics()
        assert client.tokens.test()["user"] == "admin"
        client.routes.delete(route.id)
        client.save()


def test_a_client_with_a_wrong_url_takes_no_key_for_missing(below):
    with Client(rooted(below), "admin", "changeme") as client:
        with pytest.raises(OutsideBasePath, match="outside") as caught:
            client.get("page")
        assert not isinstance(caught.value, NotFound)
        assert caught.value.hint == f"Every path of the API begins with {BASE}."


def test_the_javascript_client_takes_a_url_with_a_path(below, tmp_path):
    need("node")
    node = Node(tmp_path, below.url)
    shown = node("""
    assert.equal((await client.about()).docs, "/_b9y/docs");
    await client.health();
    await client.set("js", "hello");
    assert.equal((await client.get("js")).text(), "hello");
    await client.push("jsjobs", "a");
    assert.equal((await client.pop("jsjobs")).text(), "a");
    const batch = client.batch();
    const found = batch.get("js");
    await batch.send();
    assert.equal(found.value.text(), "hello");
    const route = await client.routes.create("js");
    assert.deepEqual([route.path, route.url], [`/_b9y/routes/${route.id}`, `${url}/routes/${route.id}`]);
    assert.equal(await (await fetch(route.url)).text(), "hello");
    assert.deepEqual((await client.routes.list()).find(({ id }) => id === route.id).url, route.url);
    const bin = await client.bins.create("jshooks");
    assert.deepEqual([bin.path, bin.url], [`/_b9y/bins/${bin.id}`, `${url}/bins/${bin.id}`]);
    await client.bins.post(bin.id, "x");
    await client.topics.publish("js", "one");
    for await (const { value } of client.topics.subscribe("js", { since: "all" })) {
      assert.equal(value.text(), "one");
      break;
    }
    const onState = () => client.set("js", "hello");
    for await (const { event, name } of client.events({ keys: "js", onState })) {
      say(event, name);
      break;
    }
    const wrong = new Client(new URL("/", url).href, login);
    await failed(wrong.get("js"), "outside_base_path", 404);
    """)
    assert json.loads(shown) == ["key.set", "js"]


def test_commands_find_a_server_below_a_base_path(tmp_path):
    data = tmp_path / "data"
    env = {
        "XDG_CONFIG_HOME": str(tmp_path),
        "BAMBLEWEENY_DATA_DIR": str(data),
        "PATH": "/usr/bin:/bin",
    }

    def run(*words, given="", **variables):
        done = subprocess.run(
            [sys.executable, "-m", "bambleweeny", *words], input=given, capture_output=True,
            text=True, env={**env, **variables}, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    with running("serve", "--data-dir", str(data), BAMBLEWEENY_BASE_PATH=BASE) as server:
        assert noted_url(data, SERVER) == server.url
        run("set", "a", "1")
        assert run("get", "a").strip() == "1"
        assert run("health") == '{"info":"ok"}\n'
        address = server.url.removeprefix("http://").removesuffix(BASE)
        assert run("health", "--listen", address, "--base-path", BASE) == '{"info":"ok"}\n'
        assert run("health", f"http://{address}", BAMBLEWEENY_BASE_PATH=BASE) == '{"info":"ok"}\n'
        assert run("health", f"{server.url}/readyz") == '{"info":"ready"}\n'
        url = run("route", "add", "a").strip()
        assert url.startswith(f"{server.url}/routes/")
        assert requests.get(url, timeout=10).text == "1"
        token = run("token", "new").strip()
        remote = {"BAMBLEWEENY_URL": f"{server.url}/", "BAMBLEWEENY_TOKEN": token}
        run("push", "jobs", "x", **remote)
        exported = run("export", "-", **remote)
        run("import", "-", "--mode", "skip", given=exported, **remote)
        run("publish", "news", "hello", **remote)
        assert "hello" in run("topics", "read", "news", "--since", "all", **remote)
        assert run("pop", "jobs", **remote).strip() == "x"
        run("bin", "add", "jobs", **remote)
        [shown] = [line for line in run("route", **remote).splitlines() if "text/plain" in line]
        assert shown.split()[2] == url
        run("route", "del", url, **remote)
        assert '"a"' in run("backup", "-")
        shown = run("shell", given="get a\n", **remote)
        assert "1" in shown
    assert noted_url(data, SERVER) is None


@pytest.fixture
def shop(tmp_path):
    """The data directory of a server, and a route in it that is plain text."""
    with running(
        "serve", "--data-dir", str(tmp_path), BAMBLEWEENY_ADMIN_PASSWORD="changeme"
    ) as server:
        with Client(server.url, "admin", "changeme") as client:
            client.set("home", "<b>!@[who]</b>")
            client.set("who", "ann")
            return tmp_path, client.routes.create("home", "text/html").id


def test_the_front_answers_every_other_path_as_the_route_does(shop):
    data, route = shop
    options = ("--data-dir", str(data), "--base-path", BASE, "--front", route)
    with running("serve", *options, BAMBLEWEENY_ADMIN_PASSWORD="changeme") as server:
        root, below = rooted(server), f"{server.url}/routes/{route}"
        assert server.said("Front") == f"{root}/ is the route {route}"
        paths = (
            "",
            "/",
            "/orders/7",
            "/a%2Fb",
            "//",
            "/a//b/",
            "/keys",
            "/healthz",
            "/routes/x",
            "/docs?q=1",
            "/_b9",
        )
        for path in paths:
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                headers = {"Origin": "https://any.example", "Access-Control-Request-Method": "PUT"}
                body = {} if method == "HEAD" else {"data": b"x" * 100_000}
                one, other = (
                    requests.request(method, url + path, headers=headers, timeout=10, **body)
                    for url in (root, below)
                )
                assert (one.status_code, one.content) == (other.status_code, other.content)
                for answer in (one, other):
                    del answer.headers["Date"], answer.headers["X-Request-Id"]
                assert one.headers == other.headers
                assert one.headers["Content-Security-Policy"].startswith("sandbox")
                assert one.text == ("" if method == "HEAD" else "<b>ann</b>")
        tag = requests.get(root, timeout=10).headers["ETag"]
        assert requests.get(root, headers={"If-None-Match": tag}, timeout=10).status_code == 304
        with Client(server.url, "admin", "changeme") as client:
            client.routes.delete(route)
        assert_is_missing(root, route)


def test_links_and_cookies_of_a_mock_have_the_path_that_the_client_sees():
    rules = [
        {"path": "/todos", "collection": "todo:"},
        {"path": "/c", "answers": [{"cookies": {"a": "1"}, "text": "!@[$url]"}]},
    ]
    options = ("--base-path", BASE, "--front", "@admin/shop")
    with running("sandbox", *options) as server, Http(server.url, server.token()) as admin:
        made = admin.post("/routes", json={"name": "shop", "rules": rules}).json()
        for url, path in (
            (rooted(server), ""),
            (server.url, made["named_path"].removeprefix(BASE)),
            (server.url, made["path"].removeprefix(BASE)),
        ):
            seen = "" if url == rooted(server) else BASE + path
            cookie = requests.get(f"{url}{path}/c", timeout=10)
            assert cookie.headers["Set-Cookie"] == f"a=1; Path={seen or '/'}"
            created = requests.post(f"{url}{path}/todos", json={}, timeout=10)
            assert created.headers["Location"].startswith(f"{seen}/todos/")
            shown = requests.get(urljoin(url, created.headers["Location"]), timeout=10)
            assert shown.json() == created.json()
        first = requests.get(f"{rooted(server)}/todos?_page=1&_limit=1", timeout=10)
        assert first.links["next"]["url"] == "/todos?_page=2&_limit=1"


def test_a_front_may_be_missing_when_the_server_starts():
    route = str(uuid4())
    with running("sandbox", BAMBLEWEENY_BASE_PATH=BASE, BAMBLEWEENY_FRONT=route) as server:
        assert_is_missing(rooted(server), route)
        assert (
            requests.get(f"{server.url}/routes/{route}", timeout=10).json()["code"] == "not_found"
        )
        assert requests.get(f"{server.url}/nowhere", timeout=10).json()["code"] == "not_found"


def assert_is_missing(root, route):
    for path in ("/", "/orders/7", f"/routes/{route}"):
        answer = requests.get(root + path, timeout=10)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.json()["code"] == "front_not_found"
        assert answer.json()["hint"].endswith(f"is below {BASE}: a client's URL ends with it.")
        assert route in answer.json()["info"]
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        head = requests.head(root + path, timeout=10)
        assert (head.status_code, head.content) == (503, b"")


def test_what_a_route_at_the_root_does_not_answer_is_404():
    rules = [{"path": "/carts/{id}", "answers": [{"key": "cart:$path.id"}]}]
    with running("sandbox", "--base-path", BASE, "--front", "@admin/shop") as server:
        root = rooted(server)
        with Client(server.url, "admin", "changeme") as client:
            client.routes.set({"name": "shop", "rules": rules})
            below = f"{server.url}/routes/@admin/shop"
            for path, code in (("/carts/7", "not_found"), ("/auth/token", "no_rule")):
                at_root = requests.get(root + path, timeout=10)
                assert (at_root.status_code, at_root.json()["code"]) == (404, code)
                hint = requests.get(below + path, timeout=10).json().get("hint", "")
                assert BASE not in hint
                assert (BASE in at_root.json().get("hint", "")) == (code == "no_rule")
            with Client(root, "admin", "changeme") as wrong, pytest.raises(NoRule) as refused:
                wrong.get("a")
            assert f"below {BASE}" in refused.value.hint
            client.routes.set({"name": "shop", "key": "page"})
            assert requests.get(f"{root}/", timeout=10).status_code == 404
            client.routes.delete("@admin/shop")
        assert_is_missing(root, "@admin/shop")


def test_a_refusal_before_the_application_is_that_of_the_front():
    request = "PUT {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    with running("sandbox", "--base-path", BASE, "--front", str(uuid4())) as server:
        for path, is_public in (
            ("/a", True),
            (f"{BASE}/routes/a", True),
            (f"{BASE}/keys/a", False),
        ):
            answer = over_the_wire(server.url, request.format(path).encode())
            assert b"body_too_large" in answer
            assert (b"Access-Control-Allow-Origin: *" in answer) == is_public


@pytest.mark.parametrize("command", ["serve", "sandbox"])
def test_a_front_without_a_base_path_stops_the_start(command):
    with pytest.raises(AssertionError, match="--front: it needs --base-path"):
        start(command, "--front", str(uuid4()))


def test_hosts_are_checked_below_a_base_path_too(below):
    port = urlsplit(below.url).port
    for path, status in ((f"{BASE}/keys", 421), (f"{BASE}/healthz", 200)):
        answer = requests.get(
            f"http://127.0.0.1:{port}{path}", headers={"Host": "evil.example"}, timeout=10
        )
        assert answer.status_code == status
