"""Commands that run a program for each item of a list, and what they share with `listen`."""
