"""For tests and for the examples in crmlab: what one leaves open on the screen is closed."""

import gc
import sys

import pytest


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
