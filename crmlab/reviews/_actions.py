"""What a page on value advises: actions, and the customers they are for."""

import pandas as pd

from crmlab._words import count_words

__all__ = ["list_actions", "list_customers"]

_ACTIONS = {
    "serve": (
        "Serve the few who hold 80% first", "Time", "The value is an average of many futures",
        "A backtest that ranks customers no better than a list by past purchases",
    ),
    "contact": (
        "Contact those at 20 to 80%, half of them at random", "At most what is at stake for each",
        "They would have come anyway", "The half that was left alone buys as much",
    ),
    "leave": (
        "Spend nothing below 20%", "None", "A few are only slow", "A cheap test that pays",
    ),
    "plan": (
        "Plan purchases with the misses of the past", "Stock and staff for the worst of them",
        "A season or price change", "Periods in which the interval holds",
    ),
}  # fmt: skip
_WITHOUT_DROPOUT = ("serve", "plan")


def list_actions(*, sees_dropout: bool) -> pd.DataFrame:
    """What to do, in words; what rests on customers who leave only where the model sees that."""
    kept = [*_ACTIONS] if sees_dropout else _WITHOUT_DROPOUT
    columns = ["do", "cost", "risk", "what would change it"]
    return pd.DataFrame([_ACTIONS[name] for name in kept], columns=columns).set_index("do")


def list_customers(contact: pd.DataFrame, serve: pd.DataFrame) -> pd.DataFrame:
    """Customers to be contacted, then the others of those to be served first, with the reason."""
    n_serve = len(serve)
    serve = serve[~serve.index.isin(contact.index)]
    why = [
        f"no purchase for {count_words(days, 'day')}, a customer still with probability {alive:.0%}"
        for days, alive in zip(contact["days_since_last"], contact["alive"], strict=True)
    ]
    contact = contact.assign(why=why, what_to_do="contact, for less than is at stake", tested=True)
    who = count_words(n_serve, "customer who holds", "customers who hold")
    serve = serve.assign(
        why=f"one of the {who} 80% of the value", what_to_do="serve first", tested=False
    )
    table = pd.concat([contact, serve]).rename(columns={"alive": "probability"})
    names = ["why", "what_to_do", "tested", "value", "at_stake", "probability", "purchases",
             "days_since_last"]  # fmt: skip
    return table[names].round({"value": 2, "at_stake": 2, "probability": 3})
