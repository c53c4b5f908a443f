"""A missing package is named together with the extra that brings it."""

import pickle
import re

import pytest

from crmlab._optional import MissingExtraError, need, needing


def test_need_returns_the_module():
    import matplotlib.pyplot as plt

    assert need("matplotlib.pyplot", extra="plots") is plt


def test_need_names_the_package_and_the_command():
    remedy = re.escape(
        'not installed. Install the extra that brings it: pip install "crmlab[plots]".'
    )
    with pytest.raises(MissingExtraError, match=f"'no_such_package', which is {remedy}") as caught:
        need("no_such_package.inside", extra="plots")
    assert isinstance(caught.value, ImportError)
    assert (caught.value.name, caught.value.extra) == ("no_such_package", "plots")


def test_the_outermost_extra_is_named():
    with pytest.raises(MissingExtraError, match=re.escape("crmlab[workbook]")), needing("workbook"):
        need("no_such_package", extra="plots")


def test_a_lost_module_of_crmlab_is_not_a_missing_extra():
    with pytest.raises(ModuleNotFoundError, match=re.escape("crmlab._no_such_module")) as caught:
        need("crmlab._no_such_module", extra="plots")
    assert not isinstance(caught.value, MissingExtraError)


def test_the_error_can_be_pickled():
    copy = pickle.loads(pickle.dumps(MissingExtraError("splink", "identity")))
    assert (copy.name, copy.extra) == ("splink", "identity")
    assert str(copy) == str(MissingExtraError("splink", "identity"))
