"""The Redis client: one connection, pipelining, pub/sub, and the ways to an engine."""
