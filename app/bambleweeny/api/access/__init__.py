"""Access over HTTP: sessions, named tokens, users, and the accounts of what they did."""
