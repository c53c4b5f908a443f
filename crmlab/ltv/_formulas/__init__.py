"""Lifetime value by arithmetic: no model, no data but rates."""
