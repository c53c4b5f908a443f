"""What may be used, shown and published about a customer.

`consented` says who may be contacted, `pseudonymise` takes out who somebody is, `mask` hides it
on a page, `suppress_small_cells` and `cell_bounds` make a table of counts safe to publish, and
`k_anonymity` counts who stands alone in a table of persons.
"""

from crmlab.privacy._anonymity import k_anonymity
from crmlab.privacy._cells import cell_bounds, suppress_small_cells
from crmlab.privacy._consent import consent_status, consented
from crmlab.privacy._masking import mask
from crmlab.privacy._pseudonyms import PseudonymKeyError, pseudonymise

__all__ = [
    "PseudonymKeyError",
    "cell_bounds",
    "consent_status",
    "consented",
    "k_anonymity",
    "mask",
    "pseudonymise",
    "suppress_small_cells",
]
