"""The page of the console and its files: headers, hashes, compression, and what is refused."""

import gzip
import posixpath
import re
from importlib.resources import files

import pytest
from bambleweeny import __version__
from bambleweeny.api import create_app
from falcon.testing import TestClient
from servers import over_the_wire

IMMUTABLE = "public, max-age=31536000, immutable"
PLAIN = {"Accept-Encoding": "identity"}
POLICY = (
    "default-src 'none'; script-src 'nonce-R'; style-src 'nonce-R'; img-src 'self' blob:; "
    "connect-src 'self'; frame-src blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
FOLDER = files("bambleweeny") / "console"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def walk(folder, prefix=""):
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from walk(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}"


FILES = sorted({*walk(FOLDER), "icon.svg", "preact.js"} - {"index.html"})


@pytest.fixture
def version(http):
    return re.search(r'src="console/a/([0-9a-f]{16})/main\.js"', http.get("/console").text)[1]


def nonce_of(answer):
    return re.search(r"'nonce-([\w-]{20,})'", answer.headers["Content-Security-Policy"])[1]


def test_the_page_has_the_policy_of_the_design_and_a_nonce_for_one_answer(http):
    answer = http.get("/console")
    nonce = nonce_of(answer)
    assert answer.headers["Content-Security-Policy"] == POLICY.replace("R", nonce)
    assert nonce_of(http.get("/console")) != nonce
    headers = {
        "Cache-Control": "no-store",
        "Content-Type": "text/html; charset=utf-8",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    assert {name: answer.headers.get(name) for name in headers} == headers
    assert "Set-Cookie" not in answer.headers


def test_the_page_loads_files_with_its_nonce_and_relative_urls_alone(http):
    answer = http.get("/console")
    tags = re.findall(r"<(?:script|link|style)\b[^>]*>", answer.text)
    urls = re.findall(r'(?:href|src)="([^"#]+)"', "".join(tags))
    styles = [path for path in FILES if path.endswith(".css")]
    ends = [re.sub(r"^console/a/[0-9a-f]{16}/", "", url) for url in urls]
    assert ends == ["icon.svg", *styles, "main.js"]
    for tag in tags:
        assert f'nonce="{nonce_of(answer)}"' in tag or 'rel="icon"' in tag
    assert f'<script type="module" nonce="{nonce_of(answer)}" src=' in answer.text
    assert not re.search(r"\s(?:on\w+|style)=|<style|<script>", answer.text)
    assert f'data-version="{__version__}"' in answer.text
    assert "<noscript>" in answer.text
    for url in urls:
        assert http.get(f"/{url}").headers["Cache-Control"] == IMMUTABLE


def test_the_page_is_compressed_revalidated_and_has_a_head(http):
    plain = http.get("/console", headers=PLAIN)
    with http.get("/console", headers={"Accept-Encoding": "gzip"}, stream=True) as zipped:
        raw = zipped.raw.read(decode_content=False)
    assert zipped.headers["Content-Encoding"] == "gzip"
    text = gzip.decompress(raw).decode()
    assert text == plain.text.replace(nonce_of(plain), nonce_of(zipped))
    known = http.get("/console", headers={"If-None-Match": plain.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert "Content-Security-Policy" not in known.headers
    head = http.head("/console", headers=PLAIN)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == plain.headers["Content-Length"]


@pytest.mark.parametrize("query", ["", "?a=b"])
def test_a_slash_at_the_end_leads_to_the_page(http, query):
    answer = http.get(f"/console/{query}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"../console{query}")


@pytest.mark.parametrize("path", FILES)
def test_each_file_is_kept_under_its_hash_and_revalidated_under_another(http, version, path):
    answer = http.get(f"/console/a/{version}/{path}", headers=PLAIN)
    kind = TYPES[path.rpartition(".")[2]]
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer.headers["Cache-Control"] == IMMUTABLE
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Vary"] == "Accept-Encoding"
    zipped = http.get(f"/console/a/{version}/{path}", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.content == answer.content
    assert zipped.headers["ETag"] != answer.headers["ETag"]
    other = http.get(f"/console/a/0123456789abcdef/{path}", headers=PLAIN)
    assert (other.headers["Cache-Control"], other.content) == ("no-cache", answer.content)
    known = {"If-None-Match": answer.headers["ETag"]}
    assert http.get(f"/console/a/{version}/{path}", headers=known).status_code == 304
    assert http.head(f"/console/a/{version}/{path}").status_code == 200


def test_the_library_is_one_module_that_exports_what_the_console_uses(http):
    text = http.get("/console/a/latest/preact.js").text
    exported = re.search(r"export\{([^}]*)\}", text)[1]
    names = {name.rpartition(" ")[2] for name in exported.split(",")}
    assert names >= {"html", "render", "Component", "useState", "useEffect", "useRef"}
    assert not re.search(r"\bimport\b|\beval\(|new Function|sourceMappingURL", text)


@pytest.mark.parametrize(
    "path",
    [
        "index.html", "parts", "nothing.js", "main.js.map", "../openapi.yaml", "..%2fopenapi.yaml",
        "%2e%2e/openapi.yaml", "parts/../main.js", "parts//ui.js", "/etc/passwd", "%00", "main.js%00",
        "parts\\ui.js", "MAIN.JS",
    ],
)  # fmt: skip
def test_no_other_file_is_given(session_url, version, path):
    head = f"GET /console/a/{version}/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = over_the_wire(session_url, head.encode())
    assert answer.split(b" ")[1] in (b"404", b"400"), answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/console", "/console/a/latest/main.js"])
def test_the_console_is_only_read(http, method, path):
    assert http.request(method, path).status_code == 405


def test_files_name_no_other_host(http):
    for path in FILES:
        if path.endswith((".css", ".js")):
            text = http.get(f"/console/a/latest/{path}", headers=PLAIN).text
            assert not re.search(r"""(?:url\(|from |import |src=)\s*["']?(?:https?:)?//""", text)


def test_what_a_page_loads_is_small(http):
    """Of each page, with the frame, the style sheets and the library; and of all files."""
    bodies = {path: http.get(f"/console/a/latest/{path}", headers=PLAIN).content for path in FILES}
    sizes = {path: len(gzip.compress(body)) for path, body in bodies.items()}
    first = _imported("main.js", bodies) | {path for path in FILES if not path.endswith(".js")}
    pages = {path for path in FILES if path.startswith("pages/")}
    loaded = {page: sum(sizes[one] for one in first | _imported(page, bodies)) for page in pages}
    print(f"{len(FILES)} files, {sum(sizes.values())} bytes gzipped; each page: {loaded}")
    assert max(loaded.values()) < 120_000
    assert sum(sizes.values()) < 240_000


def _imported(path, bodies, known=frozenset()):
    """Return a module and all that it imports."""
    if path in known or path not in bodies:
        return known
    known = known | {path}
    for name in re.findall(
        rb'^(?:import|export|\}) .*from "(\.[^"]+)";$', bodies[path], re.MULTILINE
    ):
        place = posixpath.join(posixpath.dirname(path), name.decode())
        known = _imported(posixpath.normpath(place), bodies, known)
    return known


def test_a_browser_at_the_root_lands_on_the_console(http):
    assert http.get("/").json()["console"] == "/console"
    html = {"Accept": "text/html,*/*;q=0.8"}
    answer = http.get("/", headers=html)
    assert (answer.status_code, answer.headers["Location"]) == (302, "console")


def test_without_the_console_there_is_neither_page_nor_file(services):
    client = TestClient(create_app(services, console=False))
    for path in ("/console", "/console/", "/console/a/latest/main.js"):
        assert client.simulate_get(path).status_code == 404
    home = client.simulate_get("/", headers={"Accept": "text/html"})
    assert (home.status_code, home.headers["Location"]) == (302, "docs")
    assert "console" not in client.simulate_get("/").json
