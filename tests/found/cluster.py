"""Kind G: a Redis Cluster whose slots move."""
