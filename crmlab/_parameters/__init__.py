"""The parameters of a notebook or a template: read where they are declared, checked before a run.

The cell tagged `parameters` is the only source: it holds lines such as

    top: float = 0.2  # share in [0, 1]; customers counted as "top"

It is parsed, never executed, so a wrong value costs no kernel start. What stands before the
semicolon is a rule: `_ranges` enforces it, and takes the two ends of the range from it.
"""

from crmlab._parameters._declared import Parameter, check_values, read_parameters

__all__ = ["Parameter", "check_values", "read_parameters"]
