"""Whose column is whose: the owner's names and ours."""
