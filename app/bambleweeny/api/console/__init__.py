"""The console over HTTP: its page and its files."""
