"""The API reference: Swagger UI with one login for all calls."""

from functools import cache, partial
from string import Template

import falcon

from bambleweeny.api.answers.cached_files import NoncePage
from bambleweeny.api.answers.pages import is_redirected
from bambleweeny.api.docs.files import tags_of, url_of
from bambleweeny.guide.site import ASSETS, logo, site_file

_FILES = (
    "icon.svg",
    "swagger-ui.css",
    "reference.css",
    "swagger-ui-bundle.js",
    "reference.js",
)


class Reference:
    """/docs/api"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the page of the reference."""
        if not is_redirected(req, resp):
            _page().answer(req, resp)


@cache
def _page() -> NoncePage:
    html = Template(site_file("reference.html").decode()).substitute(
        assets=ASSETS,
        document=url_of("reference.json"),
        logo=logo(),
    )
    return NoncePage(html, ASSETS, partial(tags_of, _FILES, ""))
