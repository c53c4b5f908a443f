"""What staying is worth: how fast a base melts, what moves its value, whether tenure pays."""

from crmlab.retention._elasticity import retention_elasticity
from crmlab.retention._half_life import constant_survival, half_life, retention_for_half_life
from crmlab.retention._tenure import margin_by_tenure

__all__ = [
    "constant_survival",
    "half_life",
    "margin_by_tenure",
    "retention_elasticity",
    "retention_for_half_life",
]
