"""Failure factor "the wrong solution": a question is put to software that cannot answer it."""

from collections.abc import Mapping, Sequence
from itertools import chain, combinations

import pandas as pd

from crmlab._checks import check_choice, check_count, check_fraction, check_number
from crmlab._errors import InputTypeError
from crmlab._stake import Stake, read_stake
from crmlab._types import Floats
from crmlab.company import Company
from crmlab.readiness._pricing.expected import choose_best, expect_effect, expect_over
from crmlab.readiness._pricing.firm import list_assumed, list_money
from crmlab.readiness._pricing.priced import Priced, check_strengths, list_assumptions, price
from crmlab.readiness._pricing.signals import signal_row, signal_table

__all__ = ["simulate_wrong_solution", "solution_questions", "solution_signal"]

_STEPS = ("whom", "when", "channel")
_UNITS = {
    "reach": "share of customers",
    "email_power": "fraction of a letter's effect",
    "settled": "share of wrong choices",
    "days_late": "days",
    "remedy_cost": "currency a year",
}

_KINDS = ("operational", "analytical", "collaborative")

# Question, kind of solution that answers it, why no other kind does, what answers it here.
_QUESTIONS = {
    "whom": ("Who would order because we contact them?", "analytical",
             "It takes a comparison with customers left alone, over the whole base.",
             "uplift.TwoModelUplift"),
    "leavers": ("Who is about to leave?", "analytical",
                "It takes the history of many customers, not the screen of one.",
                "churn.ChurnModel"),
    "worth": ("What is a customer worth over the years to come?", "analytical",
              "It is a forecast; systems of record hold the past.",
              "ltv.customer_lifetime_value"),
    "groups": ("Which customers belong together?", "analytical",
               "It takes all of them side by side.", "segmentation.RFMSegmenter"),
    "when": ("Is the contact carried out today, and written down?", "operational",
             "A warehouse is loaded at night or by the month; the work is now.",
             "campaigns.duplicated_spend"),
    "allowed": ("Who has withdrawn consent since the list was drawn?", "operational",
                "Yesterday's copy does not know it.", "campaigns.drop_withdrawn"),
    "staff": ("How many agents are needed at ten o'clock?", "operational",
              "It is about calls that come in and people on duty.", "contact.staffing"),
    "record": ("Which record is the one to work with?", "operational",
               "Everybody at the front must see the same customer.", "identity.golden_records"),
    "channel": ("By which channel does each customer get it?", "collaborative",
                "It takes all channels in one place; each of the others runs one.",
                "contact.channel_mix"),
    "hour": ("When does this customer answer?", "collaborative",
             "It takes answers of all channels, while they come in.", "contact.best_hour"),
    "offer": ("What is offered to somebody who is on the line now?", "collaborative",
              "The answer is worth something for seconds only.", "cross_sell.next_best_offer"),
    "route": ("Which call goes to which agent?", "collaborative",
              "It ties the customer's worth to the channel at the moment of the call.",
              "contact.route_by_value"),
}  # fmt: skip


def solution_questions() -> pd.DataFrame:
    """List questions that firms put to a CRM solution, and the kind that answers each.

    Returns
    -------
    DataFrame
        By `question_id`: `question`; `kind`, "operational" (does the work and records it),
        "analytical" (learns from the records) or "collaborative" (joins the channels in real
        time); `why` the other kinds do not answer it; `function`, what answers it in crmlab.

    Examples
    --------
    >>> solution_questions()["kind"].value_counts().to_dict()
    {'analytical': 4, 'operational': 4, 'collaborative': 4}
    """
    table = pd.DataFrame.from_dict(
        _QUESTIONS, orient="index", columns=["question", "kind", "why", "function"]
    )
    return table.rename_axis("question_id")


def simulate_wrong_solution(
    company: Company,
    *,
    wrong: float | Sequence[float] = (0, 0.25, 0.5, 0.75, 1),
    reach: float = 0.3,
    days_late: float = 7,
    email_power: float = 0.1,
    settled: float = 0.7,
    remedy_cost: float = 300_000,
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Priced:
    """Price questions of a campaign that are put to a solution of the wrong kind.

    A campaign asks three questions. *Whom?* An analytical solution ranks customers by what a
    contact adds; an operational one knows no such thing and lists those who spent most. *When?*
    An operational solution sends the letters the same day; a warehouse that is loaded now and then
    hands over a list that is days old, and an offer that ends on a fixed day has less time to work.
    *By which channel?* A collaborative solution e-mails those who agreed to it and get no letter,
    where that pays by the ranking at hand; without one there are letters only. Where one answer is
    wrong already, the next may cost less: an e-mail to the wrong customers is no great loss.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`.
    wrong : float or sequence of float, default=(0, 0.25, 0.5, 0.75, 1)
        Strength: share of the questions that are put to the wrong kind, in [0, 1]. Each of the
        three goes wrong with this probability, independent of the others, and the cost is averaged
        over all eight cases.
    reach : float, default=0.3
        Share of customers for whom there is a letter, in [0, 1].
    days_late : float, default=7
        Age of a list from a warehouse when it is worked on, in days; at least 0. The campaign's
        window, in `company.campaigns`, says how much of the effect is left.
    email_power : float, default=0.1
        Effect of an e-mail, as a fraction of that of a letter, in [0, 1].
    settled : float, default=0.7
        Remedy: share of the wrong choices that are found before anything is bought, in [0, 1].
    remedy_cost : float, default=300_000
        Of the remedy (a workshop that writes down who asks what, and which kind answers it), in
        currency a year.
    margin, cost_per_contact : float, optional
        Of an order and of a letter, in currency. Default: as in the campaign.
    n_customers : int, optional
        Customers of the firm. Default: as many as the company has.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Seed of the lot that decides which half of the customers a score is learned from.

    Returns
    -------
    Priced
        For one campaign a year. `detail` has one row per strength: `strength`; `whom`, `when`,
        `channel`, what each would cost if it alone could go wrong, in currency; `apart`, their
        sum; `together`, what all cost, which is less than `apart` where they get in each other's
        way.

    Raises
    ------
    InputError
        If an option is out of range, or there is no campaign drawn by lot.
    InputTypeError
        If an option has the wrong type, or `company` is not a simulated company.

    Notes
    -----
    Effects are those to be expected of customers who look alike, so no luck of one campaign is in
    the cost. A firm without a list that can be trusted is better off e-mailing everybody.

    Examples
    --------
    >>> from crmlab.simulate import simulate_company
    >>> found = simulate_wrong_solution(simulate_company(500, seed=1))
    >>> found.table["cost"].is_monotonic_increasing
    True
    >>> bool((found.detail["together"] <= found.detail["apart"]).all())
    True
    """
    strengths = check_strengths("wrong", wrong)
    parts = {"reach": reach, "email_power": email_power, "settled": settled}
    for name, value in parts.items():
        check_fraction(name, value)
    days_late = check_number("days_late", days_late, low=0)
    remedy_cost = check_number("remedy_cost", remedy_cost, low=0)
    check_count("seed", seed, minimum=0)
    stake = read_stake(
        company, margin=margin, cost_per_contact=cost_per_contact, n_customers=n_customers
    )
    assumed = parts | {"days_late": days_late, "remedy_cost": remedy_cost}
    window, email_cost = _read_terms(company)
    losses = _lose_by_case(
        stake,
        stake.scores(seed=seed).to_numpy(),
        _agreed(company, stake.people.index),
        reach=reach,
        in_time=max(1 - days_late / window, 0),
        email_power=email_power,
        email_cost=email_cost,
    )
    lost = {w: expect_over(dict.fromkeys(_STEPS, w), losses) for w in strengths}
    left = {w: expect_over(dict.fromkeys(_STEPS, w * (1 - settled)), losses) for w in strengths}
    return price(
        "P6",
        lost,
        left,
        remedy_cost=remedy_cost,
        scale=stake.scale,
        level=level,
        detail=_tell_apart(losses, lost, stake.scale),
        assumptions=list_assumptions(
            [
                *list_money(stake, {"margin": margin, "cost_per_contact": cost_per_contact}),
                ("email_cost", email_cost, "currency an e-mail", "company"),
                ("window", window, "days", "company"),
                ("campaigns", 1, "a year", "company"),
                *list_assumed(_UNITS, assumed),
            ]
        ),
    )  # fmt: skip


def _tell_apart(
    losses: dict[frozenset[str], Floats], lost: dict[float, Floats], scale: float
) -> pd.DataFrame:
    """What each question would cost alone, all of them added up, and what they cost together."""
    rows = []
    for w, together in lost.items():
        alone = {name: w * float(losses[frozenset({name})].sum()) * scale for name in _STEPS}
        both = {"apart": sum(alone.values()), "together": float(together.sum()) * scale}
        rows.append({"strength": w} | alone | both)
    return pd.DataFrame(rows, dtype=float)


def _read_terms(company: Company) -> tuple[float, float]:
    """Days that the campaign's offer lasts, and what an e-mail costs the company."""
    plans = company.campaigns
    window = plans.loc[plans["design"] == "randomised", "window_days"].iloc[0]
    email = plans.loc[plans["channel"] == "email", "cost_per_contact"]
    return float(window), float(email.mean()) if len(email) else 0.0


def _agreed(company: Company, people: pd.Index) -> Floats:
    """1 for those who agreed to e-mail on the eve of the campaign drawn by lot, else 0."""
    plans = company.campaigns
    start = plans.loc[plans["design"] == "randomised", "start"].iloc[0]
    said = company.consents
    said = said[
        (said["channel"] == "email") & (said["purpose"] == "marketing") & (said["date"] < start)
    ]
    last = said.sort_values("date", kind="stable").groupby("customer_id")["granted"].last()
    return last.reindex(people).fillna(False).to_numpy(dtype="float64")


def _lose_by_case(
    stake: Stake,
    scores: Floats,
    agreed: Floats,
    *,
    reach: float,
    in_time: float,
    email_power: float,
    email_cost: float,
) -> dict[frozenset[str], Floats]:
    """What each customer costs when just these questions are answered by the wrong kind."""
    effect = expect_effect(stake.people) * stake.margin
    spent = stake.people["total_spend"].to_numpy(dtype="float64")
    letters = {False: choose_best(scores, reach=reach), True: choose_best(spent, reach=reach)}
    pays = scores * stake.margin * email_power > email_cost
    gains = {}
    for case in chain.from_iterable(combinations(_STEPS, n) for n in range(len(_STEPS) + 1)):
        letter = letters["whom" in case]
        # Who has no ranking by what a contact adds e-mails everybody who agreed.
        worth_it = agreed if "whom" in case else agreed * pays
        email = (1 - letter) * worth_it * ("channel" not in case)
        in_case = effect * (in_time if "when" in case else 1.0)
        gains[frozenset(case)] = letter * (in_case - stake.cost_per_contact) + email * (
            in_case * email_power - email_cost
        )
    return {case: gains[frozenset()] - gain for case, gain in gains.items()}


def solution_signal(answers: Mapping[str, str | None]) -> pd.DataFrame:
    """Ask of a firm's own list which questions go to a solution that can answer them.

    Parameters
    ----------
    answers : mapping of str to str or None
        By `question_id` of `solution_questions`: the kind of solution that the firm puts it to,
        "operational", "analytical" or "collaborative"; "none" where nobody answers it, None where
        it is not known. Questions left out are not known.

    Returns
    -------
    DataFrame
        `signal`, `value`, `lower`, `upper`, `level`, `n`, `reading`: for each kind of question
        and for all, the share of known ones that go to the right kind. Limits are certain (`level`
        1): as if all that is not known went wrong, and as if it all went right. `n` counts the
        known ones; `value` is missing where there is none.

    Raises
    ------
    InputError
        If a question or a kind is unknown.
    InputTypeError
        If `answers` is not a mapping.

    Examples
    --------
    >>> answers = {"whom": "operational", "leavers": "analytical", "when": "operational"}
    >>> solution_signal(answers)[["signal", "value", "lower", "upper"]].round(2)
              signal  value  lower  upper
    0    operational   1.00   0.25   1.00
    1     analytical   0.50   0.25   0.75
    2  collaborative    NaN   0.00   1.00
    3            all   0.67   0.17   0.92
    """
    questions = solution_questions()
    given = _read_answers(answers, list(questions.index))
    right = pd.Series(given, dtype=object).reindex(questions.index)
    known = right.notna()
    hit = known & (right == questions["kind"])
    rows = []
    for name in (*_KINDS, "all"):
        part = (questions["kind"] == name) | (name == "all")
        size, n, hits = int(part.sum()), int((part & known).sum()), int((part & hit).sum())
        wrong = questions.loc[part & known & ~hit, "question"].tolist()
        share = hits / n if n else float("nan")
        limits = hits / size, (hits + size - n) / size
        rows.append(signal_row(name, share, *limits, n, _say(wrong, n, size)))
    return signal_table(rows, level=1)


def _read_answers(answers: Mapping[str, str | None], known: list[str]) -> dict[str, str]:
    if not isinstance(answers, Mapping):
        raise InputTypeError(
            "`answers` must map questions to kinds, such as {'whom': 'analytical'}; "
            f"got {type(answers).__name__}."
        )
    for question, kind in answers.items():
        if question not in known:
            check_choice("answers", question, known)
        if kind is not None:
            check_choice(f"answers[{question!r}]", kind, [*_KINDS, "none"])
    return {question: kind for question, kind in answers.items() if kind is not None}


def _say(wrong: list[str], n: int, size: int) -> str:
    if not n:
        return "Nobody has said where these questions go: ask first."
    open_ones = f" {size - n} of {size} are not known." if n < size else ""
    if not wrong:
        return f"All {n} that are known go to the right kind.{open_ones}"
    return f"{len(wrong)} of {n} go elsewhere, such as: {wrong[0]}{open_ones}"
