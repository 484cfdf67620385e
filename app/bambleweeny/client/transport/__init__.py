"""HTTP under the client: connections, tokens, streams, errors."""
