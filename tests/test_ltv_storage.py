"""Models kept as readable files."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from crmlab.customer_base import rfm_summary
from crmlab.datasets import load_cdnow
from crmlab.ltv import (
    NBD,
    BetaDiscreteWeibull,
    BetaGeoBetaBinomial,
    BetaGeoNBD,
    GammaGamma,
    ModifiedBetaGeoNBD,
    ParetoNBD,
    ShiftedBetaGeometric,
    load_model,
    save_model,
)

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]


def cdnow():
    return rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30", unit="W")


def periods():
    model = BetaGeoBetaBinomial.from_params(alpha=1.2, beta=0.8, gamma=0.7, delta=2.8, unit="Y")
    return model.simulate(3000, n_periods=6, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "data"),
    [
        pytest.param(BetaGeoNBD(), cdnow, id="bg"),
        pytest.param(ModifiedBetaGeoNBD(), cdnow, id="mbg"),
        pytest.param(ParetoNBD(penalty=0.001), cdnow, id="pareto"),
        pytest.param(NBD(unit="W"), cdnow, id="nbd"),
        pytest.param(BetaGeoBetaBinomial(), periods, id="bgbb"),
        pytest.param(GammaGamma(correlated="adjust"), cdnow, id="spend"),
        pytest.param(ShiftedBetaGeometric(period="Y"), lambda: HIGH_END, id="sbg"),
        pytest.param(BetaDiscreteWeibull(period="Y"), lambda: HIGH_END, id="bdw"),
    ],
)
def test_a_model_comes_back_to_the_last_digit(model, data, tmp_path):
    model.fit(data())
    save_model(model, tmp_path / "model.json")
    again = load_model(tmp_path / "model.json")
    assert type(again) is type(model)
    assert again.unit_ == model.unit_
    assert again.get_params() == model.get_params()
    pd.testing.assert_series_equal(again.params_, model.params_, check_exact=True)
    pd.testing.assert_frame_equal(again.covariance_, model.covariance_, check_exact=True)
    pd.testing.assert_frame_equal(again.parameter_intervals(), model.parameter_intervals())
    assert again.log_likelihood_ == model.log_likelihood_
    for name in model._NAMES:
        assert getattr(again, f"{name}_") == getattr(model, f"{name}_")


def test_a_loaded_model_with_covariates_predicts_the_same(tmp_path):
    rng = np.random.default_rng(0)
    summary = cdnow().assign(age=rng.normal(40, 10, 2357))
    model = BetaGeoNBD(purchase_covariates=["age"]).fit(summary)
    save_model(model, tmp_path / "model.json")
    again = load_model(tmp_path / "model.json")
    pd.testing.assert_series_equal(
        again.expected_purchases(summary, 39), model.expected_purchases(summary, 39)
    )


def test_the_file_is_plain_text_with_the_parameters_by_name(tmp_path):
    path = tmp_path / "model.json"
    save_model(BetaGeoNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W"), path)
    content = json.loads(path.read_text())
    assert content["model"] == "BetaGeoNBD"
    assert content["params"] == {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert not hasattr(load_model(path), "covariance_")


def test_an_unfitted_model_is_not_saved(tmp_path):
    with pytest.raises(NotFittedError, match="Call `fit`"):
        save_model(BetaGeoNBD(), tmp_path / "model.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("no json", "written by `save_model`", id="no json"),
        pytest.param("[1]", "written by `save_model`", id="a list"),
        pytest.param('{"a": 1}', "written by `save_model`", id="another file"),
        pytest.param(
            '{"format": 9, "model": "NBD", "params": {}, "unit": null, "options": {}}',
            "holds 9. Save the model again",
            id="a later format",
        ),
        pytest.param(
            '{"format": 1, "model": "Nbd", "params": {}, "unit": null, "options": {}}',
            "`model` must be one of .* Did you mean 'NBD'",
            id="an unknown model",
        ),
        pytest.param(
            '{"format": 1, "model": "NBD", "params": {"r": 1.0}, "unit": null, "options": {},'
            ' "facts": {}}',
            "lacks",
            id="a parameter missing",
        ),
    ],
)
def test_other_files_are_refused(text, message, tmp_path):
    path = tmp_path / "model.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_model(path)
