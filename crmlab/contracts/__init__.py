"""What a table must look like before anything is computed from it.

A contract names the columns of a canonical table, their types and units, and the rules a row
must keep. Rules are Ibis expressions, so one aggregate query checks a table on any engine.
`CONTRACTS` holds every contract by the name of its table.

Examples
--------
>>> import pandas as pd
>>> orders = pd.DataFrame(
...     {"customer_id": ["a", None], "date": pd.to_datetime(["2024-01-05"] * 2), "amount": [9.5, 3]}
... )
>>> TRANSACTIONS.check(orders)
                  rule  n_rows
0  customer_id missing       1
1         date missing       0
2       amount missing       0
3      amount infinite       0
4        date infinite       0
"""

from crmlab.contracts._contract import Column, Contract
from crmlab.contracts._errors import ContractError
from crmlab.contracts._open import as_table
from crmlab.contracts._rules import (
    BROKEN,
    Rule,
    breaks_any,
    faults,
    infinite,
    never,
    shown,
    tally,
    violation,
)
from crmlab.contracts._tables import (
    BRANCHES,
    CAMPAIGNS,
    COMPLAINTS,
    CONSENTS,
    CONTACTS,
    CONTRACTS,
    COUPONS,
    CUSTOMERS,
    IDENTITIES,
    INSTRUCTORS,
    PRODUCTS,
    REFERRALS,
    RESPONSES,
    SPEND,
    SUBSCRIPTIONS,
    TRANSACTIONS,
    VISITS,
)
from crmlab.contracts._words import (
    CHANNELS,
    DESIGNS,
    PURPOSES,
    RESPONSE_KINDS,
    SPEND_PURPOSES,
    STATUSES,
)

__all__ = [
    "BRANCHES",
    "BROKEN",
    "CAMPAIGNS",
    "CHANNELS",
    "COMPLAINTS",
    "CONSENTS",
    "CONTACTS",
    "CONTRACTS",
    "COUPONS",
    "CUSTOMERS",
    "DESIGNS",
    "IDENTITIES",
    "INSTRUCTORS",
    "PRODUCTS",
    "PURPOSES",
    "REFERRALS",
    "RESPONSES",
    "RESPONSE_KINDS",
    "SPEND",
    "SPEND_PURPOSES",
    "STATUSES",
    "SUBSCRIPTIONS",
    "TRANSACTIONS",
    "VISITS",
    "Column",
    "Contract",
    "ContractError",
    "Rule",
    "as_table",
    "breaks_any",
    "faults",
    "infinite",
    "never",
    "shown",
    "tally",
    "violation",
]
