"""The decision memo of notebook 05: how the budget is split, for whom, and what to find out."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "The budget of next year is to be split between winning and keeping customers. How, for "
        "whom, and what must be found out first?"
    ),
    rubric=(
        ("Decision", "States a split, or says why it stays as it is.", 2),
        (
            "The next customer",
            "Compares what the next customer costs, new or kept, and not the ratio of averages.",
            2,
        ),
        (
            "Control group",
            "Leaves some customers alone by lot, to measure how many stay anyway, and says how "
            "exactly that is measured.",
            2,
        ),
        ("Whom to keep", "Names who gets care by expected gain, and who does not.", 1),
        ("Winning", "Names where customers cost less to win, and what to watch there.", 1),
        ("Doubt", "Gives the range of the best split, and says what was only assumed.", 1),
        (
            "What would change it",
            "Names a result or a number that would change the decision.",
            1,
        ),
    ),
    model="""\
**Do.** Leave the split as in 2025, 10 % for keeping: the best is 12 %, and the assumptions do not
agree on the direction. Leave a fifth of the customers, 539 of 2,694 drawn by lot, alone for a
year: that measures within 4 points how many stay anyway. Give personal care to half of the 1,023
subscribers whose expected gain is above 0, by lot, and not to the 66 who cost more than they pay.
Move some of the TV money (89,000 won a new customer) to referrals (14,000), and watch what the
next customer costs there.

**Cost.** 96 million won as in 2025, and 15 million for the test of care. If the money works as
assumed, about 61 of the customers left alone go whom it would have kept: a value of 21 million won.

**Risk.** Winning costs 7.3 times keeping on average, and 1.2 times keeping an *additional*
customer: the ratio decides nothing. Today the next new customer costs 49,000 won and the next one
kept 42,000, both far below the value of 347,000, but one point of each curve is known and the rest
is judged. In nine of ten draws the best share for keeping lies between 0 and 16 %. New customers
leave sooner than the base, so winning looks a little too good.

**What would change my mind.** More than 57 % staying in the control group: then less should go
into keeping. A next customer by referral who costs more than 49,000 won. Care that keeps clearly
less than 30 % of those who would leave.""",
)
