"""The splink model: trained without labels, scored on candidate pairs, kept as plain settings."""

import contextlib
import logging
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.identity._comparisons import comparisons
from crmlab.identity._engines import Engine

__all__ = ["Model", "quiet", "scored_pairs", "trained"]

# Share of the pairs of one person that agree in name or birth date, and in something else.
_RECALL = 0.9
_PROOFS = ("birth", "phone", "local", "address", "building", "postcode")
# Pairs drawn for the chance of a coincidence, and pairs per training pass.
_RANDOM_PAIRS = 1e6
_TRAINING_PAIRS = 2e6
# A pass with fewer pairs than this teaches nothing; the starting values stand.
_FEWEST_PAIRS = 100
_PRIOR_PAIRS = 100
# Nothing is impossible: what training never saw in records of one person may be one in a thousand.
_SMALLEST = 1e-3
_DOUBT = 0.1
_CONTACTS = ("phone", "email", "address")


@dataclass(frozen=True)
class Model:
    """Trained settings of splink, and which columns they read."""

    settings: dict[str, Any]

    @property
    def prior(self) -> float:
        """Chance that two records drawn at random are one person."""
        return float(self.settings["probability_two_random_records_match"])


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep splink from writing to the screen, and put back its logger and the random numbers.

    It draws the names of its tables from the generator that all code shares.
    """
    logger = logging.getLogger("splink")
    before, state = logger.level, random.getstate()
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
        random.setstate(state)


def trained(
    engine: Engine, records: pd.DataFrame, exact: Sequence[str], *, within: bool, seed: int
) -> Model:
    """Learn from the records how much each level of agreement says.

    The chance of a coincidence (u) comes from random pairs, the chance of a slip (m) from
    expectation-maximisation on pairs that share a field, in several passes that each leave out
    what they share.

    Parameters
    ----------
    engine : Engine
        Holds the records.
    records : DataFrame
        Comparable records.
    exact : sequence of str
        Labels of the identifiers.
    within : bool
        Whether two records of one system may be one person.
    seed : int
        Of the random pairs.

    Returns
    -------
    Model
    """
    filled = [name for name in records.columns if records[name].notna().any()]
    blocks = [name for name in filled if name.startswith("block_")]
    settings = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record",
        "comparisons": comparisons(filled, exact, spark=engine.spark, families=False),
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": _rule([name], within)} for name in blocks
        ],
        "retain_matching_columns": False,
        "max_iterations": 15,
        "em_convergence": 0.001,
    }
    settings = _with_prior(engine, settings, filled, within)
    settings = _with_coincidences(engine, settings, seed)
    settings = _with_slips(engine, settings, filled, within)
    return Model(_moved(settings, comparisons(filled, exact, spark=engine.spark, families=True)))


def _moved(settings: dict[str, Any], to: list[dict[str, Any]]) -> dict[str, Any]:
    """The settings with other comparisons, which keep the shares of levels of the same name."""
    learned = {
        (comparison["output_column_name"], level["label_for_charts"]): level
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
    }
    for comparison in to:
        for level in comparison["comparison_levels"]:
            same = learned.get((comparison["output_column_name"], level["label_for_charts"]))
            if same and not level.get("is_null_level"):
                for share in ("m_probability", "u_probability"):
                    level[share] = same[share]
    return settings | {"comparisons": to}


def _rule(names: Sequence[str], within: bool) -> str:
    rule = " AND ".join(f"l.{name} = r.{name}" for name in names)
    return rule if within else f"{rule} AND l.source <> r.source"


def _with_prior(
    engine: Engine, settings: dict[str, Any], filled: Sequence[str], within: bool
) -> dict[str, Any]:
    proofs = [name for name in filled if name in _PROOFS or name.startswith("id_")]
    pairs = [(one, other) for one in ("sound", "birth") if one in filled for other in proofs]
    rules = [_rule(pair, within) for pair in pairs if pair[0] != pair[1]]
    rules = rules or [_rule([name], within) for name in proofs or ["sound"]]
    linker = engine.linker(settings)
    try:
        linker.training.estimate_probability_two_random_records_match(rules, recall=_RECALL)
        prior = linker.misc.save_model_to_json()["probability_two_random_records_match"]
    except ValueError:  # nearly every pair agrees
        prior = 0.5
    n = engine.n_records
    smallest = 1 / max(n * (n - 1) / 2, 2)
    prior = min(max(prior, smallest), 0.5)
    return settings | {"probability_two_random_records_match": _round(prior)}


def _with_coincidences(engine: Engine, settings: dict[str, Any], seed: int) -> dict[str, Any]:
    linker = engine.linker(settings)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=_RANDOM_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1
    )
    n_pairs = min(_RANDOM_PAIRS, engine.n_records * (engine.n_records - 1) / 2)
    return _bounded(linker.misc.save_model_to_json(), settings, n_pairs)


def _with_slips(
    engine: Engine, settings: dict[str, Any], filled: Sequence[str], within: bool
) -> dict[str, Any]:
    passes = [names for names in _passes(filled) if _teaches(names, settings["comparisons"])]
    rules = [_rule(names, within) for names in passes]
    rules = [rule for rule in rules if engine.n_pairs(rule) >= _FEWEST_PAIRS]
    return _without_matches(_bounded(_maximised(engine, settings, rules), settings, np.inf))


def _maximised(engine: Engine, settings: dict[str, Any], rules: list[str]) -> dict[str, Any]:
    """Settings after one pass of expectation-maximisation per rule, without passes that fail."""
    from splink.internals.exceptions import EMTrainingException

    linker = engine.linker(settings)
    for rule in rules:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule,
                estimate_without_term_frequencies=True,
                max_pairs=_TRAINING_PAIRS,
            )
        except (EMTrainingException, ValueError):  # no pairs, or a share that vanishes
            # The linker is left half changed, so the other passes start again on a new one.
            return _maximised(engine, settings, [other for other in rules if other != rule])
    return linker.misc.save_model_to_json()


def _passes(filled: Sequence[str]) -> list[list[str]]:
    """Fields that the pairs of a training pass share: each comparison is free in some pass."""
    single = [name for name in filled if name in _CONTACTS or name.startswith("id_")]
    passes = [[name] for name in single]
    if "sound" in filled:
        others = [name for name in ("birth", "district", "postcode") if name in filled]
        passes += [["sound", name] for name in others[:1]] or [["sound"]]
    if "birth" in filled and not single:
        passes.append(["birth"])
    return passes


def _teaches(names: Sequence[str], compared: list[dict[str, Any]]) -> bool:
    """Whether enough comparisons do not read what the pairs of a pass share.

    One alone cannot tell matches from coincidences, unless nearly all pairs are matches, as those
    that share two fields.
    """
    free = [
        comparison
        for comparison in compared
        if not any(
            re.search(rf"\b{name}_l\b", level["sql_condition"])
            for name in names
            for level in comparison["comparison_levels"]
        )
    ]
    return len(free) + len(names) > 2 and len(free) > 0


def _bounded(model: dict[str, Any], started: dict[str, Any], n_pairs: float) -> dict[str, Any]:
    """Trained settings without extremes, rounded so that they do not depend on thread order.

    A level never seen in training keeps the share of slips it started with. The share of
    coincidences among `n_pairs` is drawn towards where it started as if by `_PRIOR_PAIRS` more.
    """
    trust = 1 / (1 + _PRIOR_PAIRS / n_pairs)
    prior = model["probability_two_random_records_match"]
    for comparison, first in zip(model["comparisons"], started["comparisons"], strict=True):
        starts = first["comparison_levels"]
        for level, start in zip(comparison["comparison_levels"], starts, strict=True):
            if level.get("is_null_level"):
                continue
            m = level.get("m_probability")
            m = max(start["m_probability"] if m is None else m, _SMALLEST)
            u = level.get("u_probability")
            u = trust * (u or 0.0) + (1 - trust) * start["u_probability"]
            level["m_probability"] = _round(m)
            level["u_probability"] = _round(min(max(u, prior * m * _DOUBT), 1.0))
    return model


def _without_matches(model: dict[str, Any]) -> dict[str, Any]:
    """Settings with the matches among the random pairs taken out of the chance of a coincidence.

    What stays is at least `_DOUBT` of them: however large the base, agreement in one comparison
    alone makes two records one person at odds of ten to one at most.
    """
    prior = model["probability_two_random_records_match"]
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                matches = prior * level["m_probability"]
                u = (level["u_probability"] - matches) / (1 - prior)
                level["u_probability"] = _round(min(max(u, matches * _DOUBT), 1.0))
    return model


def _round(value: float) -> float:
    return float(np.format_float_scientific(value, precision=9))


def scored_pairs(engine: Engine, model: Model, position: NDArray, *, floor: float) -> pd.DataFrame:
    """Candidate pairs whose probability reaches `floor`.

    Parameters
    ----------
    engine : Engine
        Holds the records.
    model : Model
        Result of `trained`.
    position : array of int
        Where the records of the engine stand for the caller, by their number.
    floor : float
        Probability in (0, 1).

    Returns
    -------
    DataFrame
        ``a`` and ``b``, positions of two records with a < b, ``match_weight`` (bits) and
        ``probability``, sorted by a and b.
    """
    linker = engine.linker(model.settings)
    found = linker.inference.predict(threshold_match_probability=floor)
    pairs = engine.frame(found, ["record_l", "record_r", "match_weight"])
    first, second = (position[pairs[f"record_{side}"].to_numpy()] for side in "lr")
    weight = pairs["match_weight"].to_numpy(dtype=float).round(6)
    table = pd.DataFrame(
        {
            "a": np.minimum(first, second),
            "b": np.maximum(first, second),
            "match_weight": weight,
            "probability": 1 / (1 + np.exp2(-weight)),
        }
    )
    return table.sort_values(["a", "b"], ignore_index=True)
