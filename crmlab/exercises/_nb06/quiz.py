"""Six questions on what notebook 06 says."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

QUIZ = (
    QuizItem(
        question="Two analysts value the same club member, with the same margin, retention and "
        "discount rate. One says 250, the other 350. The margin is 100 a year. What is likely?",
        options=(
            (
                "One counts the payment made today, the other one begins in a year.",
                "Advance and renewal differ by exactly the payment of today.",
            ),
            (
                "One of them forgot to discount.",
                "Then the difference would depend on the rate; here it is one payment exactly.",
            ),
            (
                "One took revenue in place of margin.",
                "Both used the same margin; the gap of one margin points to the convention.",
            ),
            (
                "One projected further ahead.",
                "Further payments are discounted and made by fewer; they seldom add up to just "
                "one margin.",
            ),
        ),
    ),
    QuizItem(
        question="Why do 10 % more frequency, a 10 % higher price (at the same margin rate) and a "
        "10 % better margin rate gain exactly the same, and 10 % more tenure something else?",
        options=(
            (
                "The first three are factors of one product; tenure works inside a sum that is "
                "discounted.",
                "A product grows by 10 % whichever factor does. Later years count less, so tenure "
                "gains less.",
            ),
            (
                "All four gain the same in the long run.",
                "The years that a longer tenure adds are the last ones, and they are discounted.",
            ),
            (
                "The first three cost the same to move.",
                "What a move costs is not in the table at all.",
            ),
            (
                "They only look the same because of rounding.",
                "It is algebra: a * b * c grows by 10 % if any of a, b or c does.",
            ),
        ),
        concepts=("D1",),
    ),
    QuizItem(
        question="A club wants members to buy only from it, for life. It asks a sample what they "
        "spend on such goods anywhere. How does it estimate its share of the customer?",
        options=(
            (
                "What the sample spends here, divided by what it spends anywhere.",
                "Sums count each customer by what there is to win. An interval belongs to it.",
            ),
            (
                "The mean of the members' single shares.",
                "A member who spends 5 anywhere would count as much as one who spends 500.",
            ),
            (
                "Its own sales, divided by the sales of all clubs.",
                "That is the market share: it also counts people who are no members.",
            ),
            (
                "From the order file: those with most orders have a full share.",
                "Purchases elsewhere are not in the file, however many are made here.",
            ),
        ),
        concepts=("B8",),
    ),
    QuizItem(
        question='"A satisfied customer buys 50 % more." In your data satisfied customers do buy '
        "50 % more than others. What would show that satisfying the others pays?",
        options=(
            (
                "Make a random half of a group more satisfied, and compare its purchases with the "
                "other half.",
                "Chance decides who is treated, so nothing else can explain the difference.",
            ),
            (
                "A larger sample of the same data.",
                "More data make the difference sure, not its cause.",
            ),
            (
                "The same difference in each segment.",
                "In each segment those whom the shop suits may be satisfied and buy more.",
            ),
            (
                "Asking satisfied customers why they buy.",
                "Their answers do not tell what the others would do if they were satisfied.",
            ),
        ),
        concepts=("A8",),
    ),
    QuizItem(
        question="Two customers of a shop began five weeks before their last purchase; both have "
        "been silent for 25 weeks since. One came back twice in those five weeks, the other one "
        "eight times. Who is less likely to be a customer still?",
        options=(
            (
                "The one who came back eight times.",
                "A customer who buys often and then stops for so long has probably left.",
            ),
            (
                "The one who came back twice.",
                "A rare buyer is often silent for long; the silence says little.",
            ),
            (
                "Both alike, since the silence is the same.",
                "The silence is judged by the customer's own rhythm.",
            ),
            (
                "That cannot be said without a contract.",
                "It cannot be seen, but a probability can be computed.",
            ),
        ),
    ),
    QuizItem(
        question="A model says of a customer: 2.0 expected purchases next year, 95 % interval of "
        "the expectation 1.9 to 2.1. Suppose the model is right. What follows?",
        options=(
            (
                "The mean of very many such customers is well known; what this one does is not.",
                "The interval holds the doubt about the parameters only, not luck.",
            ),
            (
                "With 95 % probability this customer makes between 1.9 and 2.1 purchases.",
                "Only 2 lies in there; this customer may well buy nothing, or five times.",
            ),
            (
                "100 such customers make, with 95 % probability, between 190 and 210 purchases.",
                "Luck does not cancel in full; a total needs a prediction interval.",
            ),
            (
                "In 95 of 100 firms the model would be right.",
                "The interval takes the model as right; it says nothing about that.",
            ),
        ),
    ),
)
