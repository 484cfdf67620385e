"""Collections of routes: lists of JSON objects under keys, with json-server's habits."""
