"""The HTTP server; only this package imports Waitress."""
