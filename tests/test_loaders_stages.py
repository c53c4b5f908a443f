"""A file passes the stages of reading once, in their order."""

import pandas as pd
import pytest
from ltv_cases import benchmark

import crmlab

code_path = benchmark("code_path")
# The header is read before the rows, so that a wrong mapping costs no more than that.
STAGES = ["_sources", "_header", "_sources", "_columns", "_rules"]


def stages_of(call):
    return [room for room in code_path.trace_rooms(call) if room != "_options"]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_a_file_passes_each_stage_once(tmp_path, suffix):
    frame = pd.DataFrame(
        {"customer_id": ["1", " 2"], "date": ["2024-01-05", "5.1.24"], "amount": ["₩5", "?"]}
    )
    path = tmp_path / f"orders.{suffix}"
    {"csv": frame.to_csv, "parquet": frame.to_parquet, "xlsx": frame.to_excel}[suffix](
        path, index=False
    )
    # Where a row is at fault, its line is looked up in the source once more.
    assert stages_of(lambda: crmlab.audit_transactions(path)) == [*STAGES, "_sources", "_rules"]


@pytest.mark.slow
def test_a_stage_entered_again_is_seen():
    frame = pd.DataFrame({"customer_id": [1], "date": ["2024-01-05"], "amount": [5]})

    def twice():
        for _ in range(2):
            crmlab.read_transactions(frame)

    assert stages_of(twice) == 2 * STAGES
