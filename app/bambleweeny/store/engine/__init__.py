"""The embedded engine, and whether any engine is usable."""
