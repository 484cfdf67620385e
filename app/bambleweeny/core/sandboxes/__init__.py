"""Sandboxes: throw-away tenants of a user, with tokens, seeds and snapshots."""
