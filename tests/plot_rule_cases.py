"""The tables that the pictures of rules are drawn from."""

import pandas as pd

from crmlab.plots import plot_rules


def rules():
    """Of bread and butter, both ways; of soap, which may be chance."""
    return pd.DataFrame(
        {
            "antecedent": [("bread",), ("butter",), ("bread", "soap")],
            "consequent": [("butter",), ("bread",), ("빵",)],
            "confidence": [0.3, 0.6, 0.2],
            "lift": [2.0, 2.0, 1.25],
            "q_value": [0.001, 0.001, 0.4],
        }
    )


RULE_TABLES = {plot_rules: rules}
