"""Quiz of notebook 02: three claims with one name, and two kinds of management."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_FORMS = QuizItem(
    question=(
        "A shop has each customer's spending for one year and nothing else. Which form of 20:80 "
        "can it test?"
    ),
    options=(
        (
            "Form 1: 20 % of the customers bring 80 % of sales.",
            "Right: it needs the spending of each customer, and no costs.",
        ),
        (
            "Form 3: 80-90 % of profit comes from 10-20 % of the customers.",
            "Profit needs the costs of each customer, and the shop has none.",
        ),
        (
            "Form 2, the potential: the other 80 % hold at most 20 % of it.",
            "Potential is what customers could still buy, also from others; no sale shows it.",
        ),
        (
            "All three: spending, profit and potential rise and fall together.",
            "They need not: a large customer can make a loss, and a small one may buy elsewhere.",
        ),
    ),
    concepts=("A4",),
)

_CEILING = QuizItem(
    question=(
        "After 12 weeks the top 20 % of all customers hold 100 % of the repeat purchases. Why does "
        "this not show that they are loyal?"
    ),
    options=(
        (
            "Fewer than 20 % have bought again so far, so no other result is possible.",
            "Right: whoever has repeated is in the top group. The window decides, not loyalty.",
        ),
        (
            "Repeat purchases are the wrong measure of loyalty; all purchases should be counted.",
            "Repeat purchases are a fair measure; the window is too short for this share.",
        ),
        (
            "The confidence interval of 100 % is too wide.",
            "Other customers would nearly always give 100 %, too; the problem is the definition.",
        ),
        (
            "The data of the first weeks are often wrong.",
            "Nothing says so: correct data give the same 100 %.",
        ),
    ),
    concepts=("A4",),
)

_BOOTSTRAP = QuizItem(
    question=(
        "The top 20 % of 23,570 customers hold 67.8 % of the money, with a 95 % interval from "
        "67.0 to 68.5 %. How was it computed, and what does it cover?"
    ),
    options=(
        (
            "Customers drawn again with replacement, the share measured each time, the middle 95 % "
            "kept: it covers the chance of which customers came.",
            "Right: this is the percentile bootstrap. Another year or shop is not covered.",
        ),
        (
            "From the mean and the standard deviation of spending: it covers 95 % of customers.",
            "It is about the share of a group, not about the spending of single customers.",
        ),
        (
            "From several years of data: next year's share lies in it with 95 % probability.",
            "Only one period was used; a change from year to year is not in the interval.",
        ),
        (
            "By trying all definitions of a customer: it covers the choice of who counts.",
            "The definition was fixed. Another one gives another share, far outside the limits.",
        ),
    ),
    concepts=("A4",),
)

_OTHERS = QuizItem(
    question=(
        "In the CD shop the customers outside the top 20 % bring 33 % of the next period's money. "
        'What does it say about "the others hold at most 20 % of the potential"?'
    ),
    options=(
        (
            "It gives no support and is no refutation: what they could buy elsewhere is not seen, "
            "and neither is what the top group could.",
            "Right: spending is a lower limit of one part; the shares of the potential need both.",
        ),
        (
            "It refutes the claim, since 33 % is more than 20 %.",
            "The top group may have more potential elsewhere; then the others' share is small.",
        ),
        (
            "It supports the claim, since 33 % is less than half.",
            "The claim says at most 20 %; 33 % of the money that was seen does not support that.",
        ),
        (
            "Nothing, since the next period has other customers.",
            "They are the same customers in both periods; that is the point of the comparison.",
        ),
    ),
    concepts=("A4",),
)

_SLOW = QuizItem(
    question=(
        "A product manager wants to drop the slow products: 80 % of the products, 16 % of the "
        "money. The customer list shows that the best customers pay half of that money. What "
        "follows?"
    ),
    options=(
        (
            "Before dropping them, test what these customers do when the products are gone.",
            "Right: the list shows who would be affected, and not whether they would leave.",
        ),
        (
            "The slow products must stay, because the best customers would leave without them.",
            "That they buy a product does not show that they would leave without it.",
        ),
        (
            "They can go: 16 % is little, whoever pays it.",
            "The same households bring much of the other money, too, and it may go with them.",
        ),
        (
            "The best customers should be offered more of the slow products.",
            "Nothing here says that they would buy more, or that it would pay.",
        ),
    ),
    concepts=("E1",),
)

_REWARD = QuizItem(
    question=(
        "A bank gives its card manager a bonus for cards sold and its loan manager one for loans. "
        "It now wants to manage customers. What has to change first?"
    ),
    options=(
        (
            "One person answers for all that a group of customers buys, and is rewarded for the "
            "profit and the customers kept.",
            "Right: goal, responsibility and reward move from product to customer together.",
        ),
        (
            "Both managers get the list of the best customers, and keep their bonus.",
            "Each would offer the own product to the same people; nobody answers for the whole.",
        ),
        (
            "Both bonuses rise, so that the managers try harder with the best customers.",
            "A larger reward for the same goal gives more of the same: products sold.",
        ),
        (
            "Products are no longer managed; range and stock are left to the customers' managers.",
            "What to offer and to store still needs a product list; one kind does not replace it.",
        ),
    ),
    concepts=("E1",),
)

QUIZ = (_FORMS, _CEILING, _BOOTSTRAP, _OTHERS, _SLOW, _REWARD)
