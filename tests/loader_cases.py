"""Orders to read, and what the tests of the loaders ask of each report."""

import pandas as pd

from crmlab.loaders import audit_transactions, read_transactions

NAMES = ["customer_id", "date", "amount"]
HEADER = ",".join(NAMES)
ROW = "a,2024-01-05,5"
STAMP = pd.Timestamp


def orders(**columns):
    """Two customers, two days, two amounts, with the given columns instead or besides."""
    plain = {"customer_id": ["a", "b"], "date": ["2024-01-05", "2024-01-06"], "amount": [5.0, 7.5]}
    return pd.DataFrame(plain | columns)


def stored(path, text, encoding="utf-8"):
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def csv(folder, *lines, header=HEADER, name="orders.csv", end="\n"):
    """Lines under the usual header, stored in a folder; returns the path."""
    return stored(folder / name, end.join([header, *lines]) + end)


def audited(source, **options):
    """The quality report, after the identity that must hold whatever was read."""
    report = audit_transactions(source, **options)
    counted = report.rows_valid + report.rows_left_out + report.rows_quarantined
    assert report.rows_read == counted
    assert len(report.quarantined) == report.rows_quarantined
    assert report.quarantined["reason"].str.len().gt(0).all()
    if options.get("returns") != "drop":
        assert len(report.valid.to_pandas()) == report.rows_valid
    return report


def read(source, **options):
    """The valid rows of a source that has no others, in the order of customers and amounts."""
    table = read_transactions(source, **options).to_pandas()
    return table.sort_values(["customer_id", "amount"], ignore_index=True)


def reasons(report, column="customer_id"):
    """Why each row was left out, by the owner's column."""
    return dict(zip(report.quarantined[column], report.quarantined["reason"], strict=True))


def broken_rules(report):
    return report.by_rule.query("n_rows > 0").set_index("rule")["n_rows"].to_dict()
