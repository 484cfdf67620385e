"""Kind A: requests on the wire."""

import gzip
import re
from urllib.parse import urljoin

import requests
from found.rows import Place, row
from proxies import proxy_of


@row("A1", "`curl -I` on `/healthz`", before="405", right="HEAD wherever GET is")
def head_of_a_probe(place: Place) -> str:
    answer = place.admin.head("/healthz")
    assert answer.status_code == 200, answer.status_code
    assert not answer.content
    return str(answer.status_code)


@row(
    "A11",
    "behind a proxy that strips `/b9y/`: `/docs`",
    before="blank; its assets, `/` and the contract's server are absolute",
    right="relative",
)
def docs_behind_a_prefix(place: Place) -> str:
    with proxy_of(place.server.url, "/b9y") as proxy:
        for door in ("/b9y/", "/b9y/docs", "/b9y/docs/"):
            page = requests.get(proxy.url + door, headers={"Accept": "text/html"}, timeout=10)
            assert page.url == f"{proxy.url}/b9y/docs", page.url
        urls = re.findall(r'(?:src|href)="([^"]*)"', page.text)
        urls += re.findall(r'fetch\("([^"]*)"\)', page.text)
        answers = {url: requests.get(urljoin(page.url, url), timeout=10) for url in urls}
    assert all(answer.ok for answer in answers.values()), answers
    document = answers["openapi.json"]
    server = urljoin(document.url, document.json()["servers"][0]["url"])
    assert server == f"{proxy.url}/b9y/", server
    return f"{len(urls)} relative URLs, the server {server.removeprefix(proxy.url)}"


@row(
    "A8",
    "a value, an item, a message and a webhook sent with `Content-Encoding: gzip`",
    before="stored, and served as plain text",
    right="keep the coding and serve it, or decode, or 415; never a wrong label",
)
def coded_bodies(place: Place) -> str:
    coded = {"Content-Encoding": "gzip"}
    body = gzip.compress(b"plain text")
    assert place.admin.put("/keys/a8", data=body, headers=coded).ok
    assert place.admin.get("/keys/a8").content == b"plain text"
    hook = place.admin.post("/bins", json={"list": "a8"}).json()["path"]
    assert place.admin.post(hook, data=body, headers=coded).ok
    assert place.admin.post("/lists/a8", data=body, headers=coded).ok
    popped = place.admin.get("/lists/a8?max=9").json()
    assert popped == ["plain text"] * 2, popped
    other = place.admin.put("/keys/a8", data=b"x", headers={"Content-Encoding": "br"})
    assert (other.status_code, other.json()["code"]) == (415, "unsupported_coding")
    bomb = place.admin.put("/keys/a8", data=gzip.compress(bytes(64 << 20)), headers=coded)
    assert bomb.status_code == 413, bomb.status_code
    return f"gzip is decoded, br is {other.status_code}, 64 MB in 64 kB are {bomb.status_code}"


@row(
    "A9",
    "GET of a public route with `Range`, `If-None-Match`",
    before="200 whole",
    right="206, 304, `ETag`, as keys have them",
)
def conditions_of_a_route(place: Place) -> str:
    place.admin.put("/keys/a9", data=b"0123456789" * 100)
    made = place.admin.post("/routes", json={"key": "a9", "content_type": "text/plain"}).json()
    whole = place.admin.get(made["path"])
    tag = whole.headers.get("ETag", "")
    assert tag == place.admin.get("/keys/a9").headers["ETag"], tag
    known = place.admin.get(made["path"], headers={"If-None-Match": tag})
    part = place.admin.get(made["path"], headers={"Range": "bytes=2-4", "If-Range": tag})
    past = place.admin.get(made["path"], headers={"Range": "bytes=1000-"})
    assert (known.status_code, known.content) == (304, b"")
    assert (part.status_code, part.content) == (206, b"234"), part.status_code
    assert past.status_code == 416
    assert place.admin.head(made["path"]).headers["ETag"] == tag
    for answer in (whole, known, part, past):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    return f"{known.status_code}, {part.status_code}, {past.status_code}, ETag {tag[:9]}..."
