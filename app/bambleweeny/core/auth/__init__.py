"""Users, passwords and tokens, and calls that check the caller in the same round trip."""
