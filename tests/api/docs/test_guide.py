"""The guide over HTTP: pages, search, files; for browsers, caches and proxies."""

import gzip
import re
from functools import cache
from urllib.parse import urljoin

import pytest
from bambleweeny.guide.pages import contents
from bambleweeny.guide.search import LONGEST_QUERY

PAGES = ["/docs", "/docs/search?q=lease", "/docs/api", *(f"/docs/{name}" for name in contents())]
STYLE = r'href="((?:docs/)?files/[0-9a-f]{16}/style\.css)"'


def asked(http, path, **headers):
    headers = {
        "Accept-Encoding": "identity",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    return http.get(path, headers=headers)


def nonce_of(answer):
    return re.search(r"'nonce-([\w-]{20,})'", answer.headers["Content-Security-Policy"])[1]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_html_that_runs_and_loads_nothing_but_its_own(http, path):
    answer = asked(http, path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    nonce = nonce_of(answer)
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert dict(part.split(" ", 1) for part in policy) == {
        "default-src": "'none'", "script-src": f"'nonce-{nonce}'", "style-src": f"'nonce-{nonce}'",
        "img-src": "'self' data:", "connect-src": "'self'", "base-uri": "'none'", "form-action": "'self'",
        "frame-ancestors": "'none'",
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"
    tags = re.findall(r"<(?:script|link|style)\b[^>]*>", answer.text)
    assert all(f'nonce="{nonce}"' in tag or 'rel="icon"' in tag or 'rel="p' in tag for tag in tags)
    assert not re.search(r'(?:href|src|action)="(?:/|https?:)', answer.text)
    assert not re.search(r"\s(?:on\w+|style)=", answer.text)
    assert nonce_of(asked(http, path)) != nonce


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_head_a_title_and_is_compressed(http, path):
    plain = asked(http, path)
    assert re.search(r"<title>[^<]*Bambleweeny[^<]*</title>", plain.text)
    head = http.head(path, headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == plain.headers["Content-Length"]
    zipped = http.get(path, headers={"Accept-Encoding": "br, gzip;q=0.5"}, stream=True)
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in zipped.headers["Vary"]
    raw = zipped.raw.read(decode_content=False)
    assert gzip.decompress(raw).decode() == re.sub(nonce_of(plain), nonce_of(zipped), plain.text)
    assert len(raw) < 0.9 * len(plain.content)


@pytest.mark.parametrize("path", ["/docs", "/docs/queues", "/docs/api"])
def test_a_client_that_has_a_page_gets_304_and_keeps_its_policy(http, path):
    first = asked(http, path)
    for known in (first.headers["ETag"], "*", f'"other", {first.headers["ETag"]}'):
        again = asked(http, path, If_None_Match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert "Content-Security-Policy" not in again.headers
    assert asked(http, path, If_None_Match='"other"').status_code == 200


def test_files_never_change_under_their_version(http):
    path = re.search(STYLE, asked(http, "/docs").text)[1]
    answer = asked(http, f"/{path}")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert asked(http, f"/{path}", If_None_Match=answer.headers["ETag"]).status_code == 304
    zipped = http.get(f"/{path}", headers={"Accept-Encoding": "gzip"})
    assert zipped.content == answer.content
    assert zipped.headers["ETag"] != answer.headers["ETag"]
    other = asked(http, "/docs/files/0000000000000000/style.css")
    assert (other.content, other.headers["Cache-Control"]) == (answer.content, "no-cache")
    assert http.head(f"/{path}").status_code == 200


def test_the_largest_file_is_a_third_of_its_size_on_the_way(http):
    path = re.search(r'src="(files/\w+/swagger-ui-bundle\.js)"', asked(http, "/docs/api").text)[1]
    zipped = http.get(f"/docs/{path}", headers={"Accept-Encoding": "gzip"}, stream=True)
    size = len(zipped.raw.read(decode_content=False))
    assert int(zipped.headers["Content-Length"]) == size < 600_000


@pytest.mark.parametrize("name", ["x.css", "page.html", "%2e%2e%2fpages.py", "style.css.map"])
def test_no_other_file_is_given(http, name):
    assert asked(http, f"/docs/files/1/{name}").status_code == 404


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("swagger-ui.css", "swagger-ui.css"), ("swagger-ui-bundle.js", "swagger-ui-bundle.js"),
        ("favicon-32x32.png", "icon.svg"),
    ],
)  # fmt: skip
def test_former_paths_lead_on(http, former, now):
    answer = asked(http, f"/docs/{former}")
    assert answer.status_code == 302
    assert re.fullmatch(rf"files/[0-9a-f]{{16}}/{re.escape(now)}", answer.headers["Location"])
    assert asked(http, f"/docs/{answer.headers['Location']}").status_code == 200


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/docs/", "../docs"), ("/docs/queues/", "../queues"), ("/docs/api/", "../api"),
        ("/docs/search/?q=a%20b", "../search?q=a%20b"), ("/docs/README", "../docs"),
    ],
)  # fmt: skip
def test_a_slash_at_the_end_and_the_name_of_the_home_page_lead_on(http, path, target):
    answer = asked(http, path)
    assert (answer.status_code, answer.headers["Location"]) == (302, target)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/guide", "docs"), ("/guide/", "../docs"), ("/guide/queues", "../docs/queues"),
        ("/guide/queues/", "../../docs/queues"),
    ],
)  # fmt: skip
def test_the_guide_is_found_under_its_name(http, path, target):
    answer = asked(http, path)
    assert (answer.status_code, answer.headers["Location"]) == (308, target)
    assert http.head(path).status_code == 308
    assert http.post(path).status_code == asked(http, "/guide/a/b").status_code == 404


def test_a_page_that_does_not_exist_is_said_in_the_clients_form(http):
    answer = asked(http, "/docs/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    page = asked(http, "/docs/nothing", Accept="text/html,*/*;q=0.8", If_None_Match="*")
    assert page.status_code == 404
    assert "There is no such page" in page.text and 'action="search"' in page.text
    assert "ETag" not in page.headers and "Content-Security-Policy" in page.headers


@pytest.mark.parametrize("path", PAGES)
def test_every_link_is_answered(http, path):
    """A link within the origin, also those to anchors."""
    found = re.findall(r'(?:href|src)="([^"#]*)(?:#([^"]*))?"', asked(http, path).text)
    assert len(found) > 3
    for target, anchor in set(found):
        url = urljoin(path, target)
        answer = _answer(http, url)
        assert answer.status_code == 200, url
        assert not anchor or f'id="{anchor}"' in answer.text, (url, anchor)


@cache
def _answer(http, url):
    return http.get(url)


@pytest.mark.parametrize(
    "path", ["/openapi.json", "/swagger", "/bambleweeny.js", "/docs/files/latest/reference.json"]
)
def test_every_file_of_the_server_is_compressed_and_has_a_tag(http, path):
    plain = asked(http, path)
    zipped = http.get(path, headers={"Accept-Encoding": "gzip"})
    assert (plain.status_code, zipped.content) == (200, plain.content)
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert int(zipped.headers["Content-Length"]) < 0.4 * len(plain.content)
    for answer in (plain, zipped):
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Accept-Encoding" in answer.headers["Vary"]
        again = asked(http, path, If_None_Match=answer.headers["ETag"])
        assert (again.status_code, again.content) == (304, b"")


def test_links_lead_on_from_the_home_page_and_from_a_page(http):
    for path, prefix in (("/docs", "docs/"), ("/docs/queues", "")):
        text = asked(http, path).text
        for name in contents():
            assert f'href="{prefix}{name}"' in text
        assert f'action="{prefix}search"' in text
        assert f'href="{prefix}api"' in text


def test_a_page_has_anchors_neighbours_and_marks_itself(http):
    text = asked(http, "/docs/queues").text
    assert '<h2 id="run-a-worker">' in text
    assert 'href="#run-a-worker"' in text
    assert 'rel="prev" href="webhook-providers"' in text
    assert 'rel="next" href="topics-and-events"' in text
    assert re.findall(r'href="([^"]*)" aria-current="page"', text) == ["queues"]


def test_what_is_searched_for_is_shown_as_text(http):
    text = asked(http, "/docs/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22'").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;" in text
    found = asked(http, "/docs/search?q=dead+letter").text
    assert re.search(r'<a href="queues#[\w-]+">', found)
    assert "<mark>dead</mark>" in found
    question = asked(http, "/docs/search?q=how+do+i+retry+a+failed+zebra").text
    assert '<a href="queues">' in question


def test_a_search_is_bounded(http):
    assert asked(http, f"/docs/search?q={'a' * LONGEST_QUERY}").status_code == 200
    answer = asked(http, f"/docs/search?q={'a' * (LONGEST_QUERY + 1)}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    many = asked(http, "/docs/search?q=" + "+".join("abcdefghijklmnopqrstuvwxyz"))
    assert many.status_code == 200
    assert len(asked(http, "/docs/search?q=a").content) < 30_000
    assert "<h1>Search</h1>" in asked(http, "/docs/search").text


@pytest.mark.parametrize(
    "header",
    [
        "gzip;q=0",
        "identity",
        "br",
        "gzip; q=0.0",
        "*;q=1, gzip;q=0",
        "gzip;q=abc",
        "*;q=0",
        "gzip;q=0.000",
    ],
)
def test_a_client_that_refuses_gzip_gets_none(http, header):
    answer = http.get("/docs/queues", headers={"Accept-Encoding": header})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    "header",
    ["gzip", "*;q=0, gzip", "br, *;q=0, gzip;q=1", "*", "gzip;q=0.001", "br;q=1.0, gzip; q=0.8"],
)
def test_a_client_that_accepts_gzip_gets_it(http, header):
    answer = http.get("/docs/queues", headers={"Accept-Encoding": header})
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/docs/x%0d%0aSet-Cookie:a=b/", "../x%0D%0ASet-Cookie%3Aa%3Db"),
        ("/docs/%00/", "../%00"),
        ("/docs/a%3Fb/", "../a%3Fb"),
        ("/docs/%ff/", "../%FF"),
        ("/docs/queues/?a=b", "../queues?a=b"),
    ],
)
def test_a_slash_at_the_end_is_redirected_whatever_is_before_it(http, path, location):
    answer = http.get(path, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, location)
    assert "Set-Cookie" not in answer.headers


def test_a_search_shows_no_control_characters(http):
    assert "\0" not in asked(http, "/docs/search?q=a%00b%1b").text


PICTURES = re.findall(r"!\[[^]]+\]\(site/([\w.-]+)\)", contents()["console"].text)


def test_the_page_of_the_console_has_pictures():
    assert {f"console-{name}.webp" for name in ("home", "key", "list", "inbox", "route")} == {
        *PICTURES
    }


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_and_part_of_its_page(http, name):
    place = re.search(rf'src="(files/[0-9a-f]{{16}}/{name})"', asked(http, "/docs/console").text)[1]
    answer = asked(http, urljoin("/docs/console", place))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert 0 < len(answer.content) <= 100_000
    assert answer.content[8:12] == b"WEBP"
