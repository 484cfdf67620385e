"""Kind E: what a browser does."""
