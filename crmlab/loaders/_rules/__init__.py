"""What is left out, in rows, and why."""
