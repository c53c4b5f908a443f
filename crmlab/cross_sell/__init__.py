"""What to offer next: what is bought together, what is bought later, and how much is still to win.

Rules of baskets say what goes together; an offer pays where a customer is likely to want it *and*
it earns something. So the probability of a purchase is always joined to its margin here.
"""

from crmlab.cross_sell._itemsets import itemsets
from crmlab.cross_sell._offers import next_best_offer
from crmlab.cross_sell._resupply import resupply
from crmlab.cross_sell._rules import association_rules
from crmlab.cross_sell._sequences import sequential_rules
from crmlab.cross_sell._upsell import upsell_paths
from crmlab.cross_sell._validate_offers import validate_offers
from crmlab.cross_sell._wallet import share_of_wallet

__all__ = [
    "association_rules",
    "itemsets",
    "next_best_offer",
    "resupply",
    "sequential_rules",
    "share_of_wallet",
    "upsell_paths",
    "validate_offers",
]
