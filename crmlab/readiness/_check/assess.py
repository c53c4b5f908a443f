"""What the answers of a firm say: how ready it is, how sure that is, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_columns, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.readiness._check.factors import AREAS, failure_factors
from crmlab.readiness._check.questions import readiness_questions

__all__ = ["VERDICTS", "Assessment", "assess"]

VERDICTS = ("not ready", "close the gaps first", "ready")
_FROM = (0.5, 0.75)  # of the score: below the first not ready, from the second on ready
_WEAKEST = 0.5  # that no area may be below, where a firm is to be ready
_WORTH = {"no": 0.0, "partly": 0.5, "yes": 1.0}
_UNKNOWN = {"", "unknown", "don't know"}
_STEP = 20  # weights of the grid are multiples of one twentieth


@dataclass(frozen=True)
class Assessment:
    """How ready a firm is for CRM, by its own answers.

    Scores are from 0 (all no) to 1 (all yes), the mean of the answers that were given. `lower` and
    `upper` are what they could be, whatever the missing answers are: those that would contradict an
    answer given are left out, and no score is beyond these limits.

    Attributes
    ----------
    answers : Series
        By `question`: 0 (no), 0.5 (partly), 1 (yes); missing where there is no answer.
    weights : dict of str to float
        Of each area in the total.
    areas, factors : DataFrame
        Index `area` or `factor`: `name`, `score` (missing where nothing was answered), `lower`,
        `upper`, `n_answered`, `n_questions`.
    verdicts : DataFrame
        Index `missing_answers`, "all no", "left out" and "all yes": `score` and `verdict`.
    sensitivity : DataFrame
        Index `weights`, in words: the weight of each area, `score` and `verdict`, with the weights
        as given, each area doubled, halved and alone.
    share_same : float
        Share of all weights, on a grid of one twentieth, that lead to the same verdict.
    """

    answers: pd.Series = field(repr=False)
    weights: dict[str, float]
    areas: pd.DataFrame = field(repr=False)
    factors: pd.DataFrame = field(repr=False)
    verdicts: pd.DataFrame = field(repr=False)
    sensitivity: pd.DataFrame = field(repr=False)
    share_same: float

    @property
    def score(self) -> float:
        """Weighted mean of the areas; missing where an area with weight has no answer."""
        return float(self.verdicts["score"]["left out"])

    @property
    def verdict(self) -> str:
        """One of "not ready", "close the gaps first" and "ready", or "cannot be told"."""
        return str(self.verdicts.loc["left out", "verdict"])

    @property
    def settled(self) -> bool:
        """Whether the verdict is the same whatever the missing answers are."""
        return len(set(self.verdicts["verdict"])) == 1

    @property
    def gaps(self) -> pd.DataFrame:
        """What is missing, the widest gap first.

        Index `factor`: `name`, `gap` (1 less the score; missing where nothing was answered),
        `lower` and `upper` (of the gap), `n_missing` (questions without an answer), `first_step`.
        """
        told = self.factors
        table = pd.DataFrame(
            {"name": told["name"], "gap": 1 - told["score"], "lower": 1 - told["upper"],
             "upper": 1 - told["lower"], "n_missing": told["n_questions"] - told["n_answered"],
             "first_step": failure_factors()["first_step"]}
        )  # fmt: skip
        return table.sort_values(["gap", "upper"], ascending=False, kind="stable")


def assess(
    answers: Mapping[str, Any] | pd.Series | pd.DataFrame,
    *,
    weights: Mapping[str, float] | None = None,
) -> Assessment:
    """Say how ready a firm is for CRM by its answers to `readiness_questions`.

    A firm is "ready" from a score of 0.75 on if no area is below 0.5; below a score of 0.5 it is
    "not ready"; between, it should "close the gaps first". These limits are a convention, as the
    weights are: read what the verdict depends on, too.

    Parameters
    ----------
    answers : mapping, Series or DataFrame
        By question: "yes", "partly", "no", or None, "" or "unknown" where there is no answer.
        Questions left out have none. A table has the columns `question` and `answer`.
    weights : mapping of str to float, optional
        Of "organisation", "process" and "IT"; they sum to 1. Default: one third each.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        If no question is answered, a question or an answer is unknown, answers contradict each
        other, or the weights do not sum to 1.
    InputTypeError
        If `answers` or `weights` is of another type.

    Examples
    --------
    >>> answers = readiness_questions()["example"]
    >>> found = assess(answers)
    >>> found.verdict, round(found.score, 2), found.settled
    ('not ready', 0.38, True)
    >>> assess({"P1.1": "yes", "P5.2": "yes", "P5.3": "no"})
    Traceback (most recent call last):
    crmlab.InputError: `answers` must not contradict each other; P5.2 is yes and P5.3 is no ...
    """
    questions = readiness_questions()
    given = _read_answers(answers, questions)
    _check_contradictions(given, questions)
    used = _check_weights(weights)
    lowest, highest = _fill_missing(given, questions["presupposes"])
    areas = _score_groups(given, lowest, highest, questions["area"]).reindex(list(AREAS))
    areas.insert(0, "name", areas.index)
    factors = _score_groups(given, lowest, highest, questions["factor"])
    factors.insert(0, "name", failure_factors()["name"])
    cases = {"all no": "lower", "left out": "score", "all yes": "upper"}
    totals = {case: _judge(areas[column], used) for case, column in cases.items()}
    verdicts = pd.DataFrame.from_dict(totals, orient="index", columns=["score", "verdict"])
    return Assessment(
        answers=given,
        weights=used,
        areas=areas,
        factors=factors,
        verdicts=verdicts.rename_axis("missing_answers"),
        sensitivity=_try_weights(areas["score"], used),
        share_same=_share_same(areas["score"], used),
    )


def _read_answers(answers: Any, questions: pd.DataFrame) -> pd.Series:
    if isinstance(answers, pd.DataFrame):
        check_columns(answers.columns, ["question", "answer"], what="`answers`")
        answers = answers.set_index("question")["answer"]
    if isinstance(answers, Mapping):
        answers = pd.Series(dict(answers), dtype="object")
    if not isinstance(answers, pd.Series):
        raise InputTypeError(
            f"`answers` must be a mapping, a Series or a DataFrame; got {type(answers).__name__}."
        )
    twice = answers.index[answers.index.duplicated()]
    if len(twice):
        raise InputError(f"`answers` must hold each question once; {twice[0]!r} is there twice.")
    unknown = [each for each in answers.index if each not in questions.index]
    if unknown:
        raise InputError(
            f"`answers` must be by the questions of `readiness_questions`, "
            f"{questions.index[0]!r} to {questions.index[-1]!r}; got {unknown[0]!r}."
        )
    numbers = {each: _read_answer(each, word) for each, word in answers.items()}
    given = pd.Series(numbers, dtype="float64").reindex(questions.index).rename("answer")
    if given.isna().all():
        raise InputError("`answers` must answer at least one question; none is answered.")
    return given


def _read_answer(question: Any, word: Any) -> float:
    missing = word is None or word is pd.NA or (isinstance(word, float) and np.isnan(word))
    if missing:
        return np.nan
    if isinstance(word, str):
        written = word.strip().casefold()
        if written in _UNKNOWN:
            return np.nan
        if written in _WORTH:
            return _WORTH[written]
    raise InputError(
        f"`answers` must be 'yes', 'partly', 'no' or, without an answer, None; {question} is "
        f"{word!r}."
    )


def _check_contradictions(given: pd.Series, questions: pd.DataFrame) -> None:
    needed = questions["presupposes"]
    needed = needed[needed != ""]
    against = needed[(given[needed.index] == 1).to_numpy() & (given[needed] == 0).to_numpy()]
    if len(against):
        pairs = ", ".join(f"{yes} is yes and {no} is no" for yes, no in against.items())
        first, second = against.index[0], against.iloc[0]
        raise InputError(
            f"`answers` must not contradict each other; {pairs} ({first}: "
            f"{questions.loc[first, 'text']} {second}: {questions.loc[second, 'text']}) "
            "Correct one of them, or leave it without an answer."
        )


def _check_weights(weights: Any) -> dict[str, float]:
    if weights is None:
        return dict.fromkeys(AREAS, 1 / len(AREAS))
    if not isinstance(weights, Mapping):
        raise InputTypeError(f"`weights` must be a mapping; got {type(weights).__name__}.")
    if set(weights) != set(AREAS):
        raise InputError(
            f"`weights` must name {', '.join(map(repr, AREAS))}; got "
            f"{', '.join(map(repr, weights)) or 'none'}."
        )
    used = {area: check_fraction("weights", weights[area]) for area in AREAS}
    total = sum(used.values())
    if abs(total - 1) > 1e-6:  # weights written with few decimals
        raise InputError(f"`weights` must sum to 1; got {total:.6g}. Divide each by that.")
    return {area: each / total for area, each in used.items()}


def _fill_missing(given: pd.Series, presupposes: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The answers with each missing one at its lowest, and at its highest, that contradicts none.

    What a yes presupposes is at least partly so; where it is not so, at most a partly is left.
    """
    lowest, highest = given.fillna(0.0), given.fillna(1.0)
    needed = presupposes[presupposes != ""]
    yes = given[needed.index] == 1
    held = needed[yes].to_numpy()
    lowest[held] = lowest[held].where(given[held].notna(), 0.5)
    no = (given[needed] == 0).to_numpy()
    capped = needed.index[no]
    highest[capped] = highest[capped].where(given[capped].notna(), 0.5)
    return lowest, highest


def _score_groups(
    given: pd.Series, lowest: pd.Series, highest: pd.Series, group: pd.Series
) -> pd.DataFrame:
    columns = {"score": given, "lower": lowest, "upper": highest}
    table = pd.DataFrame(columns).groupby(group, sort=False).mean()
    table["score"] = table["score"].clip(table["lower"], table["upper"])
    counted = given.groupby(group, sort=False)
    return table.assign(n_answered=counted.count(), n_questions=counted.size())


def _judge(scores: pd.Series, weights: Mapping[str, float]) -> tuple[float, str]:
    """The total, and the verdict on it."""
    totals, verdicts = _judge_all(scores, np.array([[weights[area] for area in AREAS]]))
    return float(totals[0]), str(verdicts[0])


def _judge_all(scores: pd.Series, weights: Floats) -> tuple[Floats, list[str]]:
    """Totals and verdicts, a row of weights each; an area without weight counts for nothing."""
    each = scores[list(AREAS)].to_numpy("float64")
    counts = weights > 0
    totals = np.where(counts, weights * each, 0.0).sum(axis=1).round(12)
    weakest = np.where(counts, each, np.inf).min(axis=1)
    ready = (totals >= _FROM[1]) & (weakest >= _WEAKEST)
    place = np.where(totals < _FROM[0], 0, np.where(ready, 2, 1))
    untold = np.isnan(totals)
    verdicts = [
        "cannot be told" if no else VERDICTS[at] for at, no in zip(place, untold, strict=True)
    ]
    return totals, verdicts


def _try_weights(scores: pd.Series, weights: Mapping[str, float]) -> pd.DataFrame:
    tried = {"as given": dict(weights)}
    for area in AREAS:
        others = {each: weight for each, weight in weights.items() if each != area}
        rest = sum(others.values())
        shares = {"doubled": min(1.0, 2 * weights[area]), "halved": weights[area] / 2, "alone": 1.0}
        for change, share in shares.items():
            # An area that stands alone has nobody to give its weight to but all others alike.
            spread = {
                each: (1 - share) * (weight / rest if rest else 1 / len(others))
                for each, weight in others.items()
            }
            tried[f"{area} {change}"] = {area: share, **spread}
    table = pd.DataFrame.from_dict(tried, orient="index")[list(AREAS)].rename_axis("weights")
    score, verdict = _judge_all(scores, table.to_numpy("float64"))
    return table.assign(score=score, verdict=verdict)


def _share_same(scores: pd.Series, weights: Mapping[str, float]) -> float:
    grid = [
        (first / _STEP, second / _STEP, (_STEP - first - second) / _STEP)
        for first in range(_STEP + 1)
        for second in range(_STEP + 1 - first)
    ]
    verdicts = _judge_all(scores, np.array(grid))[1]
    return verdicts.count(_judge(scores, weights)[1]) / len(verdicts)
