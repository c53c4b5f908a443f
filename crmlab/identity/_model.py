"""The splink model: train it without labels, score candidate pairs, keep it as plain settings."""

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

from crmlab.identity._comparisons import MOVED, MOVED_SHARE, build_comparisons
from crmlab.identity._engines import Engine

__all__ = ["Model", "score_pairs", "silence_splink", "train_model"]

# Share of the pairs of one person that agree in name or birth date, and in something else.
_RECALL = 0.9
_EVIDENCE = ("birth", "phone", "local", "address", "building", "postcode")
# Records drawn for the probability of a coincidence, all pairs of them (a million), and the most
# pairs per training pass.
_RANDOM_RECORDS = 1_414
_TRAINING_PAIRS = 2e6
# A pass with fewer pairs than this is uninformative; the starting values stand.
_FEWEST_PAIRS = 100
_PRIOR_PAIRS = 100
_MOST_ITERATIONS = 15
# What training never saw in records of one person may still happen once in a thousand.
_SMALLEST = 1e-3
_DOUBT = 0.1
_CONTACTS = ("phone", "email", "address")


@dataclass(frozen=True)
class Model:
    """Trained settings of splink, and which columns they read."""

    settings: dict[str, Any]

    @property
    def prior(self) -> float:
        """Probability that two records drawn at random are the same person."""
        return float(self.settings["probability_two_random_records_match"])


@contextlib.contextmanager
def silence_splink() -> Iterator[None]:
    """Keep splink from writing to the screen, and restore its logger and the random numbers.

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


def train_model(
    engine: Engine, records: pd.DataFrame, exact: Sequence[str], *, within: bool
) -> Model:
    """Learn from the records how much evidence each level of agreement is.

    The probability of each level by coincidence (u) comes from random pairs, that in records of one
    person (m) from expectation-maximisation on pairs that share a field, in several passes that
    each leave out what they share.

    Parameters
    ----------
    engine : Engine
        Holds the records.
    records : DataFrame
        Prepared records, numbered at random.
    exact : sequence of str
        Labels of the identifiers.
    within : bool
        Whether two records of one system may be one person.

    Returns
    -------
    Model
    """
    filled = [name for name in records.columns if records[name].notna().any()]
    blocks = [name for name in filled if name.startswith("block_")]
    settings = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record",
        "comparisons": build_comparisons(filled, exact, families=False),
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": _blocking_rule([name], within)} for name in blocks
        ],
        "retain_matching_columns": False,
        "max_iterations": _MOST_ITERATIONS,
        "em_convergence": 0.001,
    }
    settings = _estimate_prior(engine, settings, filled, within)
    settings = _estimate_u(engine, settings, records)
    settings = _estimate_m(engine, settings, filled, exact, within)
    return Model(_transfer_shares(settings, build_comparisons(filled, exact, families=True)))


def _transfer_shares(settings: dict[str, Any], to: list[dict[str, Any]]) -> dict[str, Any]:
    """Replace the comparisons; levels of the same name keep their shares."""
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
        _weigh_moved(comparison)
    return settings | {"comparisons": to}


def _weigh_moved(comparison: dict[str, Any]) -> None:
    """Give a name in another order its weight: half as strong as an equal given name, and once."""
    levels = {level["label_for_charts"]: level for level in comparison["comparison_levels"]}
    if MOVED not in levels:
        return
    u = MOVED_SHARE
    if comparison["output_column_name"] == "given_name":
        same = levels["same letters"]
        u = min(2 * MOVED_SHARE * same["u_probability"] / same["m_probability"], MOVED_SHARE)
    levels[MOVED].update(m_probability=MOVED_SHARE, u_probability=_round(u))


def _blocking_rule(names: Sequence[str], within: bool) -> str:
    rule = " AND ".join(f"l.{name} = r.{name}" for name in names)
    return rule if within else f"{rule} AND l.source <> r.source"


def _estimate_prior(
    engine: Engine, settings: dict[str, Any], filled: Sequence[str], within: bool
) -> dict[str, Any]:
    evidence = [name for name in filled if name in _EVIDENCE or name.startswith("id_")]
    pairs = [(one, other) for one in ("sound", "birth") if one in filled for other in evidence]
    rules = [_blocking_rule(pair, within) for pair in pairs if pair[0] != pair[1]]
    rules = rules or [_blocking_rule([name], within) for name in evidence or ["sound"]]
    # It counts pairs by rule and compares nothing, and reading all comparisons takes its time.
    linker = engine.make_linker(settings | {"comparisons": settings["comparisons"][:1]})
    try:
        linker.training.estimate_probability_two_random_records_match(rules, recall=_RECALL)
        prior = linker.misc.save_model_to_json()["probability_two_random_records_match"]
    except ValueError:  # nearly every pair agrees
        prior = 0.5
    n = engine.n_records
    smallest = 1 / max(n * (n - 1) / 2, 2)
    prior = min(max(prior, smallest), 0.5)
    return settings | {"probability_two_random_records_match": _round(prior)}


def _estimate_u(engine: Engine, settings: dict[str, Any], records: pd.DataFrame) -> dict[str, Any]:
    # They are numbered at random; each engine would draw others.
    drawn = records.head(_RANDOM_RECORDS)
    linker = engine.make_linker(settings, drawn)
    n_pairs = len(drawn) * (len(drawn) - 1) / 2
    linker.training.estimate_u_using_random_sampling(
        max_pairs=n_pairs + 1, min_count_per_level=None, num_chunks=1
    )
    return _bound_shares(linker.misc.save_model_to_json(), settings, n_pairs)


def _estimate_m(
    engine: Engine,
    settings: dict[str, Any],
    filled: Sequence[str],
    exact: Sequence[str],
    within: bool,
) -> dict[str, Any]:
    passes = [
        names for names in _plan_passes(filled) if _is_informative(names, settings["comparisons"])
    ]
    counted = {
        rule: engine.count_pairs(rule)
        for rule in (_blocking_rule(names, within) for names in passes)
    }
    rules = [
        _thin_out(rule, n_pairs, engine.n_records)
        for rule, n_pairs in counted.items()
        if n_pairs >= _FEWEST_PAIRS
    ]
    model = _bound_shares(_maximise(engine, settings, rules), settings, np.inf)
    return _remove_matches(model, build_comparisons(filled, exact, families=False))


def _thin_out(rule: str, n_pairs: int, n_records: int) -> str:
    """Keep about `_TRAINING_PAIRS` pairs: the records are numbered at random."""
    if n_pairs <= _TRAINING_PAIRS:
        return rule
    most = int(n_records * np.sqrt(_TRAINING_PAIRS / n_pairs))
    return f"{rule} AND l.record < {most} AND r.record < {most}"


def _maximise(engine: Engine, settings: dict[str, Any], rules: list[str]) -> dict[str, Any]:
    """Run one pass of expectation-maximisation per rule, and leave out passes that fail."""
    linker = engine.make_linker(settings)
    for rule in rules:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True
            )
        except ValueError:  # a share vanishes
            # The linker is left half changed, so the other passes start again on a new one.
            return _maximise(engine, settings, [other for other in rules if other != rule])
    return linker.misc.save_model_to_json()


def _plan_passes(filled: Sequence[str]) -> list[list[str]]:
    """Plan which fields the pairs of each pass share: each comparison is free in some pass."""
    single = [name for name in filled if name in _CONTACTS or name.startswith("id_")]
    passes = [[name] for name in single]
    if "sound" in filled:
        others = [name for name in ("birth", "district", "postcode") if name in filled]
        passes += [["sound", name] for name in others[:1]] or [["sound"]]
    if "birth" in filled and not single:
        passes.append(["birth"])
    return passes


def _is_informative(names: Sequence[str], compared: list[dict[str, Any]]) -> bool:
    """Whether enough comparisons are independent of what the pairs of a pass share.

    One alone cannot separate matches from coincidences, unless nearly all pairs are matches, as
    among those that share two fields.
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


def _bound_shares(model: dict[str, Any], started: dict[str, Any], n_pairs: float) -> dict[str, Any]:
    """Bound trained shares, and round them so that they do not depend on thread order.

    A level never seen in training keeps the `m` it started with. The `u` estimated from `n_pairs`
    is shrunk towards its start as if by `_PRIOR_PAIRS` more pairs.
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


def _remove_matches(model: dict[str, Any], started: list[dict[str, Any]]) -> dict[str, Any]:
    """Remove the matches among the random pairs from the probability of a coincidence.

    At least `_DOUBT` of them stays: however large the base, agreement in one comparison alone
    gives odds of at most ten to one that two records are the same person. A level that no random
    pair reached keeps the `u` it started with, or as many pairs as there are matches where that is
    less: then agreement in it alone gives even odds.
    """
    prior = model["probability_two_random_records_match"]
    for comparison, first in zip(model["comparisons"], started, strict=True):
        starts = first["comparison_levels"]
        for level, start in zip(comparison["comparison_levels"], starts, strict=True):
            if level.get("is_null_level"):
                continue
            matches = prior * level["m_probability"]
            if np.isclose(level["u_probability"], start["u_probability"], rtol=1e-6, atol=0):
                u = min(start["u_probability"], matches)
            else:
                u = (level["u_probability"] - matches) / (1 - prior)
            level["u_probability"] = _round(min(max(u, matches * _DOUBT), 1.0))
    return model


def _round(value: float) -> float:
    return float(np.format_float_scientific(value, precision=9))


def score_pairs(engine: Engine, model: Model, position: NDArray, *, floor: float) -> pd.DataFrame:
    """Score the candidate pairs, and keep those whose probability reaches `floor`.

    Parameters
    ----------
    engine : Engine
        Holds the records.
    model : Model
        Result of `train_model`.
    position : array of int
        Positions of the engine's records in the table of the caller, by number.
    floor : float
        Probability in (0, 1).

    Returns
    -------
    DataFrame
        ``a`` and ``b``, positions of two records with a < b, ``match_weight`` (bits) and
        ``probability``, sorted by a and b.
    """
    linker = engine.make_linker(model.settings)
    found = linker.inference.predict(threshold_match_probability=floor)
    pairs = engine.fetch(found, ["record_l", "record_r", "match_weight"])
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
