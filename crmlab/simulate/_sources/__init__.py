"""Three source systems that hold differing copies of the same people."""

from crmlab.simulate._sources.sources import SOURCES, book_accounts, copy_people

__all__ = ["SOURCES", "book_accounts", "copy_people"]
