"""What may be used, shown and published about a customer."""
