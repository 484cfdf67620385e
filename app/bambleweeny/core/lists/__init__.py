"""Lists: items, leases, policies, idempotency keys."""
