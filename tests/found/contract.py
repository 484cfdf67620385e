"""Kind F: the API document."""
