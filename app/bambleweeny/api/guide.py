"""The guide in a browser: its pages and its search."""

from functools import cache, partial

import falcon

from bambleweeny.api.cached_files import NoncePage
from bambleweeny.api.guide_files import FORMER_FILES, tags_of, url_of
from bambleweeny.errors import InvalidRequest, NotFound
from bambleweeny.guide.pages import Page, page_of
from bambleweeny.guide.search import LONGEST_QUERY, search
from bambleweeny.guide.site import ASSETS, home_html, message_html, page_html, results_html

# NOTE: 'self' would trust what users publish under /routes; `form-action` is for the search.
_POLICY = (
    "default-src 'none'; style-src 'nonce-NONCE'; script-src 'nonce-NONCE'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FILES = ("style.css", "guide.js")
_BELOW_HOME = "docs/"


class GuideHome:
    """/docs"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the table of contents."""
        if not is_redirected(req, resp):
            _home().answer(req, resp, _POLICY)

    on_head = on_get


class GuidePage:
    """/docs/{page}"""

    def on_get(self, req: falcon.Request, resp: falcon.Response, page: str) -> None:
        """Answer a page of the guide."""
        if is_redirected(req, resp):
            return
        found = page_of(page)
        if page in FORMER_FILES:
            resp.status = 301
            resp.set_header("Location", url_of(FORMER_FILES[page]))
        elif found is not None:
            _page(found).answer(req, resp, _POLICY)
        elif req.client_prefers(("application/json", "text/html")) == "text/html":
            _no_page().answer(req, resp, _POLICY, 404)
        else:
            raise NotFound("There is no such page.", hint="/docs has the table of contents.")

    on_head = on_get


class GuideSearch:
    """/docs/search"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the sections that have all words of `q`."""
        if is_redirected(req, resp):
            return
        query = (req.get_param("q") or "").strip()
        if len(query) > LONGEST_QUERY:
            raise InvalidRequest(f"A search has at most {LONGEST_QUERY} characters.")
        _noncepage(results_html(query, search(query))).answer(req, resp, _POLICY)

    on_head = on_get


def is_redirected(req: falcon.Request, resp: falcon.Response) -> bool:
    """Redirect a path with a slash at its end, from which a page's links would not lead on."""
    path = req.env.get("PATH_INFO", "")
    if not path.endswith("/"):
        return False
    last = path.rstrip("/").rpartition("/")[2]
    query = f"?{req.query_string}" if req.query_string else ""
    resp.status = 301
    resp.set_header("Location", f"../{last}{query}")
    return True


def _noncepage(html: str, prefix: str = "") -> NoncePage:
    return NoncePage(html, ASSETS, partial(tags_of, _FILES, prefix))


@cache
def _home() -> NoncePage:
    return _noncepage(home_html(), _BELOW_HOME)


@cache
def _page(page: Page) -> NoncePage:
    return _noncepage(page_html(page))


@cache
def _no_page() -> NoncePage:
    return _noncepage(
        message_html("There is no such page", "Search for it, or look through the contents.")
    )
