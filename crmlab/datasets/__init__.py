"""Data sets for the workbook: in crmlab, in an installed package, or fetched from their publisher.

`load_` functions need no network, `fetch_` functions download once and keep the file. Each set
has a card in Markdown with its source, licence, columns, units and traps; `available` lists the
sets, `describe` returns one card, and `sample_path` finds a made-up export to read. A transactions
table comes back in crmlab's own column names, one row per line of an order, with its oddities left
in: cleaning is the loaders' work.
"""

from crmlab.company import Company, Truth, load_company, save_company
from crmlab.datasets._cards import available, describe
from crmlab.datasets._downloads import (
    DownloadError,
    UnexpectedFileError,
    fetch_hillstrom,
    fetch_online_retail,
)
from crmlab.datasets._installed import (
    TRANSACTION_SETS,
    load_cdnow,
    load_complete_journey,
    load_donations,
    load_telco_churn,
    load_transactions,
)
from crmlab.datasets._regions import load_regions
from crmlab.datasets._samples import sample_path

__all__ = [
    "TRANSACTION_SETS",
    "Company",
    "DownloadError",
    "Truth",
    "UnexpectedFileError",
    "available",
    "describe",
    "fetch_hillstrom",
    "fetch_online_retail",
    "load_cdnow",
    "load_company",
    "load_complete_journey",
    "load_donations",
    "load_regions",
    "load_telco_churn",
    "load_transactions",
    "sample_path",
    "save_company",
]
