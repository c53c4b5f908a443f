"""The decision memo of notebook 14: which part first, how much to test, who decides."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "Which part of CRM does Haneul Learning build first, does it close the loop, how much does "
        "it go on testing, and which team decides?"
    ),
    rubric=(
        (
            "Parts",
            "Names what each part adds with its interval, and does not add the parts up.",
            2,
        ),
        (
            "Order",
            "Says which part comes first and why, with operations before or beside analysis.",
            1,
        ),
        (
            "Closed loop",
            "Gives the gain of closing with its interval, the early loss and when it is paid back.",
            2,
        ),
        (
            "Testing",
            "Says how many stay in the test, and when a fixed test with roll-out is enough.",
            2,
        ),
        (
            "Teams",
            "Says who sets the goal and who finds the facts, and what size of trial that needs.",
            1,
        ),
        (
            "Limits",
            "Says that one firm may lose by closing the loop, and which numbers are assumed.",
            2,
        ),
    ),
    model="""\
**Do.** Build the operational part with the analytical one: over 20 simulated firms and 8 quarters
they add 17 and 20 million won. Then let each group have its channel. Close the loop with a tenth of
each group in the test. Marketing sets the goal, profit that contacts add; the analysts say which
groups hold it. Choose among new letters by a bandit, or by a test with roll-out if that is easier
to run.

**Cost.** The test lowers profit by 0.5 million in the second quarter; on average it is paid back in
the fourth. The parts must cost less than they add. All four together add 35 million and not 59, the
sum: some money is counted twice.

**Risk.** Closing adds 4.3 million, 95 %: 0.6 to 8.1, over firms; in 6 of 20 it loses, and in our
own company, by the luck we drew, it loses 5 million. With room for all it loses 2 million on
average (5.6 lost to 1.5 gained). How often groups change, and what staff leave undone, is assumed.

**What would change my mind.** Groups that answer in a year as they do today: then test once. Staff
who carry out and record nearly everything: then operations add little. A trial of tens of thousands
in which the analysts' groups and the linked team's are the same.""",
)
