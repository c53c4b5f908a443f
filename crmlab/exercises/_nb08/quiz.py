"""Quiz of notebook 08: rules, thresholds, hits, moves up, the wallet, and the levers."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_RULE = QuizItem(
    question=(
        "Of the orders with a board game 52 % also hold a workbook. Of all orders 51 % do. What "
        "follows for cross-selling workbooks to buyers of board games?"
    ),
    options=(
        (
            "Nothing yet: workbooks stand in every second order, with a board game or without.",
            "Right: the lift is 1.02. A high confidence may only say that an item is popular.",
        ),
        (
            "A strong rule, since more than half do it.",
            "More than half do it without the board game, too; compare with all orders.",
        ),
        (
            "Board games should be offered to buyers of workbooks instead.",
            "The lift is the same in that direction: chance.",
        ),
        (
            "Workbooks should be taken off the list of offers.",
            "An item that many want may still be a good offer, for its own sake.",
        ),
    ),
    concepts=("C5",),
)

_THRESHOLD = QuizItem(
    question=(
        "A tool reports 4,000 rules with a p-value below 0.05. It had looked at 80,000 pairs of "
        "items. How many of the rules may be chance?"
    ),
    options=(
        (
            "All of them: so many are to be expected where nothing belongs together.",
            "Right: 5 % of 80,000 is 4,000. A q-value counts how many pairs were looked at.",
        ),
        (
            "5 % of them, about 200.",
            "5 % is the share of unrelated pairs that look related, and not of the rules.",
        ),
        (
            "None, since each was tested.",
            "Each test may be wrong in one of twenty cases, and there were 80,000.",
        ),
        (
            "Those with a low support.",
            "The test already reckons with the number of baskets; the number of tests is missing.",
        ),
    ),
)

_HITS = QuizItem(
    question=(
        "To offer customers what they bought most often hits 71 % of them. To offer something new "
        "hits 19 %. What should a campaign offer?"
    ),
    options=(
        (
            "That cannot be read from hits: purchases that come anyway are hits, too.",
            "Right: nobody was sent an offer. What an offer adds, a control group must show.",
        ),
        (
            "The old items, since 71 % is more than 19 %.",
            "These customers buy them without an offer, and the discount is given away.",
        ),
        (
            "Something new, since the old items are never worth an offer.",
            "Perhaps; but the hits do not say so. A test does.",
        ),
        (
            "The most popular item, for everybody.",
            "It may hit as many; it earns little more than without an offer, or nothing.",
        ),
    ),
    concepts=("C5",),
)

_UP = QuizItem(
    question=(
        "Two of three buyers of the basic version buy a better one next time. Of buyers of the "
        "premium version nobody does. Does the shop lead customers upwards?"
    ),
    options=(
        (
            "Not shown: from the bottom the way leads up only. Compare with unrelated purchases.",
            "Right: if each version is bought equally often, chance moves two of three up.",
        ),
        (
            "Yes, since more move up than stay.",
            "From the lowest of three versions chance alone moves two of three up.",
        ),
        (
            "No, since nobody moves up from premium.",
            "Above premium there is nothing; this says nothing about the others.",
        ),
        (
            "Yes, if the better version costs more.",
            "A higher price is no sign that customers climb, and need not leave a higher margin.",
        ),
    ),
    concepts=("C6",),
)

_WALLET = QuizItem(
    question=(
        "A customer's share of wallet is estimated at 40 %, by comparison with similar customers. "
        "Which statement is right?"
    ),
    options=(
        (
            "The customer spends less than well-served ones like it; whether elsewhere is unknown.",
            "Right: no shop sees what is spent in others. Some simply need less.",
        ),
        (
            "The customer spends 60 % of the money at competitors.",
            "Nobody saw that; the rest may not be spent at all.",
        ),
        (
            "The market share of the shop is 40 %.",
            "Market share is about all buyers; this is about one customer of ours.",
        ),
        (
            "Next year the customer will spend two and a half times as much.",
            "The wallet is what similar customers spend, and not a forecast.",
        ),
    ),
    concepts=("E5",),
)

_LEVER = QuizItem(
    question=(
        "Revenue is the number of customers times their lifetime value. Which lever does "
        "*up-selling* move?"
    ),
    options=(
        (
            "What a purchase leaves: a better version at a higher margin.",
            "Right; cross-selling moves how many purchases there are, retention how long.",
        ),
        (
            "The number of purchases.",
            "That is cross-selling: another product beside.",
        ),
        (
            "The time a customer stays.",
            "That is retention; up-selling may even shorten it, if it annoys.",
        ),
        (
            "The number of customers.",
            "That is acquisition; up-selling is about those who are there.",
        ),
    ),
    concepts=("D1",),
)

QUIZ = (_RULE, _THRESHOLD, _HITS, _UP, _WALLET, _LEVER)
