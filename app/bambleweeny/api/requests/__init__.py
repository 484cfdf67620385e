"""Reading requests: callers, parameters, bodies, conditions, waits."""
