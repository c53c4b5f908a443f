"""Six questions on notebook 03."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

QUIZ = (
    QuizItem(
        question="The market for worksheets has few new children left, and customer data are "
        "scattered. Why does the answer to the first change need the answer to the second?",
        options=(
            (
                "Selling more to each child needs all orders of a child in one place.",
                "Share of customer cannot be seen while a child is three accounts.",
            ),
            (
                "More records make the market look larger.",
                "Copies make the base look larger on paper; no child is added.",
            ),
            (
                "A web shop brings new children.",
                "That is the answer to another change, the digital economy.",
            ),
            (
                "Instructors know the children anyway.",
                "They leave, and what they did not write down leaves with them.",
            ),
        ),
        concepts=("A10",),
    ),
    QuizItem(
        question="An integrated view is called long-term because a customer is a loss first and a "
        "profit later. What does a report by record do to this?",
        options=(
            (
                "It cuts one history into several, so each looks younger and less profitable.",
                "The later orders stand under another number than the first ones.",
            ),
            (
                "It doubles the profit.",
                "The money is the same; it is spread over more accounts.",
            ),
            (
                "Nothing: the sum over all customers is the same.",
                "The sum is; how long a customer stays and what one is worth are not.",
            ),
            (
                "It removes the cost of winning a customer.",
                "That cost is paid all the same; the pay-back can no longer be seen.",
            ),
        ),
        concepts=("B5",),
    ),
    QuizItem(
        question="For the branch a family is ordinary, for the web shop it is among the best. What "
        "is the most likely reason?",
        options=(
            (
                "Each system sees only the orders that were booked there.",
                "Judged by a part of the orders, the best customers look ordinary.",
            ),
            ("The family became poorer.", "Nothing was said about time."),
            (
                "One of the systems has computed wrongly.",
                "Each may be right for its own orders; that is the problem.",
            ),
            (
                "The branch has better customers than the web shop.",
                "That would make more families ordinary there, but this one is split.",
            ),
        ),
        concepts=("P7",),
    ),
    QuizItem(
        question="A car maker merged its databases and went from 60 call centres to 3. Which part "
        "of such a saving can be computed from your own records alone?",
        options=(
            (
                "What is spent on reaching the same person twice.",
                "It needs linked records, mailings a year and the cost of one.",
            ),
            (
                "The number of call centres that can be closed.",
                "That depends on calls, staff and service, which are not in the records.",
            ),
            (
                "What the second catalogue would have sold.",
                "That needs a test in which it is left out at random.",
            ),
            (
                "The saving of the car maker.",
                "Only the two counts of its call centres are published.",
            ),
        ),
        concepts=("D5",),
    ),
    QuizItem(
        question="Two records of the branch: the same birth date, surname, address, phone and "
        "e-mail; given names Min-seo and Min-jun. What do you do?",
        options=(
            (
                "Keep them apart: they may be twins, and the given name decides.",
                "Twins share all the other fields, so those say little here.",
            ),
            (
                "Merge them: five of six fields agree.",
                "Fields are not votes; what a family shares cannot tell its members apart.",
            ),
            (
                "Delete the older record.",
                "A second child is not a copy, and deleting loses what was bought.",
            ),
            (
                "Merge them, since two customers cannot share a phone number.",
                "Children are often registered with the phone of a parent.",
            ),
        ),
        concepts=("Q4",),
    ),
    QuizItem(
        question="The firm counts contacts per child and finds few. Why may families still be "
        "tired of it?",
        options=(
            (
                "A family with two children gets the contacts of both.",
                "Fatigue is felt at one door and one phone, so count by household.",
            ),
            (
                "Because the same child has several records.",
                "Copies of records make double mailings; here each child was counted once.",
            ),
            (
                "Because consent was never asked.",
                "Then no contact would be allowed at all; this is about how many.",
            ),
            (
                "They cannot be: few per child is few per family.",
                "Contacts of brothers and sisters add up at one address.",
            ),
        ),
        concepts=("I5",),
    ),
)
