"""Rates: of users and named tokens, and of routes and bins."""
