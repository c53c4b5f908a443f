"""The simulated company: its tables, the truth about it, what it is made with, and its files.

`crmlab.simulate` makes one; `load_company` reads the one that comes with crmlab, or one that
`save_company` wrote.
"""

from crmlab.company._files import load_company, load_company_table, save_company
from crmlab.company._settings import CompanySettings, make_settings
from crmlab.company._tables import Company, Truth

__all__ = [
    "Company",
    "CompanySettings",
    "Truth",
    "load_company",
    "load_company_table",
    "make_settings",
    "save_company",
]
