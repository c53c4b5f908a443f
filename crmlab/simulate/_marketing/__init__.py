"""The marketing side: consents, campaigns, contacts, coupons, referrals and what they cost."""

from crmlab.simulate._marketing.marketing import simulate_marketing

__all__ = ["simulate_marketing"]
