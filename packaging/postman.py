"""Writes the Postman collection to standard output; a server has the same at /postman.json."""

import json
import sys

from bambleweeny.api.docs import document
from bambleweeny.api.postman import Collection

if __name__ == "__main__":
    base_url = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080"
    print(json.dumps(Collection(json.loads(document())).as_json(base_url), indent=1))
