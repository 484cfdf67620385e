"""The embedded engine, and the check that an engine is usable."""
