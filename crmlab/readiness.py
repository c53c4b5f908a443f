"""What goes wrong when the ground is not ready: each failure factor, measured."""
