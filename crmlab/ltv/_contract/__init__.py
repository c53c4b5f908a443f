"""Renewals of customers under contract."""
