"""What is sold, and what customers order and send back."""

from crmlab.simulate._orders.catalogue import draw_catalogue
from crmlab.simulate._orders.orders import simulate_orders

__all__ = ["draw_catalogue", "simulate_orders"]
