"""Writing answers: bodies, keys with their entity tags, listings, streams."""
