"""Six questions on notebook 00."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

QUIZ = (
    QuizItem(
        question="For one adviser CRM is a strategy of the whole firm, for the trade press a piece "
        "of software. What does the second definition leave out?",
        options=(
            (
                "Whether money follows.",
                "Software can be bought and used without any customer bringing more.",
            ),
            (
                "Sales, marketing and service.",
                "These are what the software automates; the definition names them.",
            ),
            ("That data are needed.", "Software without data is empty; that is not the point."),
            (
                "The year it was bought.",
                "No definition names a year.",
            ),
        ),
        concepts=("B2",),
    ),
    QuizItem(
        question="Which sign belongs to the C of Community?",
        options=(
            (
                "the share of new customers who were recommended",
                "Customers bring customers: this has to be written down to be counted.",
            ),
            ("the share of coupons that somebody used", "That is a sign of Contents."),
            ("the share of households that answered", "That is a sign of Communication."),
            ("the money per customer", "That is a sign of Commerce."),
        ),
        concepts=("B7",),
    ),
    QuizItem(
        question="You built one row per customer from an export. How do you show that the table is "
        "complete?",
        options=(
            (
                "Rows read = rows that count + left out + at fault, and so in money.",
                "Every line is accounted for, and each reason has its amount.",
            ),
            (
                "The number of rows looks right.",
                "One line of nine held 30 % of the revenue; rows are not money.",
            ),
            (
                "The program did not stop with an error.",
                "Adding up dollars and euros does not raise an error either.",
            ),
            (
                "The sum of the column Total is reached.",
                "That column adds up two currencies, refunds and orders never paid.",
            ),
        ),
        concepts=("Q4",),
    ),
    QuizItem(
        question="Two customers have `recency` 300 and 20 days, and the same T of 310. Whom do you "
        "worry about?",
        options=(
            (
                "the one with 20",
                "Nothing for 290 days: recency is the age at the last purchase.",
            ),
            (
                "the one with 300",
                "That would be so for `days_since_last`; here large means bought late.",
            ),
            ("both alike", "They bought last 10 and 290 days ago."),
            ("neither: T is the same", "T says when they were won, not when they last came."),
        ),
    ),
    QuizItem(
        question="Complete Journey has campaigns and coupons. Why can it not tell what a coupon "
        "brought?",
        options=(
            (
                "There is no group that was left out at random.",
                "Households that used a coupon might have bought anyway.",
            ),
            ("It holds too few lines.", "1.5 million lines do not replace a comparison."),
            ("Coupons are not recorded.", "They are, with the day each was used."),
            (
                "Its households have no names.",
                "A number is enough to see what a household bought before and after.",
            ),
        ),
    ),
    QuizItem(
        question="The installation check compares sums and published counts, not only versions. "
        "Why?",
        options=(
            (
                "A program can start and still compute something wrong.",
                "Only a result that is known from elsewhere can show it.",
            ),
            ("Versions cannot be read.", "They can, but equal versions prove no result."),
            ("It is faster.", "Reading a version is faster still."),
            (
                "Published counts are always right.",
                "They may be wrong too; but two ways to one number are better than one.",
            ),
        ),
    ),
)
