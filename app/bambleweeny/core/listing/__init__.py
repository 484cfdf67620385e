"""Listings of names: ranges, pages, groups."""
