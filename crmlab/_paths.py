"""Where data files, cards and notebooks are: the same call in a checkout and in the wheel."""

from pathlib import Path

__all__ = ["data_dir", "docs_dir", "notebooks_dir"]

_PACKAGE = Path(__file__).resolve().parent


def _packed_or_beside(packed: str, beside: str) -> Path:
    """The folder the wheel packs inside the package, else the checkout's beside it."""
    inside = _PACKAGE / packed
    return inside if inside.is_dir() else _PACKAGE.parent / beside


def data_dir() -> Path:
    """Folder of the data files and their cards."""
    return _packed_or_beside("_data", "datasets")


def docs_dir() -> Path:
    """Folder of the pages that a report has beside it."""
    return _packed_or_beside("_docs", "docs")


def notebooks_dir() -> Path:
    """Folder of the numbered notebooks, with the report templates in `reports`."""
    return _packed_or_beside("_notebooks", "notebooks")
