"""A firm's own answers and tables: the gaps that cost most, how sure that is, the first steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from crmlab._checks import check_number, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._words import count_words, money_words, name_money
from crmlab.prose import join
from crmlab.readiness._check.assess import Assessment, assess
from crmlab.readiness._check.factors import failure_factors
from crmlab.readiness._pricing.entered import entry_signal
from crmlab.readiness._pricing.overlap import overlap_signal
from crmlab.readiness._pricing.process import process_signal
from crmlab.readiness._pricing.ranking import ranking_signal
from crmlab.readiness._pricing.records import identity_signal
from crmlab.readiness._rank import (
    FirmTerms,
    RankedFactors,
    RemedyChoice,
    choose_remedies,
    price_by_seed,
    rank_prices,
)

__all__ = ["ReadinessReview", "review_readiness"]

_SIGNALS: dict[str, tuple[str, Callable[..., pd.DataFrame]]] = {
    "contacts": ("P1", overlap_signal),
    "visits": ("P2", entry_signal),
    "rankings": ("P3", ranking_signal),
    "scores": ("P5", process_signal),
    "identities": ("P7", identity_signal),
}
_N_TOP = 3


@dataclass(frozen=True)
class ReadinessReview:
    """What a firm's answers and tables say of the ground it builds on.

    Attributes
    ----------
    assessment : Assessment
        Of the answers.
    ranked : RankedFactors
        The factors by what they cost at the firm's gaps. `lower` and `upper` of the cost hold what
        missing answers leave open, too.
    table : DataFrame
        Index `factor`, the dearest first: that of `ranked` with `gap`, `gap_lower`, `gap_upper`,
        `n_missing` and `first_step`.
    signals : DataFrame
        What the firm's own tables show: `factor`, `name`, `source` (the table), `signal`, `value`,
        `lower`, `upper`, `level`, `n`, `reading`. No rows without tables.
    not_seen : list of str
        Factors that no table given can show.
    choice : RemedyChoice or None
        What to pay for within the budget; None without a budget.
    currency : str
        Name written beside amounts; empty where it is not known.
    """

    assessment: Assessment
    ranked: RankedFactors = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    signals: pd.DataFrame = field(repr=False)
    not_seen: list[str]
    choice: RemedyChoice | None
    currency: str

    @property
    def money_name(self) -> str:
        """Name of the money in headings: its code, or in words that it is not known."""
        return name_money(self.currency)

    @property
    def top(self) -> pd.DataFrame:
        """The three gaps that cost most: rows of `table` that cost something."""
        return self.table[self.table["cost"] > 0].head(_N_TOP)

    @property
    def shown(self) -> pd.DataFrame:
        """`table` as it is read on a page: text, amounts in three digits.

        Index `name`; `gap`, `cost`, `lower`, `upper`, `mean_rank`, `share_of_seeds`,
        `remedy_cost`, `remedy`.
        """
        table = self.table.set_index("name")
        shares = {name: table[name].map("{:.0%}".format) for name in ("gap", "share_of_seeds")}
        amounts = ["cost", "lower", "upper", "remedy_cost", "remedy"]
        text = pd.DataFrame({name: table[name].map(_round) for name in amounts} | shares)
        text["mean_rank"] = table["mean_rank"].map("{:.1f}".format)
        return text

    def key_figures(self) -> dict[str, str]:
        """The figures at the head of a page: what each means, and the figure as it is read."""
        found = self.assessment
        n_answered = int(found.areas["n_answered"].sum())
        score = "cannot be told" if pd.isna(found.score) else f"{100 * found.score:.0f}"
        figures = {
            "readiness, of 100": score,
            f"questions answered, of {len(found.answers)}": f"{n_answered}",
        }
        for name, cost, low, high in self.top[["name", "cost", "lower", "upper"]].to_numpy():
            label = f"a year for *{name}*, in {self.money_name} ({_range(low, high)})"
            figures[label.replace("*", "")] = _round(cost)
        return figures

    def findings(self) -> list[str]:
        """What the answers and tables say, in sentences that begin with their subject in bold."""
        return [
            "**How ready.** " + self._on_verdict(),
            *(f"**{self._rank_word(at)}** " + self._on_gap(at) for at in range(len(self.top))),
            "**How sure the order is.** " + self._on_order(),
            "**What the tables show.** " + self._on_signals(),
            *(["**What to pay for.** " + self._on_choice()] if self.choice else []),
        ]

    def notes(self) -> list[str]:
        """What was assumed."""
        ranked = self.ranked
        weights = join([f"{area} {each:.0%}" for area, each in self.assessment.weights.items()])
        return [
            f"Weights: {weights}. Ready from a score of 75 on, if no area is below 50; not ready "
            "below 50. These limits are a convention.",
            "A gap counts as the strength of the failure: three answers of no are the whole of it. "
            "No data say so; the order depends on it.",
            f"Each gap is priced alone, on {ranked.n_seeds} simulated firms that do well "
            "otherwise; the costs do not add up. The range holds what firms of one kind differ in "
            f"({ranked.level:.0%}) and what missing answers leave open. It does not hold how far "
            "your firm is from these.",
        ]

    def _rank_word(self, at: int) -> str:
        return ("What costs most.", "Second.", "Third.")[at]

    def _on_verdict(self) -> str:
        found = self.assessment
        worst, _, best = found.verdicts["verdict"]
        text = f"By the answers: {found.verdict}"
        told = not pd.isna(found.score)
        text += f", with a score of {100 * found.score:.0f} of 100." if told else "."
        n_missing = int(found.answers.isna().sum())
        if n_missing:
            text += f" {count_words(n_missing, 'answer is', 'answers are')} missing; "
            text += (
                "whatever the answers, the verdict stays."
                if found.settled
                else f"the verdict may be anything from “{worst}” to “{best}”."
            )
        if told:
            same = f"{found.share_same:.0%}"
            text += f" Of all ways to weight the three areas {same} lead to this verdict."
        return text

    def _on_gap(self, at: int) -> str:
        row = self.top.iloc[at]
        missing = int(row["n_missing"])
        blank = f" ({count_words(missing, 'answer')} missing)" if missing else ""
        return (
            f"{_capital(row['name'])} ({row.name}): about {self._money(row['cost'])} a year "
            f"({_range(row['lower'], row['upper'])}), at a gap of {row['gap']:.0%}{blank}. "
            f"First step: {_lower(row['first_step'])}"
        )

    def _on_order(self) -> str:
        top = self.top
        if top.empty:
            return "No gap costs anything."
        firms = f"of {self.ranked.n_seeds} simulated firms"
        parts = [f"{factor} {share:.0%}" for factor, share in top["share_of_seeds"].items()]
        text = f"Share {firms} in which a factor has this place: {join(parts)}."
        shaky = top.index[~top["stable"].astype(bool)].tolist()
        if shaky:
            text += f" Chance has a say in the place of {join(shaky)}."
        return text

    def _on_signals(self) -> str:
        rest = f"No table given can show {join(self.not_seen)}."
        if self.signals.empty:
            return "Nothing: no table was given, so all rests on the answers."
        first = self.signals.drop_duplicates("factor")
        parts = [f"{factor}: {text}" for factor, text in first[["factor", "reading"]].to_numpy()]
        return " ".join([*parts, rest if self.not_seen else ""]).strip()

    def _on_choice(self) -> str:
        choice = self.choice
        if choice is None or not choice.chosen:
            return "No remedy within the budget brings back more than it costs."
        return (
            f"The remedies of {join(choice.chosen)} cost "
            f"{self._money(choice.cost)} a year and bring {self._money(choice.worth)} more than "
            f"that ({_range(choice.lower, choice.upper)}), if what they bring adds up."
        )

    def _money(self, amount: float) -> str:
        return money_words(_three_digits(amount), self.currency)


def review_readiness(
    answers: Any,
    *,
    contacts: pd.DataFrame | None = None,
    visits: pd.DataFrame | None = None,
    rankings: pd.DataFrame | None = None,
    scores: pd.Series | pd.DataFrame | None = None,
    identities: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
    n_customers: int = 5_000,
    margin: float | None = None,
    cost_per_contact: float | None = None,
    remedy_costs: Mapping[str, float] | None = None,
    budget: float | None = None,
    won: float = 1.0,
    seeds: int = 5,
    seed: int = 0,
    level: float = 0.9,
    currency: str = "",
) -> ReadinessReview:
    """Review how ready a firm is: the gaps that cost most, in money, and the first step for each.

    Parameters
    ----------
    answers : mapping, Series or DataFrame
        To `readiness_questions`, as in `assess`.
    contacts, visits, identities : DataFrame, optional
        The firm's own, as in `overlap_signal`, `entry_signal` and `identity_signal`.
    rankings : DataFrame, optional
        As in `ranking_signal`.
    scores : Series or DataFrame of one column, optional
        As in `process_signal`; needs `contacts`.
    weights : mapping of str to float, optional
        Of the areas, as in `assess`.
    n_customers : int, default=5_000
        Customers of the firm.
    margin, cost_per_contact : float, optional
        Of an order and of a contact, in currency. Default: those of the simulated campaign.
    remedy_costs : mapping of str to float, optional
        Of each factor's remedy, in currency a year. Default: those of each price.
    budget : float, optional
        For remedies, in currency a year. Default: none is chosen.
    won : float, default=1.0
        Won that one unit of the firm's currency is worth: what is not given is the simulated
        firm's, in won, and is converted.
    seeds : int, default=5
        Firms to simulate, at least two.
    seed : int, default=0
        The first of the seeds.
    level : float, default=0.9
        Probability between the limits, in (0, 1).
    currency : str, default=""
        Name written beside amounts.

    Returns
    -------
    ReadinessReview

    Raises
    ------
    InputError
        As in `assess`, `rank_factors`, `choose_remedies` and the signals, or if there are scores
        without contacts.
    InputTypeError
        As there, or if `currency` is not text.

    Examples
    --------
    Answers of a file and the firm's own contacts::

        review = review_readiness(answers, contacts=contacts, n_customers=20_000)
        review.top[["name", "cost", "lower", "upper", "first_step"]]
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    found = assess(answers, weights=weights)
    check_size("won", check_number("won", won, low=0, open_low=True))
    terms = FirmTerms(
        n_customers=n_customers, seeds=seeds, margin=_convert("margin", margin, won),
        cost_per_contact=_convert("cost_per_contact", cost_per_contact, won), channels=None,
        remedy_costs=_convert_all(remedy_costs, won), level=level, seed=seed,
    )  # fmt: skip
    given = {
        "contacts": contacts, "visits": visits, "rankings": rankings, "scores": scores,
        "identities": identities,
    }  # fmt: skip
    signals = _read_signals(given, level)
    ranked, table = _price_gaps(found, terms, won)
    seen = set(signals["factor"])
    return ReadinessReview(
        assessment=found,
        ranked=ranked,
        table=table,
        signals=signals,
        not_seen=[factor for factor in found.factors.index if factor not in seen],
        choice=None if budget is None else choose_remedies(ranked, budget=budget),
        currency=currency,
    )


def _read_signals(given: Mapping[str, Any], level: float) -> pd.DataFrame:
    names = failure_factors()["name"]
    columns = ["signal", "value", "lower", "upper", "level", "n", "reading"]
    found = [pd.DataFrame(columns=["factor", "name", "source", *columns])]
    for source, (factor, read) in _SIGNALS.items():
        table = given[source]
        if table is None:
            continue
        if source == "scores":
            table = table.squeeze(axis=1) if isinstance(table, pd.DataFrame) else table
            if given["contacts"] is None:
                raise InputError("`scores` needs `contacts`: who was contacted since.")
            rows = read(table, given["contacts"], level=level)
        else:
            rows = read(table, level=level)
        found.append(rows[columns].assign(factor=factor, name=names[factor], source=source))
    whole = [each for each in found if len(each)] or found
    return pd.concat(whole, ignore_index=True)[["factor", "name", "source", *columns]]


def _convert(name: str, amount: Any, won: float) -> float | None:
    return None if amount is None else check_number(name, amount, low=0) * won


def _convert_all(costs: Any, won: float) -> Any:
    if not isinstance(costs, Mapping):
        return costs
    return {name: _convert("remedy_costs", each, won) for name, each in costs.items()}


def _price_gaps(
    found: Assessment, terms: FirmTerms, won: float
) -> tuple[RankedFactors, pd.DataFrame]:
    """Prices at the gaps, with limits that hold what missing answers leave open."""
    gaps = found.gaps.drop(columns="name")
    gaps = gaps.rename(columns={"lower": "gap_lower", "upper": "gap_upper"})
    middle = (gaps["gap_lower"] + gaps["gap_upper"]) / 2
    gaps["gap"] = gaps["gap"].fillna(middle).clip(0, 1)
    columns = ["gap_lower", "gap", "gap_upper"]
    at = {str(factor): sorted(set(row)) for factor, row in gaps[columns].T.items()}
    prices, assumptions = price_by_seed(at, terms)
    prices[["cost", "remedy_cost", "remedy"]] /= won
    low, usual, high = (_pick(prices, gaps[column]) for column in columns)
    ranked = rank_prices(usual.reset_index(drop=True), assumptions, terms)
    tail = (1 - terms.level) / 2
    table = ranked.table.assign(
        lower=low.groupby("factor")["cost"].quantile(tail),
        upper=high.groupby("factor")["cost"].quantile(1 - tail),
    )
    ranked = RankedFactors(table, ranked.by_seed, assumptions, terms.seeds, terms.level)
    return ranked, table.join(gaps)


def _pick(prices: pd.DataFrame, gap: pd.Series) -> pd.DataFrame:
    return prices[(prices["strength"] - prices["factor"].map(gap)).abs() < 1e-9]


def _three_digits(amount: float) -> float:
    """An amount as precise as a simulation can be read."""
    return float(f"{amount:.3g}")


def _round(amount: float) -> str:
    return f"{_three_digits(amount):,.0f}"


def _range(low: float, high: float) -> str:
    return f"{_round(low)} to {_round(high)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
