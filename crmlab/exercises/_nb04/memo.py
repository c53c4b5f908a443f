"""The decision memo of notebook 04: which segment gets which treatment."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "The CD shop's first period is over. Which segment gets which treatment, and what must the "
        "treatment earn?"
    ),
    rubric=(
        (
            "Decision",
            "Names the segments and the treatment of each, by the list of which day.",
            2,
        ),
        (
            "What it must earn",
            "States the rise needed for each group, with the margin that was assumed.",
            2,
        ),
        (
            "Control half",
            "A random half of each group gets nothing, drawn before anything is sent.",
            2,
        ),
        (
            "Can the test see it",
            "Compares the rise needed with the smallest one that the test finds.",
            1,
        ),
        (
            "Cost",
            "Names the cost, and what the same treatment for everybody would cost.",
            1,
        ),
        (
            "Do they last",
            "Says that the customers of a segment change, and when the list is drawn again.",
            1,
        ),
        (
            "What would change it",
            "Names a result or a number that would change the decision.",
            1,
        ),
    ),
    model="""\
**Do.** By the list of 31 December 1997, give personal care to a random half of the champions, loyal
and cannot-lose customers (777 of 1,554), and a letter to a random half of potential loyalists, need
attention and at risk (780 of 1,561). The other halves are the control, drawn before anything is
sent. Compare after 181 days, draw the list again, and repeat: care twice, letter four times. The
e-mail to the other 3,235 cannot be tested here; send it, since it costs 324 USD.

**Cost.** 7,776 USD a period for care and letters. The same care for all 6,350 customers would cost
50,800 USD. At a margin of 30 % (assumed) the money must rise by 19.7 % with care, by 14.2 % with a
letter and by 1.3 % with an e-mail. With an equal treatment the quiet group would have to double.

**Risk.** One test finds a rise of 26 % with care, of 25 % with a letter; less may be missed, hence
the repeats. 76 % of the champions leave their segment within a period, so the list ages. About four
fifths of the first group buy again anyway. Revenue is not profit.

**What would change my mind.** A difference between the halves that stays below the rise needed.
Costs for each customer, or a lifetime value, that put others first. A margin below 20 %: then care
would need a rise of 30 %.""",
)
