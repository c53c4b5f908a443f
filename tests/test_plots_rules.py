"""Pictures of rules show their table and say which may be chance."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex
from plot_rule_cases import rules

from crmlab import InputError
from crmlab.plots import plot_rules


@pytest.fixture(autouse=True)
def _no_window(monkeypatch):
    plt.switch_backend("agg")
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot must not show itself"))


def labels(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def test_the_more_confident_of_two_mirrored_rules_is_drawn():
    ax = plot_rules(rules())
    assert labels(ax) == ["bread + soap → 빵", "butter → bread"]  # the first one on top
    assert ax.collections[0].get_offsets().tolist() == [[1.25, 0], [2.0, 1]]
    long = plot_rules(rules().assign(antecedent="x" * 30).head(1))
    assert labels(long) == ["x" * 30 + "\n→ butter"]
    assert [text.get_text() for text in ax.texts] == ["20%", "60%"]
    assert ax.get_title() == "bread with butter: 2 times as often as by chance; 1 of 2 are sure"


def test_what_may_be_chance_is_hollow_and_told():
    filled = [to_hex(colour) for colour in plot_rules(rules()).collections[0].get_facecolors()]
    assert filled == ["#ffffff", "#0173b2"]
    ax = plot_rules(rules(), max_q=0.0001)
    assert ax.get_title() == "Each of these 2 rules may be chance"


def test_sequences_have_a_direction():
    later = rules().assign(lag_median=9.0, antecedent=["a", "b", "c"], consequent=["b", "a", "d"])
    ax = plot_rules(later, n_rules=2)
    assert labels(ax) == ["b → a", "a → b"]
    assert ax.get_title() == "b after a: 2 times as often as after other items; 2 of 2 are sure"
    assert ax.get_xlabel().startswith("times as often as after other items")


def test_what_cannot_be_drawn():
    with pytest.raises(InputError, match=r"`n_rules` must be .*at least 1; got 0"):
        plot_rules(rules(), n_rules=0)
    with pytest.raises(InputError, match=r"`max_q` must be in \[0, 1\]; got 2"):
        plot_rules(rules(), max_q=2)
