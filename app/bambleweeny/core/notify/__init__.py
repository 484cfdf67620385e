"""Notifications: long polls, streams, events."""
