"""Exercises of notebook 03: who is who, what it costs not to know, and what may be shown."""

from crmlab.exercises._items import Exercise, Misconception, in_percent

__all__ = ["EXERCISES"]

_MAILING = Exercise(
    key="03.1",
    objective=3,
    question="""\
A firm keeps three systems. The branches hold 900 accounts, the web shop 700, the call centre 400.
After linking, these are 1,250 people. Each account gets 4 catalogues a year, and a catalogue costs
1,500 won with postage. How many won a year go to catalogues that reach somebody who has one
already?""",
    answer=4_500_000.0,
    tolerance=1_000.0,
    unit="one amount in won for a year, such as 250000",
    right="750 accounts too many, 4 catalogues each: the budget buys 37.5 % air.",
    misconceptions=(
        Misconception(12_000_000.0, "That is the whole mailing; 1,250 people should get one each."),
        Misconception(7_500_000.0, "That is what the mailing costs when each person gets one."),
        Misconception(1_125_000.0, "That is one catalogue each; four are sent in a year."),
        Misconception(750.0, "That is the number of accounts too many; put a price on them."),
        Misconception(3_000.0, "Those are the catalogues too many; put a price on them."),
    ),
    hint="count the accounts, take the people away, and price the rest.",
    solution="""\
900 + 700 + 400 = 2,000 accounts for 1,250 people: 750 too many.
750 * 4 * 1500 = 4500000 won a year.""",
)

_FREQUENCY = Exercise(
    key="03.2",
    objective=3,
    question="""\
A customer bought 6 times. The branch booked 2 of the orders and the web shop 4, on an account each.
Nobody knows that both accounts are one person. What is the mean frequency (number of *repeat*
purchases) of this person's accounts, as a report on accounts shows it?""",
    answer=2.0,
    tolerance=0.01,
    unit="one number of repeat purchases, such as 4.5",
    right="The person came back 5 times; the report says 2 accounts that came back 1 and 3 times.",
    misconceptions=(
        Misconception(5.0, "That is the frequency of the person; the report sees two accounts."),
        Misconception(3.0, "Those are purchases per account; the first of each is not a repeat."),
        Misconception(4.0, "Those are all repeats the report sees; two accounts share them."),
        Misconception(2.5, "Each account has a first purchase of its own, which is not a repeat."),
        Misconception(6.0, "Those are purchases; frequency leaves out the first of each account."),
    ),
    hint="take the first purchase away from each account, then take the mean.",
    solution="""\
Branch: 2 purchases, 1 repeat. Web: 4 purchases, 3 repeats. The mean is (1 + 3) / 2 = 2.
One repeat purchase vanished: the first order on the second account counts as a new customer.""",
)

_WEIGHT = Exercise(
    key="03.3",
    objective=2,
    question="""\
Before anything is compared, two records are the same person with odds of 1 to 1,024, a weight of
-10. The evidence adds up:

| compared | weight |
|---|---|
| name: one letter differs | +7 |
| birth date: the same | +8 |
| phone: differs | -3 |

Each point doubles the odds: weight w means odds of 2 to the power w. With what probability are the
two records the same person?""",
    answer=0.8,
    tolerance=0.004,
    unit="one probability between 0 and 1, such as 0.35",
    right="Odds of 4 to 1: two good signs are not enough to be sure, after one bad sign.",
    misconceptions=(
        Misconception(4.0, "Those are the odds; a probability is odds / (1 + odds)."),
        in_percent(0.8, 0.004),
        Misconception(4096 / 4097, "The start counts as well: -10 before any evidence."),
        Misconception(32 / 33, "The phone speaks against; its weight of -3 counts too."),
        Misconception(2 / 3, "A weight of 2 means odds of 2 * 2, not of 2."),
        Misconception(0.2, "That is the probability that they are two people."),
    ),
    hint="add the four weights, turn the sum into odds, then into a probability.",
    solution="""\
-10 + 7 + 8 - 3 = 2. The odds are 2^2 = 4 to 1, so the probability is 4 / (1 + 4) = 0.8.""",
)

_PAIRWISE = Exercise(
    key="03.4",
    objective=2,
    question="""\
Six records. In truth 1, 2 and 3 are one person, 4 is another, and 5 and 6 are a third. The program
says: 1 and 2 are one person, 3 and 4 are one, 5 and 6 are one. What is the pairwise F1 score?

F1 = 2 * (correct pairs) / (pairs found + true pairs)""",
    answer=0.571,
    tolerance=0.004,
    unit="one share between 0 and 1, such as 0.35",
    right="Two of three pairs found are right, two of four true pairs are found.",
    misconceptions=(
        in_percent(0.571, 0.004),
        Misconception(2 / 3, "That is the precision: of the pairs found, how many are right."),
        Misconception(1 / 2, "That is the recall: of the true pairs, how many are found."),
        Misconception(7 / 12, "F1 is not the plain mean of precision and recall."),
        Misconception(1 / 3, "That counts clusters that are exactly right; count pairs."),
        Misconception(2 / 7, "The correct pairs count twice: once for each side."),
    ),
    hint="write down the true pairs: three records of one person make three pairs.",
    solution="""\
True pairs: 1-2, 1-3, 2-3, 5-6. Found: 1-2, 3-4, 5-6. Correct: 1-2 and 5-6.
F1 = 2 * 2 / (3 + 4) = 4/7 = 0.571; precision is 2/3, recall 2/4.""",
)

_TWINS = Exercise(
    key="03.5",
    objective=2,
    question="""\
Two records: 김민서 and 김민준, same birth date, same address, same phone, same e-mail. What should
the company do?

a) merge them: four of five fields agree, and the name may be a typing error
b) keep them apart: these may be twins on their parent's phone; the given name decides
c) merge them, since two customers cannot share a phone number
d) delete one of the two, since one is clearly a duplicate""",
    answer="b",
    tolerance=0.0,
    unit='one letter as text: "a", "b", "c" or "d"',
    right="Fields that a family shares say little about who in the family it is.",
    misconceptions=(
        Misconception("a", "Fields are not votes; a family shares all four of those."),
        Misconception("c", "Children are often registered with the phone of a parent."),
        Misconception(
            "d", "A second child is not a duplicate, and deleting loses what was bought."
        ),
    ),
    hint="ask which of the fields twins do not share.",
    solution="""\
b. Twins share the surname, birth date, address, and often the phone and e-mail of a parent.
A typing error changes one letter; a different syllable in the given name is a different child.""",
)

_CELLS = Exercise(
    key="03.6",
    objective=4,
    question="""\
A report prints how many children take each plan. Cells below 5 are hidden:

|  | basic | standard | premium | total |
|---|---|---|---|---|
| 서울 | 20 | 15 | hidden | 38 |
| 부산 | 12 | 9 | 8 | 29 |
| total | 32 | 24 | 11 | 67 |

How many children in 서울 take the premium plan?""",
    answer=3.0,
    tolerance=0.01,
    unit="one number of children, such as 12",
    right="Hiding one cell hides nothing while its row and column totals are printed.",
    misconceptions=(
        Misconception(0.0, "It is hidden since it is small, not since it is empty; subtract."),
        Misconception(4.0, "Below 5 leaves 0 to 4; the totals tell which of them."),
        Misconception(5.0, "5 is the limit; the totals tell the exact number."),
        Misconception(11.0, "That is the total of the column; take off the cell that is printed."),
        Misconception(35.0, "That is the rest of the row; take it from the row's total."),
    ),
    hint="use the total of the row.",
    solution="""\
38 - 20 - 15 = 3, and the column gives the same: 11 - 8 = 3.
To protect it, hide a second cell in the row, a second in the column, and the one across.""",
)

EXERCISES = (_MAILING, _FREQUENCY, _WEIGHT, _PAIRWISE, _TWINS, _CELLS)
