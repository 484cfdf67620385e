"""What the scopes of a named token allow it to write: nested keys, batches, documents."""
