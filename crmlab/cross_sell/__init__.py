"""What to offer next: what is bought together, what is bought later, and how much is still to win.

Rules of baskets say what goes together; an offer pays where a customer is likely to want it *and*
it earns something. So the probability of a purchase is always joined to its margin here.
"""

__all__: list[str] = []
