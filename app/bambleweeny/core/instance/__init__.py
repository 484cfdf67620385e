"""The instance: its identity, data layout, status and metrics."""
