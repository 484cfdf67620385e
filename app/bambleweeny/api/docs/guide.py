"""The guide in a browser: its pages and its search."""

from functools import cache, partial

import falcon

from bambleweeny.api.answers.cached_files import NoncePage
from bambleweeny.api.answers.pages import is_redirected, redirect
from bambleweeny.api.docs.files import FORMER_FILES, tags_of, url_of
from bambleweeny.errors import InvalidRequest, NotFound
from bambleweeny.guide.pages import HOME, Page, page_of
from bambleweeny.guide.search import LONGEST_QUERY, search
from bambleweeny.guide.site import ASSETS, home_html, message_html, page_html, results_html

_FILES = ("icon.svg", "style.css", "guide.js")
_BELOW_HOME = "docs/"


class GuideHome:
    """/docs"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the table of contents."""
        if not is_redirected(req, resp):
            _home().answer(req, resp)


class GuidePage:
    """/docs/{page}"""

    def on_get(self, req: falcon.Request, resp: falcon.Response, page: str) -> None:
        """Answer a page of the guide, or redirect from a former path."""
        if is_redirected(req, resp):
            return
        found = page_of(page)
        if found is not None:
            _page(found).answer(req, resp)
        elif page == HOME:
            redirect(resp, "../docs")
        elif page in FORMER_FILES:
            redirect(resp, url_of(FORMER_FILES[page]))
        elif req.client_prefers(("application/json", "text/html")) == "text/html":
            _no_page().answer(req, resp, 404)
        else:
            raise NotFound("There is no such page.", hint="/docs has the table of contents.")


class GuideSearch:
    """/docs/search"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the sections that match `q` best."""
        if is_redirected(req, resp):
            return
        given = req.get_param("q") or ""
        query = "".join(char if char.isprintable() else " " for char in given).strip()
        if len(query) > LONGEST_QUERY:
            raise InvalidRequest(f"A search has at most {LONGEST_QUERY} characters.")
        _page_of(results_html(query, search(query))).answer(req, resp)


def _page_of(html: str, prefix: str = "") -> NoncePage:
    return NoncePage(html, ASSETS, partial(tags_of, _FILES, prefix))


@cache
def _home() -> NoncePage:
    return _page_of(home_html(), _BELOW_HOME)


@cache
def _page(page: Page) -> NoncePage:
    return _page_of(page_html(page, url_of))


@cache
def _no_page() -> NoncePage:
    return _page_of(
        message_html("There is no such page", "Search for it, or look through the contents.")
    )
