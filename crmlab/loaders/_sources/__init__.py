"""Anything that holds a table becomes one table: files, frames, relations, Spark."""
