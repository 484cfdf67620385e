"""Kind A: requests on the wire."""

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
