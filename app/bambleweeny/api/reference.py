"""The API reference: Swagger UI over the contract, with a login of its own."""

from functools import cache, partial
from string import Template

import falcon

from bambleweeny.api.cached_files import NoncePage
from bambleweeny.api.guide import is_redirected
from bambleweeny.api.guide_files import tags_of, url_of
from bambleweeny.guide.site import ASSETS, icon, logo, site_file

_FILES = ("swagger-ui.css", "reference.css", "swagger-ui-bundle.js", "reference.js")
_POLICY = (
    "default-src 'none'; style-src 'nonce-NONCE'; script-src 'nonce-NONCE'; img-src data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class Reference:
    """/docs/api"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the page of the reference."""
        if not is_redirected(req, resp):
            _page().answer(req, resp, _POLICY)

    on_head = on_get


@cache
def _page() -> NoncePage:
    html = Template(site_file("reference.html").decode()).substitute(
        assets=ASSETS,
        document=url_of("reference.json"),
        icon=icon(),
        logo=logo(),
    )
    return NoncePage(html, ASSETS, partial(tags_of, _FILES, ""))
