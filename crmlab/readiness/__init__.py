"""What goes wrong when the ground is not ready: each failure factor, measured.

One function per factor plays the failure through on a base of known truth and returns a tidy
table: what the firm would believe, what is true, and the bias between them. Read each as a
what-if, not as a forecast.

Customer data that are not integrated: `simulate_split_identities` opens several accounts for some
customers of a clean base; `identity_bias` measures the same where systems keep their own ids.
"""

from crmlab.readiness._identity.split import identity_bias, simulate_split_identities

__all__ = ["identity_bias", "simulate_split_identities"]
