"""Which server a command uses, and as which user."""
