"""Repeat purchases of customers without a contract."""
