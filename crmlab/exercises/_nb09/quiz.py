"""Quiz of notebook 09: applause, coupons, offers, giveaways, leaving out, spending twice."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_APPLAUSE = QuizItem(
    question=(
        "Readers love the newsletter: nine in ten say that they want to go on getting it. It costs "
        "2.40 USD a household in a year. What must be known before it goes on?"
    ),
    options=(
        (
            "The margin that it adds for each household in a year, beside the 2.40 USD.",
            "Right: liking costs nothing and earns nothing; the margin that is added has to pay.",
        ),
        (
            "Whether the nine in ten are a fair sample of the readers.",
            "Even if all readers love it, it loses money where it adds less than it costs.",
        ),
        (
            "What readers buy in a year.",
            "Most of that they would buy without it; only what is added counts.",
        ),
        (
            "How many more households would like to get it.",
            "Each of them costs as much again; a loss for each grows with their number.",
        ),
    ),
    concepts=("H3",),
)

_REDEEMED = QuizItem(
    question=(
        "Coupons sent to expectant mothers are redeemed by 24 %, usual ones by 4 to 5 %. What "
        "follows for the profit?"
    ),
    options=(
        (
            "Nothing yet: it depends on how many would have bought anyway, and on the costs.",
            "Right: a redeemed coupon is a cost, and only a new buyer is a gain.",
        ),
        (
            "It is about five times as high.",
            "Five times as many take the discount; nobody knows how many of them are new buyers.",
        ),
        (
            "It is higher, though the exact factor is not known.",
            "If nearly all would have bought anyway, more redeemed coupons lose more.",
        ),
        (
            "It is lower, since more discounts are given away.",
            "New buyers may bring more than the discounts cost; it is not known.",
        ),
    ),
    concepts=("H2",),
)

_GROUPS = QuizItem(
    question=(
        "A food maker divides its households into those who mind their diet, those with children, "
        "and the rest. A club costs more than the usual coupon. Who should get one?"
    ),
    options=(
        (
            "Each group in which its club adds more margin to the coupon's than it costs more.",
            "Right: the comparison is with the coupon, and it may say no for a group.",
        ),
        (
            "All three, since each customer wants to be treated as an individual.",
            "Where a club adds little, it only adds its cost.",
        ),
        (
            "The largest group, since most money is made there.",
            "A loss for each household is largest in the largest group.",
        ),
        (
            "Each group whose club brings more margin than the club costs.",
            "The usual coupon would have brought part of it for less.",
        ),
    ),
    concepts=("H1",),
)

_GIFTS = QuizItem(
    question=(
        "To win customers, a company sends a free gift with every letter. Most of the gifts go to "
        "people who never order, or who would have ordered anyway. What makes a new customer "
        "cheaper?"
    ),
    options=(
        (
            "Giving it where a test shows that it adds orders, and not elsewhere.",
            "Right: fewer giveaways to those whom they do not move is what lowers the cost.",
        ),
        (
            "A smaller gift for everybody.",
            "It costs less, and most of it is still given away for nothing.",
        ),
        (
            "The gift for those most likely to order.",
            "Many of these would have ordered anyway; likely is not moved.",
        ),
        (
            "More letters, so that the fixed cost is spread over more people.",
            "The gifts are not a fixed cost: each letter adds one.",
        ),
    ),
    concepts=("D3",),
)

_WIN_BACK = QuizItem(
    question=(
        "A test by lot finds for customers silent for more than a year an effect between -1 and 3 "
        "orders in 100 letters, and 2.5 are needed to pay. What should be done with them?"
    ),
    options=(
        (
            "No letters to all of them for now; a small test goes on, since it may still pay.",
            "Right: most of the interval loses money, and a small test costs little.",
        ),
        (
            "Letters to all: the upper limit is above what is needed.",
            "That is the best case; most of the interval lies below 2.5.",
        ),
        (
            "Take them out of the data, since they have left.",
            "Then nobody can ever see whether another offer brings them back.",
        ),
        (
            "Letters to all, since half-leavers respond to them.",
            "Half-leavers still come; these have been silent for a year.",
        ),
    ),
    concepts=("C2",),
)

_TWICE = QuizItem(
    question=(
        "Two departments of a car maker mail 60,000 and 50,000 people for models whose buyers "
        "overlap: 20,000 stand on both lists. How is the money saved, and what must be kept?"
    ),
    options=(
        (
            "One list of 90,000 people, each with the one offer that suits best, and a control.",
            "Right: 20,000 letters are saved, and the test of what the rest does is kept.",
        ),
        (
            "Both lists, with a smaller letter.",
            "20,000 people still get two letters from one firm.",
        ),
        (
            "Take the 20,000 off both lists.",
            "They are interested in both models; one letter to them may pay best of all.",
        ),
        (
            "Mail the shorter list alone.",
            "40,000 people who stand on the longer list alone then get nothing.",
        ),
    ),
    concepts=("D5",),
)

QUIZ = (_APPLAUSE, _REDEEMED, _GROUPS, _GIFTS, _WIN_BACK, _TWICE)
