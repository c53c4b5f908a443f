"""The decision memo of notebook 02: who gets the better service."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "The CD shop's first period is over. It can pay for better service for some customers. "
        "Should it spend the service budget on the top group by repeat spending?"
    ),
    rubric=(
        (
            "Decision",
            "Says for whom, chosen by which number and on which day, and for how long.",
            2,
        ),
        (
            "Cost",
            "Names the cost and the rise that pays for it, with the margin that was assumed.",
            2,
        ),
        (
            "Evidence",
            "Compares the next period with chance and hindsight; does not quote the first period.",
            2,
        ),
        (
            "Test",
            "A random half gets the service, so that the effect is not mixed up with habit.",
            2,
        ),
        (
            "Limits",
            "Says that revenue is not profit, and that the group changes from period to period.",
            1,
        ),
        (
            "What would change it",
            "Names a result or a number, with its size, that would change the decision.",
            1,
        ),
    ),
    model="""\
**Do.** Choose the 4,714 customers with repeat spending of at least 49.64 USD by 30 September 1997.
Give the better service to a random half of them, and compare the halves after nine months. Draw the
list again each period. All others keep the normal service.

**Cost.** 10 USD for each of 2,357 customers in the test, 23,570 USD; for the group 47,140 USD.
At a margin of 30 % (assumed) the group's money must rise by 30 % to pay for it. For the others it
would have to rise by 247 %, so a first test there is not worth its cost.

**Risk.** The group held 87 % of the repeat money, and 67 % in the next period: more than chance
(20 %), less than hindsight (94 %). 65 % of them bought again without any service, so part of the
money is a gift. 47 % of the next top group come from the others, who may feel second-class. And
revenue is not profit: the shop's costs for each customer are unknown.

**What would change my mind.** A rise of less than 30 % in the half with service. Costs for each
customer that put others on top by profit. A service that costs 1 USD: then the others would need
a rise of 25 % only, and could be tested, too.""",
)
