"""The way of one file through `crmlab.loaders`: which rooms it enters, in which order.

    python benchmarks/code_path.py

A room is a folder of `crmlab/loaders`, or a module beside the folders. Calls inside one room count
as one visit, and helpers outside `loaders` are passed over. A stage that data pass once is entered
once; a room that comes again after others is a return.
"""

import functools
import sys
import tempfile
from collections import Counter
from pathlib import Path

import crmlab.loaders

LOADERS = Path(crmlab.loaders.__file__).parent
# With a text of every kind: dates, amounts with a sign, ids, flags, a return, a faulty row.
ORDERS = """고객,일자,금액,order_id,quantity,is_return
007,2024-01-05,"₩12,000",o1,1,no
007,2024-02-05,"₩1,500",o2,2,no
008,2024-02-30,₩900,o3,1,no
009,2024-03-01,₩900,o4,1,yes
"""
COLUMNS = {"고객": "customer_id", "일자": "date", "금액": "amount"}


@functools.cache  # a call of Python is much shorter than a look at its path
def name_room(filename: str) -> str | None:
    """The room of a source file, or None outside of `loaders`; the entrance is no room."""
    path = Path(filename)
    if not path.is_relative_to(LOADERS) or path == LOADERS / "__init__.py":
        return None
    return path.relative_to(LOADERS).parts[0].removesuffix(".py")


def trace_rooms(call) -> list[str]:
    """The rooms that a call enters, consecutive visits of one merged."""
    visits: list[str] = []

    def note(frame, event, _):
        if event == "call":
            room = name_room(frame.f_code.co_filename)
            if room is not None and (not visits or visits[-1] != room):
                visits.append(room)

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return visits


def main() -> None:
    """Trace one audit of one file and print what it passed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.csv")
        path.write_text(ORDERS, encoding="utf-8")

        def audit():
            found = crmlab.audit_transactions(path, columns=COLUMNS)
            assert (found.rows_read, found.rows_valid) == (4, 3)

        audit()  # imports
        visits = trace_rooms(audit)
    counted = Counter(visits)
    print(" > ".join(visits))
    returns = len(visits) - len(counted)
    print(f"{len(counted)} rooms, entered {len(visits)} times: {returns} returns")


if __name__ == "__main__":
    main()
