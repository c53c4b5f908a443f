"""The decision memo of notebook 10: what a customer may cost, the reward, the list, and a test."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "How are new customers to be won next year: where, at which cost, with which reward for a "
        "recommendation, and with the partner's list or without?"
    ),
    rubric=(
        (
            "Decision",
            "States what a new customer may cost at most, and over which time that is meant.",
            2,
        ),
        ("All costs", "Goes by the cost with overheads and gifts in it, by channel.", 1),
        ("Prospects", "Names who is not worth winning, by what is known before.", 1),
        (
            "Recommendations",
            "States a reward, and that some would have come anyway; counts nobody twice.",
            2,
        ),
        ("The list", "Decides on the partner's list with its range, overlap and consent.", 1),
        (
            "Test",
            "Names what is drawn by lot, a reward or a gift, and when the result is clear.",
            2,
        ),
        ("What would change it", "Names a number that would turn a decision round.", 1),
    ),
    model="""\
**Do.** Let no channel cost more, all costs in, than a year of margin of its own customers, from
141,000 won (TV) to 148,000 (recommended). TV costs 142,000, so its money moves to search (67,000)
and branches (55,000) step by step.
Advertise less in Gangwon, where a year brings 32,000 won for 69,000 spent, since instructors travel
far. Offer half of those who may recommend 44,000 won for each success, the others 14,000 as today,
by lot. Offer the welcome gift in half of the districts, by lot. Let the academy write to half
of its members, drawn by lot, before the others get the offer.

**Cost.** 100 million won of adverts a year, 48 million of staff, 25 million of gifts. Half of
the list, 10,000 names: 3.5 million.

**Risk.** 69,000 won is an average; the next customer costs more. Recommended customers bring 1.01
times the margin of others (0.92 to 1.10): no sixfold profit, only a lower cost. That 40 % would
have come anyway is assumed; the programme pays up to 79 % even if nothing is saved on them. The
list earns 3 million won, but between 2 lost and 13 won: six answers of 500 are few. The gift must
bring 7 % more customers with the same adverts, and a year is too short to show that.

**What would change my mind.** No more recommendations among those offered 44,000. More than 79 %
who come anyway. Fewer than 7 answers in 1,000 letters of the academy.""",
)
