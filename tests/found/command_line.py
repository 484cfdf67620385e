"""Kind H: the command line."""
