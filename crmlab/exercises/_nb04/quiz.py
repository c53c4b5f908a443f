"""Quiz of notebook 04: forms of marketing, segments that last, needs, and who counts."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_DATABASE = QuizItem(
    question=(
        "A firm chooses from its list of past purchases who gets the spring catalogue. What has to "
        "be added before this is CRM and not only database marketing?"
    ),
    options=(
        (
            "Decisions over the whole relationship: whom to keep and how, in service and sales, "
            "too.",
            "Right: CRM asks what the relationship is worth, and not only who answers a mailing.",
        ),
        (
            "A larger list with more columns on each customer.",
            "More data make a better list for mailings; the question asked stays the same.",
        ),
        (
            "A catalogue of its own for each customer.",
            "That is one-to-one marketing; it can still be no more than a mailing.",
        ),
        (
            "Software that sends the catalogue by itself.",
            "Sending faster changes neither the question nor the service.",
        ),
    ),
    concepts=("B1",),
)

_TIES = QuizItem(
    question=(
        "51 % of the customers bought on one day only. A program makes five frequency bins of "
        "equal size. What is wrong?"
    ),
    options=(
        (
            "Equal customers get scores 1, 2 and 3, by the order of the rows in the file.",
            "Right: 51 % do not fit into bins of 20 %, so the program has to separate them.",
        ),
        (
            "Nothing: five bins of equal size are what a score means.",
            "A score must not differ between customers who are equal in what it measures.",
        ),
        (
            "Five bins are too many; with two of equal size it would not happen.",
            "With two, customers with one day are more than half, and still have to be separated.",
        ),
        (
            "Customers with one day should be left out before scoring.",
            "They are customers, too; then nobody decides how they are treated.",
        ),
    ),
    concepts=("C1",),
)

_LAST = QuizItem(
    question=(
        "Two samples of customers lead to nearly the same segments (index 0.98), and 24 % of the "
        "champions are champions again in the next period. How do the two fit together?"
    ),
    options=(
        (
            "The definition is repeatable; the customers in the segment change.",
            "Right: one number is about other customers, the other about another period.",
        ),
        (
            "One of the two must be wrong, since a stable segment keeps its customers.",
            "They answer different questions, so both can be right.",
        ),
        (
            "The index is too high because the sample is large; 24 % is the true stability.",
            "A large sample does make bins repeatable, and that is what the index is to tell.",
        ),
        (
            "76 % of the champions are dissatisfied.",
            "Many of them bought, only less or not as recently; nobody asked for a reason.",
        ),
    ),
    concepts=("C1",),
)

_NEED = QuizItem(
    question=(
        "Kraft rebuilt its list into diet-minded customers, children and the rest. What did this "
        "make possible that segments by amount spent do not?"
    ),
    options=(
        (
            "Other products and coupons for each group, since the groups differ in what they want.",
            "Right: the offer follows from the need. The amount says how much, and not what.",
        ),
        (
            "Finding the customers with the highest profit.",
            "A need says nothing about profit; for that, costs and money are needed.",
        ),
        (
            "Groups that stay the same for ever.",
            "Needs end: children grow, and diets are given up.",
        ),
        (
            "Proof that the clubs raised sales.",
            "Groups are no test; only a control group would show an effect.",
        ),
    ),
    concepts=("H1",),
)

_COUNTS = QuizItem(
    question=(
        "Sales ranks customers by profit, service by years with the firm, finance by lifetime "
        "value. Each list has 1,000 names. What should happen first?"
    ),
    options=(
        (
            "Decide which of the three counts for the decision at hand, and what the others miss.",
            "Right: the lists hardly agree, and the difference can be said in money.",
        ),
        (
            "Serve everybody who is on one of the lists.",
            "That makes a list of up to 3,000 names, and nobody has decided who counts.",
        ),
        (
            "Serve only those who are on all three lists.",
            "These few are best by no single measure, and most of the money is left out.",
        ),
        (
            "Take the years with the firm, since loyal customers are profitable.",
            "Loyal customers need not be profitable; here the two lists differ much.",
        ),
    ),
    concepts=("P3",),
)

_CARE = QuizItem(
    question=(
        "Personal care must raise the money of the best group by 20 %, and that of the quiet one "
        "by 100 %, to pay for itself. What follows?"
    ),
    options=(
        (
            "Give the quiet group a cheaper treatment, and test the care on a random half of the "
            "best.",
            "Right: that lowers the cost of keeping, and the control half shows what care adds.",
        ),
        (
            "Give the care to the best group at once, since 20 % is little.",
            "20 % is what is needed and not what happens; most of them buy again anyway.",
        ),
        (
            "Give the care to the quiet group, since it can grow most.",
            "It would have to double; nothing says that it will.",
        ),
        (
            "Stop all treatment of the quiet group for ever.",
            "A treatment of a few cents may pay there, and some of them move to other groups.",
        ),
    ),
    concepts=("D4", "C1"),
)

QUIZ = (_DATABASE, _TIES, _LAST, _NEED, _COUNTS, _CARE)
