"""Planned answers: those that are sent later, or with a fault."""
