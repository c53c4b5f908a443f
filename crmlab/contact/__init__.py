"""How often, by which channel, and when to stop; how many agents, and who waits for them.

Every contact costs money and patience. The functions here measure both in the records of
contacts, and say how many agents a call centre needs so that customers do not wait.
"""

from crmlab.contact._channels import channel_mix
from crmlab.contact._frequency import contact_frequency
from crmlab.contact._hours import best_hour
from crmlab.contact._response import contact_fatigue, contact_response
from crmlab.contact._routing import route_by_value
from crmlab.contact._signals import dissatisfaction_signals, signal_lift
from crmlab.contact._staffing import erlang_a, erlang_c, staffing

__all__ = [
    "best_hour",
    "channel_mix",
    "contact_fatigue",
    "contact_frequency",
    "contact_response",
    "dissatisfaction_signals",
    "erlang_a",
    "erlang_c",
    "route_by_value",
    "signal_lift",
    "staffing",
]
