"""Several periods of acting, measuring and learning, and what each part of CRM adds.

`run_loop` plays a campaign on the simulated company, whose truth the firm does not know, and
`compare_loops` says what closing the loop adds, and what the operational, the analytical and the
collaborative part do. `compare_teams` lets strategy and facts decide, alone and linked. `explore`
sets a bandit beside a test with roll-out, and `thompson_chances` says how it chooses.
`simulate_targeting` compares mass, segment and one-to-one targeting on the same base and budget,
and `price_targeting` prices the same customers with other money.
"""

from crmlab.closed_loop._compare import ComparedLoops, compare_loops
from crmlab.closed_loop._explore import Exploration, explore
from crmlab.closed_loop._flow import data_flow
from crmlab.closed_loop._loop import LoopResult, run_loop
from crmlab.closed_loop._targeting import Targeting, price_targeting, simulate_targeting
from crmlab.closed_loop._teams import ComparedTeams, compare_teams
from crmlab.closed_loop._thompson import thompson_chances

__all__ = [
    "ComparedLoops",
    "ComparedTeams",
    "Exploration",
    "LoopResult",
    "Targeting",
    "compare_loops",
    "compare_teams",
    "data_flow",
    "explore",
    "price_targeting",
    "run_loop",
    "simulate_targeting",
    "thompson_chances",
]
