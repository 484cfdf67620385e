"""Writes the OpenAPI document or the Postman collection to stdout: documents.py KIND [URL].

KIND is `openapi` or `postman`; URL is the server that its calls go to. A server has the same
documents at /openapi.json and /postman.json.
"""

import json
import sys
from urllib.parse import urlsplit

from bambleweeny.api.docs.contract import document
from bambleweeny.api.docs.postman import Collection

USUAL_URL = "http://localhost:8080"


def main(kind: str, *urls: str) -> None:
    """Write a document."""
    url = url_of(*urls)
    contract = json.loads(document())
    if kind == "postman":
        made = Collection(contract).as_json(url)
    else:
        made = {**contract, "servers": [{"url": url}]}
    print(json.dumps(made, indent=1))


def url_of(url: str = USUAL_URL, *more: str) -> str:
    """Return the URL of a server without a slash at its end; exit if it is none."""
    parts = urlsplit(url)
    if more or parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
        sys.exit(f"Give one URL of a server, such as {USUAL_URL}.")
    return url.rstrip("/")


if __name__ == "__main__":
    main(*sys.argv[1:])
