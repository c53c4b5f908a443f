"""Pictures of what to do: whom to win, reach and serve, with what, and what it earns."""
