"""Documents of other tools become route documents: OpenAPI, HAR, and db.json of json-server."""
