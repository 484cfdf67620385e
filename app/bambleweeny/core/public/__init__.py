"""Public ids: routes and bins."""
