"""Quiz of notebook 10: cost, prospects, five and six, counting twice, rewards, and lists."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_COST = QuizItem(
    question=(
        "A firm's adverts cost 40 USD for each new customer. Salaries of the team that makes them, "
        "a gift for each new customer, and an agency are booked elsewhere. What should a decision "
        "on winning more customers go by?"
    ),
    options=(
        (
            "The cost with salaries, agency and gift in it, and how each was spread.",
            "Right: whatever would not be spent without winning belongs to it.",
        ),
        (
            "The 40 USD, since the rest is booked elsewhere.",
            "Where a cost is booked does not change what a customer costs.",
        ),
        (
            "The 40 USD and the gift; salaries are paid in any case.",
            "For one campaign more, perhaps; for a decision on winning at all, they are not.",
        ),
        (
            "All marketing costs of the firm, divided by all its customers.",
            "That mixes winning with keeping, and new customers with old ones.",
        ),
    ),
    concepts=("D3",),
)

_PROSPECTS = QuizItem(
    question=(
        "Every new customer gets a welcome gift. New customers of one region have not brought back "
        "their cost after a year. What makes winning cheaper without losing good customers?"
    ),
    options=(
        (
            "Advertise less where customers do not pay back, and test by lot whether the gift "
            "brings anybody.",
            "Right: good prospects are told from bad ones before the money is spent.",
        ),
        (
            "Halve the gift everywhere.",
            "Nobody knows yet whether it brings customers; a test tells.",
        ),
        (
            "Advertise most in that region until it pays back.",
            "More of the same customers bring more of the same loss.",
        ),
        (
            "Give the gift only to customers who have bought twice.",
            "That may pay for keeping; it says nothing on whom to win.",
        ),
    ),
    concepts=("D3",),
)

_FIVE = QuizItem(
    question=(
        "A satisfied customer tells five people, it is said, and those who hear bring six times "
        "the profit. What must be known before this can be tested?"
    ),
    options=(
        (
            "How many of those told become customers, and six times whose profit, over which time.",
            "Right: told is not won, and the ratio moves with the cost and the time.",
        ),
        (
            "Only whether the number is five.",
            "Five told bring nobody if nobody of them comes.",
        ),
        (
            "Nothing; it is a published figure.",
            "A figure without a base, a time and a source is a claim.",
        ),
        (
            "How satisfied the customers are, on a scale from 1 to 5.",
            "That says who might tell, not what comes of it.",
        ),
    ),
    concepts=("A7",),
)

_TWICE = QuizItem(
    question=(
        "Anna brought Ben, and Ben brought Cara. A report gives Anna the value of Ben and Cara, "
        "and Ben that of Cara. It adds up all these values. What is wrong?"
    ),
    options=(
        (
            "Cara is in the sum twice, besides her own value; and some would have come anyway.",
            "Right: such a value says what would be lost without a person; it does not add up.",
        ),
        (
            "Anna must not get anything for Cara.",
            "Without Anna Cara would perhaps not be there; but the sum must count her once.",
        ),
        (
            "Nothing, since each of them did recommend somebody.",
            "The sum is more than all customers are worth together.",
        ),
        (
            "Ben's value must be left out, since Anna brought him.",
            "His own purchases are his; only the sum of what others get for him is in doubt.",
        ),
    ),
    concepts=("C3",),
)

_REWARD = QuizItem(
    question=(
        "A reward of 20 USD for each friend brought is twice as much as today. After it twice as "
        "many friends come. Did it pay?"
    ),
    options=(
        (
            "That depends: it is paid for all who come, also for those who came before, and for "
            "those who would have come anyway.",
            "Right: compare what is added with all that is paid.",
        ),
        (
            "Yes, since twice as many came.",
            "Each costs twice as much as well, those included who came without it.",
        ),
        (
            "No, since the cost of each friend has doubled.",
            "It may still be far below what a friend is worth.",
        ),
        (
            "Yes, if 20 USD are less than the cost of TV adverts.",
            "TV is one comparison; friends who would have come anyway cost nothing without it.",
        ),
    ),
    concepts=("C3",),
)

_PARTNER = QuizItem(
    question=(
        "A partner's list has 20,000 names. In a test 2 % of those written to took the offer. Why "
        "are there fewer than 400 new customers to be expected?"
    ),
    options=(
        (
            "Not all members agreed to such letters, and some are customers already.",
            "Right: and the test itself has limits, which go into the profit.",
        ),
        (
            "Because 2 % of a test is always too high.",
            "A test drawn by lot is right on average; it is uncertain, not too high.",
        ),
        (
            "Because a partner keeps its best names.",
            "Then the test was not drawn by lot; ask for that first.",
        ),
        (
            "Because the fee must be taken off.",
            "The fee lowers the profit, not the number of new customers.",
        ),
    ),
    concepts=("C4",),
)

QUIZ = (_COST, _PROSPECTS, _FIVE, _TWICE, _REWARD, _PARTNER)
