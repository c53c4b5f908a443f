"""Quiz of notebook 08. Replace the six items: they ask about the stub."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]


def _item(question: str, right: str, *wrong: tuple[str, str]) -> QuizItem:
    return QuizItem(
        f"Replace this item. {question}",
        ((right, "Replace this: why it is right."), *wrong),
        concepts=("A1",),
    )


QUIZ = (
    _item(
        "What does a Lorenz curve add up?",
        "the money of the customers, the smallest first",
        ("the number of orders of each day", "Days play no part in it."),
        ("the costs of each customer", "The orders hold no costs."),
    ),
    _item(
        "What does a top share need?",
        "the money of all customers",
        ("the money of the top customers alone", "A share needs the total as well."),
        ("the dates of the orders", "It adds up money, whenever it came."),
    ),
    _item(
        "What happens to a top share when all amounts are doubled?",
        "it stays the same",
        ("it doubles", "Both the part and the total double."),
        ("it halves", "Both the part and the total double."),
    ),
    _item(
        "A customer bought on one day only. Did the customer come back?",
        "no, as far as the data go",
        ("yes", "A second day is needed."),
        ("nobody can say, even of the past", "The orders say on which days somebody bought."),
    ),
    _item(
        "What do orders without costs say of profit?",
        "nothing",
        ("that it is 20:80, too", "Revenue and profit differ by costs."),
        ("that it is as concentrated as revenue", "Costs may change the order of customers."),
    ),
    _item(
        "What belongs into a decision memo?",
        "what to do, its cost, its risk, and what would change it",
        ("every number of the notebook", "A memo says what to decide."),
        ("only what to do", "Cost and risk decide whether it is done."),
    ),
)
