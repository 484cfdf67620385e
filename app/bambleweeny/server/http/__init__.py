"""The HTTP server: everything that touches Waitress."""
