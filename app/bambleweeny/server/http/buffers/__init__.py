"""The bytes that a worker buffers for its clients, and their bounds."""
