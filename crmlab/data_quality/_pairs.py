"""Pairs of records for people to judge, with the personal fields masked."""

from dataclasses import dataclass, field

import pandas as pd
from scipy.stats import binomtest

from crmlab.data_quality._linked import KEY, LinkedRecords
from crmlab.data_quality._tables import without_rows
from crmlab.identity import Linkage, sample_pairs, side_by_side
from crmlab.privacy import mask

__all__ = ["Pairs", "choose_pairs"]

_FIELDS = ["name", "phone", "birth_date", "given_name", "surname"]  # shown of a record
_ON_EACH_SIDE = 6  # of the threshold
_SAMPLED = 50
_DOUBTFUL = (0.5, 0.99)
# What is masked stays on one line.
_UNBROKEN = {"-": "\N{NON-BREAKING HYPHEN}", "*": "\N{WORD JOINER}*\N{WORD JOINER}"}


@dataclass(frozen=True)
class Pairs:
    """Pairs of records that people should look at.

    Without records all numbers are 0 and all tables empty. In the tables of pairs each cell holds
    both records, "one / the other": `record` (system and id) and what there is of name, phone and
    birth date, masked unless asked for.

    Attributes
    ----------
    reason : str
        Why there are none; empty where there are.
    n_scored, n_linked, n_doubtful : int
        Pairs that were scored, those linked, and those with a probability from 50 % to 99 %.
    expected_wrong, expected_missed : float
        Wrong links among the linked pairs and missed ones among the others, in the model's own
        view.
    closest : DataFrame
        The pairs just above and just below the threshold; index `probability` ("91.2%, linked").
    explanation : DataFrame
        Why the first of them got its probability: index `compared`; `level` (of agreement),
        `match_weight` (bits) and `probability` (so far).
    strata : DataFrame
        Index `probability` (in words); `pairs`, `expected_right` (pairs, in the model's own view)
        and `to_check` (pairs sampled).
    sample : DataFrame
        Pairs to be checked by hand, in an order that does not tell which are linked.
    limits : DataFrame
        Index `pairs_checked`; for "none wrong", "one wrong" and "two wrong" the share of right
        pairs that is exceeded with 97.5 % confidence.
    """

    reason: str = "Not checked: this needs `identities`."
    n_scored: int = 0
    n_linked: int = 0
    n_doubtful: int = 0
    expected_wrong: float = 0.0
    expected_missed: float = 0.0
    closest: pd.DataFrame = field(default_factory=without_rows("probability", "record"), repr=False)
    explanation: pd.DataFrame = field(
        default_factory=without_rows("compared", "level", "match_weight", "probability"), repr=False
    )
    strata: pd.DataFrame = field(
        default_factory=without_rows("probability", "pairs", "expected_right", "to_check"),
        repr=False,
    )
    sample: pd.DataFrame = field(default_factory=without_rows("no.", "record"), repr=False)
    limits: pd.DataFrame = field(
        default_factory=without_rows("pairs_checked", "none wrong", "one wrong", "two wrong"),
        repr=False,
    )

    def caveat(self) -> str:
        """What the model expects of its own links, and why that is not a proof."""
        if self.reason:
            return ""
        return (
            f"The model itself expects {self.expected_wrong:,.1f} wrong links among "
            f"{self.n_linked:,} pairs, and {self.expected_missed:,.1f} missed among the pairs it "
            "scored. That is its own view and not a proof: pairs it never compared are in no "
            "count, and where the model is wrong, so is its view. The truth is not known here. "
            "The share of right links can only be judged by hand."
        )


def choose_pairs(linked: LinkedRecords, *, show_personal: bool) -> Pairs:
    """Choose, lay out and explain the pairs to look at."""
    linkage = linked.linkage
    pairs = linkage.pairs
    is_linked = pairs["probability"] >= linkage.threshold
    near = [pairs[is_linked].tail(_ON_EACH_SIDE), pairs[~is_linked].head(_ON_EACH_SIDE)]
    closest = pd.concat(near)
    records = _readable_records(linked.people, show_personal=show_personal)
    strata, sample = _sample(linkage, records)
    return Pairs(
        reason="" if len(pairs) else "No two records are alike enough to be a pair.",
        n_scored=len(pairs),
        n_linked=int(is_linked.sum()),
        n_doubtful=int(pairs["probability"].between(*_DOUBTFUL).sum()),
        expected_wrong=float((1 - pairs["probability"][is_linked]).sum()),
        expected_missed=float(pairs["probability"][~is_linked].sum()),
        closest=_name_pairs(_join_pairs(closest, records), closest, is_linked),
        explanation=_explain_first(linkage, closest),
        strata=strata,
        sample=sample,
        limits=_check_limits(),
    )


def _readable_records(people: pd.DataFrame, *, show_personal: bool) -> pd.DataFrame:
    """The key of each record and what may be shown of it, as text."""
    fields = [name for name in _FIELDS if name in people]
    shown, ids = people[[*KEY, *fields]], people["source_id"].astype("str")
    if not show_personal:
        shown = mask(shown)
        # An id that is itself a mail address or a phone number is hidden like one.
        ids = mask(ids.to_frame(), columns={"source_id": "identifier"})["source_id"]
        for name in shown.columns.intersection(["name", "phone"]):
            for mark, unbroken in _UNBROKEN.items():
                shown[name] = shown[name].str.replace(mark, unbroken)
    shown = shown.assign(record=people["source"] + "\N{NO-BREAK SPACE}" + ids)
    shown = shown[[*KEY, "record", *fields]]
    return shown.fillna(dict.fromkeys(["record", *fields], ""))


def _join_pairs(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Both records of each pair in one cell for each field."""
    both = side_by_side(pairs, records).astype("str")
    names = [name for name in records if name not in KEY]
    table = pd.DataFrame({name: both[f"{name}_a"] + " / " + both[f"{name}_b"] for name in names})
    table.columns = table.columns.str.replace("_", " ")
    return table


def _name_pairs(table: pd.DataFrame, pairs: pd.DataFrame, is_linked: pd.Series) -> pd.DataFrame:
    """The table with its pairs named by their probability."""
    if table.empty:
        return Pairs().closest
    said = is_linked[pairs.index].map({True: ", linked", False: ", not"})
    names = pairs["probability"].map("{:.1%}".format) + said
    return table.set_axis(pd.Index(names, name="probability"))


def _explain_first(linkage: Linkage, pairs: pd.DataFrame) -> pd.DataFrame:
    if pairs.empty:
        return Pairs().explanation
    first = pairs.iloc[0]
    one, other = ((first[f"source_{side}"], first[f"source_id_{side}"]) for side in "ab")
    why = linkage.explain(one, other)[["level", "match_weight", "probability"]]
    why.index = why.index.str.replace("_", " ")
    return why.rename_axis("compared")


def _sample(linkage: Linkage, records: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The strata of the sample, and its pairs in the order of their records."""
    if linkage.pairs.empty:
        return Pairs().strata, Pairs().sample
    sample = sample_pairs(linkage, n_pairs=_SAMPLED)
    strata = sample.groupby("stratum", sort=False).agg(
        pairs=("n_stratum", "first"),
        expected_right=("expected_right", "first"),
        to_check=("linked", "size"),
    )
    listed = _join_pairs(sample, records)
    # By the records: an order that does not tell what the model thinks of a pair.
    order = side_by_side(sample, records).sort_values(["record_a", "record_b"]).index
    listed = listed.loc[order].set_axis(range(1, len(listed) + 1)).rename_axis("no.")
    return strata.rename_axis("probability"), listed


def _check_limits() -> pd.DataFrame:
    """What a check of so many pairs can show at best, by the exact binomial limits."""
    table = pd.DataFrame(
        {
            label: {
                n: binomtest(n - wrong, n).proportion_ci(method="exact").low
                for n in (12, 50, 100, 300, 1000)
            }
            for wrong, label in enumerate(["none wrong", "one wrong", "two wrong"])
        }
    )
    return table.rename_axis("pairs_checked")
