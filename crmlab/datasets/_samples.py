"""Small made-up exports of orders, written as shops write them."""

from pathlib import Path

from crmlab._checks import check_choice
from crmlab._paths import data_dir

__all__ = ["sample_path"]

_SAMPLES = ("naver", "plain", "shopify")


def sample_path(name: str) -> Path:
    """Return the path of a made-up export, to try how files of orders are read.

    Parameters
    ----------
    name : {"naver", "plain", "shopify"}
        "shopify": discounts, refunds, guests, two currencies; "naver": Korean, as a spreadsheet
        in Korea saves it; "plain": headers and words that no layout knows.

    Returns
    -------
    Path
        A CSV file.

    Raises
    ------
    InputError
        If the sample is unknown.

    See Also
    --------
    describe : ``describe("samples")`` tells what is planted in each.

    Examples
    --------
    >>> from crmlab.loaders import audit_transactions
    >>> audit = audit_transactions(sample_path("shopify"))
    >>> audit.by_currency[["currency", "customers", "orders", "revenue"]]
      currency  customers  orders  revenue
    0      EUR          3       6   392.55
    1      USD         11      37  2118.39
    """
    check_choice("name", name, _SAMPLES)
    return data_dir() / "samples" / f"{name}.csv"
