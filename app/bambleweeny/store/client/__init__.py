"""The Redis client: connections, pipelining, pub/sub, and single, Sentinel and Cluster engines."""
