"""The page of the console."""

from functools import cache
from string import Template

import falcon

from bambleweeny import __version__
from bambleweeny.api.answers.cached_files import NoncePage
from bambleweeny.api.answers.pages import is_redirected
from bambleweeny.api.console.files import page_text, tags_of
from bambleweeny.guide.site import ASSETS

# NOTE: not 'self' for scripts and styles: tenants can publish some under this origin.
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
    "img-src 'self' blob:; connect-src 'self'; frame-src blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


class ConsolePage:
    """/console"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the page, which loads everything else; it needs no token."""
        if not is_redirected(req, resp):
            _page().answer(req, resp)


@cache
def _page() -> NoncePage:
    html = Template(page_text()).substitute(assets=ASSETS, version=__version__)
    return NoncePage(html, ASSETS, tags_of, _POLICY)
