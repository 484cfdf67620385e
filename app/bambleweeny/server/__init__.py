"""Lifetimes: the supervisor, the engine it starts and the workers it forks."""
