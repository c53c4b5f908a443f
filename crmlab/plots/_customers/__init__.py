"""Pictures of the base: who is in it, what they bring, and how well they are known."""
