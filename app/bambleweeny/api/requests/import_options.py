"""Parameters of imports of routes: `?from=`, and what it takes besides."""

import falcon

from bambleweeny.api.requests.parameters import read_choice
from bambleweeny.core.mocks.references import NAME_RULE as ROUTE_NAME_RULE
from bambleweeny.core.mocks.references import is_public_name
from bambleweeny.core.public.route_imports import FORMATS, ImportOptions
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import NAME_RULE, is_name

IMPORT_OPTIONS = ("from", "name", "prefix", "only", "journal")


def read_import_options(req: falcon.Request) -> ImportOptions | None:
    """Return the options of an import, or None without `?from=`; else InvalidRequest."""
    chosen = read_choice(req, "from", FORMATS)
    given = {
        name: req.get_param(name, default="") for name in IMPORT_OPTIONS[1:] if req.has_param(name)
    }
    if chosen is None:
        for name in given:
            raise InvalidRequest(f"The parameter '{name}' needs 'from'.")
        return None
    only = [text for text in given.get("only", "").split(",") if text]
    for name, text in given.items():
        if not text or (name == "only" and not only):
            raise InvalidRequest(f"The parameter '{name}' is empty.")
    name, journal = given.get("name", ""), given.get("journal", "")
    if name and not is_public_name(name):
        raise InvalidRequest("The parameter 'name' cannot name a route.", hint=ROUTE_NAME_RULE)
    if journal and not is_name(journal):
        raise InvalidRequest("The parameter 'journal' is invalid.", hint=NAME_RULE)
    kind = next(known for known in FORMATS if known == chosen)
    return ImportOptions(kind, name, given.get("prefix", ""), journal, only)
