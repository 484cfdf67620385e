"""Batches: many operations in few round trips."""
