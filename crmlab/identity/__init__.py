"""Which records are the same person: linked across systems, evaluated, explained, merged.

`link_customers` compares the records of several systems and says which belong to one person,
`evaluate_links` and `threshold_table` measure how right that is where the truth is known, and
`golden_records` makes one record per person.

Examples
--------
>>> import pandas as pd
>>> records = pd.DataFrame({"source": "web", "source_id": ["1", "2", "3"]})
>>> found = records.assign(person_id=["P1", "P1", "P2"])
>>> truth = records.assign(person_id=["a", "a", "b"])
>>> evaluate_links(found, truth)["f1"].tolist()
[1.0, 1.0, 1.0]
"""

from crmlab.identity._evaluate import evaluate_links, threshold_table
from crmlab.identity._fields import field_agreement
from crmlab.identity._golden import golden_records
from crmlab.identity._link import Linkage, link_customers
from crmlab.identity._review import sample_pairs, side_by_side

__all__ = [
    "Linkage",
    "evaluate_links",
    "field_agreement",
    "golden_records",
    "link_customers",
    "sample_pairs",
    "side_by_side",
    "threshold_table",
]
