"""Several periods of acting, measuring and learning, and what each part of CRM adds."""

from crmlab.closed_loop._targeting import Targeting, price_targeting, simulate_targeting

__all__ = ["Targeting", "price_targeting", "simulate_targeting"]
