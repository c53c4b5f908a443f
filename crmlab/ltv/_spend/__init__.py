"""Spend per purchase."""
