"""What a template shows: tables, pictures and words, or what to say instead."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from crmlab.datasets import load_cdnow
from crmlab.loaders import audit_transactions
from crmlab.plots import plot_frequency
from crmlab.reports import (
    audit_lines,
    company_tables,
    orders_source,
    show_list,
    show_plot,
    show_table,
    show_text,
)

TABLE = pd.DataFrame({"n": [1, 2]}, index=["a", "<b>"])


@pytest.fixture
def shown(monkeypatch):
    """Everything that is displayed, in order."""
    found = []
    monkeypatch.setattr("IPython.display.display", found.append)
    return found


def test_a_table_stands_below_its_introduction(shown):
    show_table(TABLE, intro="Counts.", otherwise="None.")
    assert shown[0].data == "Counts."
    assert shown[1] is TABLE


def test_a_table_without_rows_gives_way_to_words(shown):
    show_table(TABLE.head(0), intro="Counts.", otherwise="None.")
    show_table(TABLE.head(0), intro="Counts.")
    assert [each.data for each in shown] == ["None."]


def test_a_folded_table_is_escaped(shown):
    show_table(TABLE, folded="2 <rows>")
    html = shown[0].data
    assert html.startswith("<details><summary>2 &lt;rows&gt;</summary>")
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_a_plot_is_drawn_at_its_size_or_given_up(shown, monkeypatch):
    sizes = []
    monkeypatch.setattr(plt, "show", lambda: sizes.append(plt.gcf().get_size_inches().tolist()))
    table = pd.DataFrame({"frequency": [0, 1]})
    show_plot(plot_frequency, table, figsize=(5, 3))
    show_plot(plot_frequency, table.head(0), figsize=(5, 3), otherwise="Nobody.")
    assert sizes == [[5, 3]]
    assert [each.data for each in shown] == ["Nobody."]


def test_what_comes_from_data_stays_text_in_a_list(shown):
    show_list(["**Money.** <script> of $ 5 & more", "two"])
    assert shown[0].data == "- **Money.** &lt;script&gt; of &#36; 5 &amp; more\n- two"


def test_nothing_to_say_shows_nothing(shown):
    show_text("")
    show_list([])
    assert shown == []


def test_a_bundled_set_is_loaded_by_its_name_and_a_file_is_left_to_its_reader():
    assert len(orders_source("cdnow")) == len(load_cdnow())
    assert orders_source("orders.csv") == "orders.csv"


def test_the_company_brings_its_tables_and_a_given_one_wins():
    given = {"identities": None, "consents": "answers.csv"}
    assert company_tables("orders.csv", **given) == given
    tables = company_tables("company", **given)
    assert tables["consents"] == "answers.csv"
    assert list(tables["identities"]["source"].unique()) != []
    assert len(tables["tables"]) == 16


@pytest.mark.slow
def test_an_audit_is_put_into_lines():
    orders = pd.DataFrame(
        {"customer_id": ["1", None], "date": ["2024-01-05"] * 2, "amount": ["₩1,200", "₩5"]}
    )
    lines = audit_lines(audit_transactions(orders), "KRW")
    assert lines[:2] == [
        "2 rows read: 1 counts, 0 left out, 1 at fault",
        "1 customer id, 2024-01-05 to 2024-01-05, KRW 1,200.00 in all",
    ]
    assert any(line.startswith("amount: read as ") for line in lines)
    nothing = audit_lines(audit_transactions(orders.tail(1)), "KRW")
    assert nothing[0] == "1 row read: 0 count, 0 left out, 1 at fault"
    assert not any("in all" in line for line in nothing)
