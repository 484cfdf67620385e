"""Users, passwords and tokens, and calls that check the token in the same round trip."""
