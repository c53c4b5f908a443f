"""For tests and for the examples in crmlab: what one leaves open on the screen is closed."""

import gc
import os
import sys

import pytest

# Before anything imports numpy, and for all processes below. The workers share the cores: threads
# of one library would wait for each other, and wait busily, which takes many times their work.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def closed_figures():
    """Close what was drawn, where anything drew."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


def pytest_collection_finish():
    """Leave what is there for the whole run out of each search for garbage."""
    gc.collect()
    gc.freeze()
