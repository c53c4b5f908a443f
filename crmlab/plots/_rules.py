"""Pictures of what is bought together, and of what is bought later."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_count, check_fraction
from crmlab.plots._canvas import BLUE, INK, check_table, finish, make_axes, note, percent

__all__ = ["plot_rules"]

_NEEDED = ["antecedent", "consequent", "confidence", "lift", "q_value"]


def plot_rules(
    rules: pd.DataFrame, *, n_rules: int = 10, max_q: float = 0.05, ax: Axes | None = None
) -> Axes:
    """Draw how many times as often as by chance the first rules of a table come true.

    A filled dot is a rule that chance would hardly make; a hollow one may well be chance. Of a
    rule and its reverse, which have one lift, the more confident one is drawn.

    Parameters
    ----------
    rules : DataFrame
        As `cross_sell.association_rules` or `cross_sell.sequential_rules` returns it, in the order
        in which they are to be drawn: `antecedent`, `consequent`, `confidence`, `lift`, `q_value`.
    n_rules : int, default=10
        Most rules drawn.
    max_q : float, default=0.05
        Largest `q_value` of a filled dot, in [0, 1].
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `rules` has no rows, or an option is out of range.

    Examples
    --------
    >>> from crmlab.cross_sell import association_rules
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> rules = association_rules(
    ...     company.transactions, min_support=0.001, min_confidence=0, max_len=2,
    ...     products=company.products, level="category",
    ... )
    >>> plot_rules(rules).get_title()
    'science kits with board games: 1.8 times as often as by chance; 3 of 10 are sure'
    """
    check_table("rules", rules, _NEEDED)
    check_count("n_rules", n_rules)
    check_fraction("max_q", max_q)
    later = "lag_median" in rules
    first = rules if later else _once(rules)
    first = first.head(n_rules).iloc[::-1]
    sure = first["q_value"] <= max_q
    ax = make_axes(ax)
    ax.axvline(1, color=INK, linestyle="--", linewidth=0.8)
    rows = range(len(first))
    ax.scatter(
        first["lift"], rows, s=40, zorder=3, edgecolors=BLUE, clip_on=False,
        facecolors=[BLUE if one else "white" for one in sure],
    )  # fmt: skip
    for row, (lift, share) in enumerate(zip(first["lift"], first["confidence"], strict=True)):
        note(ax, percent(share), (lift, row), (8, 0), ha="left", va="center")
    names = zip(first["antecedent"], first["consequent"], strict=True)
    ax.set_yticks(rows, [_write(_name(a), _name(b)) for a, b in names], fontsize=8)
    ax.margins(x=0.15)
    after = "after other items" if later else "by chance"
    ax.xaxis.grid(True, alpha=0.3)
    x = f"times as often as {after}, and confidence (%)"
    return finish(ax, title=_tell(first[::-1], max_q, after), x=x, y="rule", grid=False)


def _once(rules: pd.DataFrame) -> pd.DataFrame:
    """Of each rule and its reverse the more confident one, at the place of the first."""
    pairs = [frozenset(map(_name, pair)) for pair in rules[["antecedent", "consequent"]].to_numpy()]
    place = pd.Series(pd.factorize(pd.Series(pairs, dtype=object))[0], index=rules.index)
    ranked = rules.assign(place=place).sort_values("confidence", ascending=False, kind="stable")
    return ranked.drop_duplicates("place").sort_values("place", kind="stable")


def _name(items: Any) -> str:
    return " + ".join(map(str, items)) if isinstance(items, tuple) else str(items)


def _write(antecedent: str, consequent: str) -> str:
    """A rule on one line, or on two where that would leave no room for its dot."""
    gap = "\n" if len(antecedent) + len(consequent) > 30 else " "
    return f"{antecedent}{gap}→ {consequent}"


def _tell(first: pd.DataFrame, max_q: float, after: str) -> str:
    sure = first[first["q_value"] <= max_q]
    if sure.empty:
        return f"Each of these {len(first)} rules may be chance"
    top = sure.iloc[0]
    word = "after" if after.endswith("items") else "with"
    said = f"{_name(top['consequent'])} {word} {_name(top['antecedent'])}"
    return (
        f"{said}: {top['lift']:.2g} times as often as {after}; {len(sure)} of {len(first)} are sure"
    )
