"""The arithmetic of sharing contacts out: prices of the limits, choices at them, repair."""
