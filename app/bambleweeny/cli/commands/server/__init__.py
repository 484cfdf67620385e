"""The commands that run a server, or use its data without a server."""
