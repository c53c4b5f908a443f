"""The learners: who they are, where they live, and how the company came to know them."""

from crmlab.simulate._people.draws import draw_distinct_numbers
from crmlab.simulate._people.homes import draw_addresses
from crmlab.simulate._people.learners import draw_people

__all__ = ["draw_addresses", "draw_distinct_numbers", "draw_people"]
