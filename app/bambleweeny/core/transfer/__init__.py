"""Data transfer: backup and restore of an engine, export and import of a user's data."""
