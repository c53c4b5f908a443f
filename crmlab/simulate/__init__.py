"""하늘학습 (Haneul Learning): a home-study company whose truth is known.

`simulate_company` makes it; `CompanySettings` holds every number it is made with, so an effect
can be planted, doubled or switched off. Its tables are described in the data card,
``crmlab.describe("company")``.
"""

from crmlab.company import Company, CompanySettings, Truth
from crmlab.simulate._simulate import simulate_company

__all__ = ["Company", "CompanySettings", "Truth", "simulate_company"]
