"""Quiz of notebook 01: full markets, rivals, one mean, targeting, the loop, and quoted figures."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_FULL = QuizItem(
    question=(
        "A new customer cost 40 euros on average so far. Most households that will ever join have "
        "joined. A plan offers 500 further customers for 30,000 euros. What follows?"
    ),
    options=(
        (
            "They cost 60 each, more than the average: compare that with what one is worth.",
            "Right: the next customers count, and those who were easily won are there already.",
        ),
        (
            "The plan is fine: a customer costs 40 euros on average.",
            "That is what the earlier ones cost; the plan asks for 60 each.",
        ),
        (
            "Refuse: a customer must never cost more than the average so far.",
            "A customer who is worth more than 60 pays all the same; the average decides nothing.",
        ),
        (
            "Nothing: in a market that is nearly full each customer costs the same.",
            "The fuller it is, the more is spent on those who would never join.",
        ),
    ),
    concepts=("A1",),
)

_RIVALS = QuizItem(
    question=(
        "In categories with many makers the largest one holds 16 % of the money, with few makers "
        "75 %. The maker whom a household likes best still gets more than half of its money in "
        "both. What does this suggest?"
    ),
    options=(
        (
            "With many rivals the market is divided between customers more than within each.",
            "Right: so the money of one customer can still be won; a market share hardly.",
        ),
        (
            "Globalisation raises the loyalty of households.",
            "Categories are compared, and not years; and the household's share falls, too.",
        ),
        (
            "The largest maker should buy the others.",
            "Nothing here says what that would cost, or whether the customers would stay.",
        ),
        (
            "More rivals do not matter, since customers are loyal.",
            "The largest maker's share is a fifth of what it is with few: they matter.",
        ),
    ),
    concepts=("A2",),
)

_MEAN = QuizItem(
    question=(
        "Income groups explain 9 % of the variance of what households spend. What may a "
        "marketing manager say?"
    ),
    options=(
        (
            "Groups differ on average, and the mean of a group says little about one household.",
            "Right: 91 % of the variance lies between households of the same group.",
        ),
        (
            "Income does not matter for spending.",
            "The groups do differ; the means are real, they do not describe one household.",
        ),
        (
            "Nine of a hundred households spend what their group does.",
            "It is a share of the variance, and not of households.",
        ),
        (
            "With 91 % unexplained, nothing can be known about a household.",
            "What it bought before tells far more than what group it is in.",
        ),
    ),
    concepts=("E1", "E2"),
)

_WORTH = QuizItem(
    question=(
        "Letters are cheap, an order leaves much, and the budget is enough for everybody. Nearly "
        "every group orders more with a letter. What does one-to-one targeting earn?"
    ),
    options=(
        (
            "Little or less: there is hardly anybody to leave out, and errors leave out the wrong.",
            "Right: knowing pays where a choice has to be made, by a budget or by the cost.",
        ),
        (
            "Most, since it knows each customer.",
            "Knowing earns something only where it changes who gets a letter.",
        ),
        (
            "As much as mass mailing, since the letters are the same.",
            "It leaves out customers whom it believes not to pay, and it errs about some.",
        ),
        (
            "That depends on the software alone.",
            "It depends on cost, margin, budget, and on how much was learned about the effect.",
        ),
    ),
    concepts=("B1",),
)

_LOOP = QuizItem(
    question=(
        "A firm bought a model that chose well for its first campaign, and uses its list ever "
        "since. What is missing from customer relationship management?"
    ),
    options=(
        (
            "Each campaign must teach the next: some customers are drawn by lot, and measured.",
            "Right: the response to one action is the lesson for the next.",
        ),
        (
            "A larger list with more columns.",
            "More facts of the same day say nothing about what contacts add later.",
        ),
        (
            "A newer algorithm.",
            "Without new responses it learns from the same old ones.",
        ),
        (
            "A department of its own for the list.",
            "Who keeps it matters less than whether anything is learned.",
        ),
    ),
    concepts=("B3",),
)

_QUOTED = QuizItem(
    question=(
        '"44 % of firms today, 51 % within five years", and "the internet cuts the cost by 43 %". '
        "Neither says how it was counted. What do you ask first?"
    ),
    options=(
        (
            "How many were asked, whether they expect or report, and 43 % of which cost.",
            "Right: without these the first may be chance or hope, and the second anything.",
        ),
        (
            "Whether the figures are recent enough.",
            "A recent figure of unknown origin is no better than an old one.",
        ),
        (
            "Nothing: with two digits they must have been measured.",
            "Two digits can be printed of anything.",
        ),
        (
            "How our firm compares with 44 %.",
            "Before comparing, find out what was counted; we do not know it.",
        ),
    ),
    concepts=("A3", "A9"),
)

QUIZ = (_FULL, _RIVALS, _MEAN, _WORTH, _LOOP, _QUOTED)
