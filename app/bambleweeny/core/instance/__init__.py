"""The instance: its identity, its layout, its state and its numbers."""
