"""What orders are worth: which of them count, what was given back, what is a purchase."""
