"""Kind I: processes, files and logs."""
