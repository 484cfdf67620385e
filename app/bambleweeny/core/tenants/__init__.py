"""What tenants use of the engine."""
