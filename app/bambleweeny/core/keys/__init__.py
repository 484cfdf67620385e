"""Keys: values, counters, conditions, JSON patches."""
