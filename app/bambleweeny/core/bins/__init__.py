"""Bins: public inboxes for webhooks."""
