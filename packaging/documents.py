"""Writes the OpenAPI document or the Postman collection to stdout: documents.py KIND [URL].

KIND is `openapi` or `postman`; URL is the server that its calls go to. A server has the same
documents at /openapi.json and /postman.json.
"""

import json
import sys

from bambleweeny.api.docs.contract import document
from bambleweeny.api.docs.postman import Collection

USUAL_URL = "http://localhost:8080"


def main(kind: str, url: str = USUAL_URL) -> None:
    """Write a document."""
    contract = json.loads(document())
    if kind == "postman":
        made = Collection(contract).as_json(url)
    else:
        made = {**contract, "servers": [{"url": url}]}
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
