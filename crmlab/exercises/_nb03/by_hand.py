"""By hand in notebook 03: what a base needs, what copies cost, and what a table gives away."""

from collections.abc import Mapping

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception, in_percent

__all__ = ["ATTACK", "MAILING", "PLAN", "PROBABILITY"]

PLAN = Exercise(
    key="03.1",
    objective=1,
    concepts=("Q3",),
    question="""\
The firm can open six tables:

| table | one row is |
|---|---|
| `identities` | one record of a system: name, address |
| `transactions` | one line of an order, with a product number |
| `products` | one product, with its kind |
| `contacts` | one letter, call or e-mail that was sent |
| `consents` | one answer to "may we contact you?" |
| `visits` | one month of visits to a subscriber |

The manager decides: *send the new catalogue by post to all who bought a kit last year.* Which
tables does this need? Name the fewest that are enough, as a set.""",
    answer=frozenset({"identities", "transactions", "products", "consents"}),
    tolerance=0.0,
    unit='a set of names of tables in quotes, such as {"visits", "contacts"}',
    right="Who they are, what they bought, which of it is a kit, and who agreed to get post.",
    misconceptions=(
        Misconception(
            frozenset({"identities", "transactions", "products"}),
            "Everybody in the list was a buyer; but may all of them be written to?",
        ),
        Misconception(
            frozenset({"transactions", "products", "consents"}),
            "These give numbers of customers, but no name and no address for an envelope.",
        ),
        Misconception(
            frozenset({"identities", "transactions", "consents"}),
            "A line of an order holds a number; what tells that it is a kit?",
        ),
        Misconception(
            frozenset({"identities", "transactions", "products", "consents", "contacts"}),
            "Earlier letters are good to know, but this decision can be carried out without them.",
        ),
        Misconception(
            frozenset({"identities", "transactions", "products", "contacts", "consents", "visits"}),
            "Each table that is opened is one more that can leak: leave out what is not needed.",
        ),
    ),
    hint="underline the nouns and verbs of the decision, and ask for each where it is written.",
    solution="""\
Who bought, last year: transactions. A kit: products. By post: identities, for the address.
"Send" needs permission: consents.
contacts and visits answer other questions.""",
)


def _make_mailing(
    branch: int = 900,
    web: int = 700,
    calls: int = 400,
    people: int = 1_250,
    mailings: int = 4,
    cost: int = 1_500,
) -> Exercise:
    accounts = branch + web + calls
    extra = accounts - people
    wasted = extra * mailings * cost
    return Exercise(
        key="03.2",
        objective=3,
        concepts=("D5",),
        question=f"""\
A firm keeps three systems. The branches hold {branch:,} accounts, the web shop {web:,}, the call
centre {calls:,}. After linking, these are {people:,} people. Each account gets {mailings}
catalogues a year, and a catalogue costs {cost:,} won with postage. How many won a year go to
catalogues that reach somebody who has one already? Write the number without commas.""",
        answer=float(wasted),
        tolerance=0.5,
        unit="one amount in won for a year, in full and without commas, such as 250000",
        right=f"{extra:,} accounts too many, {mailings} catalogues each: "
        f"{extra / accounts:.1%} of the budget is wasted.",
        misconceptions=(
            Misconception(
                float(accounts * mailings * cost),
                f"That is the whole mailing; {people:,} people should get one each.",
            ),
            Misconception(
                float(people * mailings * cost),
                "That is what the mailing costs when each person gets one.",
            ),
            Misconception(
                float(extra * cost), f"That is one catalogue each; {mailings} are sent in a year."
            ),
            Misconception(
                float(extra), "That is the number of accounts too many; put a price on them."
            ),
            Misconception(
                float(extra * mailings), "Those are the catalogues too many; put a price on them."
            ),
            Misconception(
                wasted / 1e6, "Write the amount in won and not in millions.", 0.04 * wasted / 1e6
            ),
        ),
        hint="count the accounts, take the people away, and price the rest.",
        solution=f"""\
{branch} + {web} + {calls} = {accounts} accounts for {people} people: {extra} too many.
{extra} * {mailings} * {cost} = {wasted} won a year.""",
    )


def _draw_mailing(rng: np.random.Generator) -> Mapping[str, int]:
    branch, web, calls = (int(10 * rng.integers(low, low + 40)) for low in (80, 50, 30))
    accounts = branch + web + calls
    return {
        "branch": branch,
        "web": web,
        "calls": calls,
        "people": int(accounts * rng.uniform(0.55, 0.7)) // 10 * 10,
        "mailings": int(rng.integers(3, 9)),
        "cost": int(100 * rng.integers(9, 25)),
    }


MAILING = Drawn(make=_make_mailing, draw=_draw_mailing)


def _make_probability(prior: int = 10, name: int = 7, birth: int = 8, phone: int = 3) -> Exercise:
    total = name + birth - prior - phone
    answer = 2**total / (1 + 2**total)
    return Exercise(
        key="03.4",
        objective=2,
        concepts=("Q4",),
        question=f"""\
Odds compare two chances: odds of 3 to 1 are a probability of 3/4. Before anything is compared, two
records are one person with odds of 1 to {2**prior:,}, a weight of -{prior}. The evidence adds up:

| observed | weight |
|---|---|
| name: one letter differs | +{name} |
| birth date: the same | +{birth} |
| phone: differs | -{phone} |

A weight of w means odds of 2 to the power w, to 1. With what probability are the two records one
person? Give two decimals.""",
        answer=answer,
        tolerance=0.0051,
        unit="one probability between 0 and 1 with two decimals, such as 0.35",
        right=f"Odds of {2**total} to 1: two good signs and a bad one do not make it certain.",
        misconceptions=(
            Misconception(
                float(total), "That is the sum of the weights, the first step; odds are 2^sum."
            ),
            Misconception(
                float(2**total), "Those are the odds; a probability is odds / (1 + odds)."
            ),
            in_percent(answer, 0.0051),
            Misconception(
                1 - 2.0 ** -(total + prior),
                f"The start counts as well: -{prior} before any evidence.",
                0.001,
            ),
            Misconception(
                1 - 1 / (1 + 2 ** (total + phone)),
                f"The phone speaks against; its weight of -{phone} counts too.",
            ),
            Misconception(total / (1 + total), f"A weight of {total} means odds of 2^{total}."),
            Misconception(1 - answer, "That is the probability that they are two people.", 0.005),
        ),
        hint="add the start and the three weights, turn the sum into odds, then divide.",
        solution=f"""\
-{prior} + {name} + {birth} - {phone} = {total}. The odds are 2^{total} = {2**total} to 1.
The probability is {2**total} / (1 + {2**total}) = {answer:.2f}, in full {answer}.""",
    )


def _draw_probability(rng: np.random.Generator) -> Mapping[str, int]:
    total, prior = int(rng.integers(2, 4)), int(rng.integers(9, 14))
    phone, name = int(rng.integers(3, 5)), int(rng.integers(5, 9))
    return {"prior": prior, "name": name, "birth": total + prior + phone - name, "phone": phone}


PROBABILITY = Drawn(make=_make_probability, draw=_draw_probability)


def _make_attack(
    basic: int = 20, standard: int = 15, hidden: int = 3, others: tuple[int, int, int] = (12, 9, 8)
) -> Exercise:
    row, column = basic + standard + hidden, others[2] + hidden
    return Exercise(
        key="03.8",
        objective=4,
        concepts=("I5",),
        question=f"""\
A report prints how many children take each plan. Cells below 5 are hidden:

| | basic | standard | premium | total |
|---|---|---|---|---|
| Seoul | {basic} | {standard} | hidden | {row} |
| Busan | {others[0]} | {others[1]} | {others[2]} | {sum(others)} |
| total | {basic + others[0]} | {standard + others[1]} | {column} | {row + sum(others)} |

How many children in Seoul take the premium plan?""",
        answer=float(hidden),
        tolerance=0.01,
        unit="one whole number of children, such as 12",
        right="Hiding one cell hides nothing while its row and column totals are printed.",
        misconceptions=(
            Misconception(
                0.0, "It is hidden since it is small, not since it is empty; subtract.", 0.0
            ),
            Misconception(4.0, "Below 5 leaves 0 to 4; the totals tell which of them."),
            Misconception(5.0, "5 is the limit; the totals tell the exact number."),
            Misconception(
                float(column), "That is the total of the column; take off the cell that is printed."
            ),
            Misconception(
                float(basic + standard),
                "That is the rest of the row; take it from the row's total.",
            ),
        ),
        hint="use the total of the row.",
        solution=f"""\
By the row: {row} - {basic} - {standard} = {hidden}.
By the column: {column} - {others[2]} = {hidden}.
To protect it, hide a second cell in the row, a second in the column, and the one across.""",
    )


def _draw_attack(rng: np.random.Generator) -> Mapping[str, int | tuple[int, ...]]:
    basic, standard = (int(number) for number in rng.integers(11, 40, 2))
    return {
        "basic": basic,
        "standard": standard,
        "hidden": int(rng.integers(1, 4)),
        "others": tuple(int(number) for number in rng.integers(6, 18, 3)),
    }


ATTACK = Drawn(make=_make_attack, draw=_draw_attack)
