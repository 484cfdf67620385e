"""Kind B: what was accepted silently."""
