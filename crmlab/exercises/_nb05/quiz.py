"""Quiz of notebook 05: the ratio, channels, half-life, tenure, the next won, and whom to keep."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_RATIO = QuizItem(
    question=(
        "Winning a customer costs seven times keeping one, on average. Should the next million go "
        "into keeping?"
    ),
    options=(
        (
            "The ratio does not say; compare what the next million adds in each.",
            "Right: the average is paid for many who would have stayed or come anyway.",
        ),
        (
            "Yes, since keeping is seven times as cheap.",
            "Cheap per customer who stays is not cheap per customer who stays because of it.",
        ),
        (
            "No, since new customers bring growth.",
            "Growth has a price, too; it is worth as much as what it adds.",
        ),
        (
            "Yes, up to the point at which both cost the same on average.",
            "At the best split the next customers cost the same for their value, not the averages.",
        ),
    ),
    concepts=("A5",),
)

_CHANNEL = QuizItem(
    question=(
        "A new customer by referral costs 14,000 won and one by TV 89,000 on average. Both "
        "bring "
        "about the same margin. What follows?"
    ),
    options=(
        (
            "Move some money from TV to referrals, and watch what the next customers cost there.",
            "Right: the averages point the way; the cost of the next one says how far.",
        ),
        (
            "Move all the TV money; it wins six times as many customers.",
            "The average will not hold: referrals cannot grow sixfold at the same cost.",
        ),
        (
            "Nothing, since averages never tell anything.",
            "They say where to look first, and that TV buys no better customers here.",
        ),
        (
            "Keep TV, since expensive customers are better ones.",
            "The margin was measured, and it is about the same.",
        ),
    ),
    concepts=("D3",),
)

_HALF = QuizItem(
    question=(
        "Half of the customers who came together had left after 9 months. When will half of the "
        "others "
        "have left?"
    ),
    options=(
        (
            "After more than 9 further months, as a rule.",
            "Right: those who leave easily went first, so the rest stay longer.",
        ),
        (
            "After exactly 9 further months.",
            "Only if all were alike and had the same probability in every month.",
        ),
        (
            "After fewer than 9 further months, since customers grow tired.",
            "Each may be as likely to leave as ever; the mix changes towards those who stay.",
        ),
        (
            "All will have left after 18 months.",
            "A share of those still there leaves, not the same number each month.",
        ),
    ),
    concepts=("A6",),
)

_TENURE = QuizItem(
    question=(
        "Customers in their third year bring 12 % more margin each than those in their first. "
        "What does "
        "this show?"
    ),
    options=(
        (
            "Nothing yet: follow the same customers from the first to the third year.",
            "Right: customers with a low margin may have left, and nobody may have grown.",
        ),
        (
            "Each customer grows by about 6 % a year.",
            "That would need the same customers in both years.",
        ),
        (
            "Keeping a first-year customer for two years raises the margin by 12 %.",
            "A customer who would have left may stay at the low margin.",
        ),
        (
            "The cost of winning has been paid back.",
            "Perhaps, but that is another number: what they brought against what they cost.",
        ),
    ),
    concepts=("D2",),
)

_POINTS = QuizItem(
    question=(
        "A consultant promises that 5 points more retention bring 25 to 95 % more profit. Your "
        "retention "
        "is 60 % a year. What do you ask first?"
    ),
    options=(
        (
            "At which retention this was found, and what the 5 points cost.",
            "Right: near 90 % such gains can occur, at 60 % the same points bring about 11 % more "
            "value, before their cost.",
        ),
        (
            "Whether it could be 95 % here.",
            "The upper end needs a retention far above 60 %.",
        ),
        (
            "Nothing; the figure is published.",
            "It was published for certain firms, each with its own retention.",
        ),
        (
            "Whether 5 % of 60 %, 3 points, would do.",
            "That is a smaller change; first ask what any point brings and costs.",
        ),
    ),
    concepts=("C1",),
)

_WHOM = QuizItem(
    question="A programme keeps a third of those who would leave. Who should get it first?",
    options=(
        (
            "Those with the largest product of value and probability to leave, if above its cost.",
            "Right: that is the expected gain, and it leaves out customers who cost more than they "
            "bring.",
        ),
        (
            "Those most likely to leave.",
            "Some of them are worth little, or cost more than they bring.",
        ),
        (
            "Those with the highest value.",
            "Many of them would stay anyway, and the money would be lost.",
        ),
        (
            "Everybody alike, since that is fair and simple.",
            "Then customers who bring a loss are paid to stay.",
        ),
    ),
    concepts=("C1",),
)

QUIZ = (_RATIO, _CHANNEL, _HALF, _TENURE, _POINTS, _WHOM)
