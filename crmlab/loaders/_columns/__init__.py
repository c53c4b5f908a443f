"""Text becomes a value, or what is wrong with it, and a word on how it was read."""
