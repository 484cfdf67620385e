"""Writing answers: bodies, keys with their tags, listings, streams."""
