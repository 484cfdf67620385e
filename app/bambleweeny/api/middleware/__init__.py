"""Middleware for all requests: the gate, the access log, the error handlers."""
