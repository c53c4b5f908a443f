"""The packages that a run needs, loaded before it starts: none is found missing half-way."""

from crmlab._optional import need

__all__ = ["load_extra"]


def load_extra() -> None:
    """Import what runs notebooks and makes pages, which takes seconds; name the missing extra."""
    for module in ("_execute", "_html"):
        need(f"crmlab.reports.{module}", extra="reports")
