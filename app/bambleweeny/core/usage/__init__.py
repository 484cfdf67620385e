"""What a user stores, may store, and sends and receives."""
