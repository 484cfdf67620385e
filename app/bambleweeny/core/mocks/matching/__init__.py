"""What a rule matches: paths, and conditions on values."""
