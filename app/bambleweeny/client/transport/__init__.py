"""The HTTP layer of the client: connections, tokens, streams, errors."""
