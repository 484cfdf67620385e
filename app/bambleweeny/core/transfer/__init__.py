"""Data in and out: backups of an engine, exports and imports of a user."""
