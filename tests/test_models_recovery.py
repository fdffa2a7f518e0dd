"""The fits find the truth: 20 simulated sets of 5,000 customers a model, and forecasts scored against known lives."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from clvlib.models import BDW, BGBB, BGNBD, MBGNBD, SBG, GammaGamma, ParetoNBD

pytestmark = pytest.mark.slow

SETS, CUSTOMERS = 20, 5_000
# Parameters published for CDNOW. Where one-time buyers may be gone, too, its 39 weeks are short to tell a from b, or s
# from beta.
WORLDS = {
    BGNBD: BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426),
    MBGNBD: MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614),
    ParetoNBD: ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669),
    GammaGamma: GammaGamma(p=6.25, q=3.74, gamma=15.44),
    SBG: SBG(alpha=0.668, beta=3.806),
    BDW: BDW(gamma=0.5, delta=2, c=1.4),
    BGBB: BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78),
}


@cache
def fitted(model):
    """The world's fits to its simulated sets."""
    return [model.fit(_data(WORLDS[model], seed)) for seed in range(SETS)]


def _data(world, seed):
    if isinstance(world, SBG | BDW):
        lifetime = world.simulate(CUSTOMERS, seed)["lifetime"]
        return [(lifetime > period).sum() for period in range(9)]
    if isinstance(world, GammaGamma):
        return world.simulate(CUSTOMERS, seed, frequency=np.arange(CUSTOMERS) % 5)
    if isinstance(world, BGBB):
        return world.simulate(CUSTOMERS, seed, T=10)
    return world.simulate(CUSTOMERS, seed, T=39 if type(world) is BGNBD else 104, holdout=39)


def _misses(model):
    """Estimate less truth in standard errors, on the log scale of the fit: a set a row, a parameter a column."""
    truth = np.array(list(WORLDS[model].parameters.values()))
    estimates = np.array([list(fit.parameters.values()) for fit in fitted(model)])
    errors = np.array([list(fit.standard_errors.values()) for fit in fitted(model)])
    return np.log(estimates / truth) / (errors / estimates)


@pytest.mark.parametrize("model", list(WORLDS))
def test_true_parameters_lie_within_standard_errors_as_often_as_they_should(model):
    misses = abs(_misses(model))
    assert (misses < 3).mean() >= 0.97  # 99.7 % expected: at most 1 or 2 misses in 40 to 80
    assert 0.50 < (misses < 1).mean() < 0.84  # 68 % expected; 40 to 80 values, not independent of one another


@pytest.mark.parametrize("model", list(WORLDS))
def test_estimates_do_not_lean_to_one_side(model):
    assert (abs(_misses(model).mean(axis=0)) < 3 / SETS**0.5).all()


@pytest.mark.parametrize("model", list(WORLDS))
def test_every_fit_of_a_large_set_converged_without_a_boundary(model):
    for fit in fitted(model):
        assert "Not converged" not in fit.diagnosis
        assert "Boundary" not in fit.diagnosis


@pytest.mark.parametrize("model", [BGNBD, MBGNBD, ParetoNBD])
@pytest.mark.parametrize(("promise", "outcome"), [("p_alive", "alive"), ("forecast", "holdout_frequency")])
def test_fitted_p_alive_and_forecast_are_calibrated_by_decile(model, promise, outcome):
    gaps = []
    for seed, fit in enumerate(fitted(model)):
        shop = _data(WORLDS[model], seed)
        repeaters = shop[shop["frequency"] > 0]
        history = repeaters["frequency"], repeaters["recency"], repeaters["T"]
        said = fit.p_alive(*history) if promise == "p_alive" else fit.expected_purchases(39, *history)
        decile = pd.qcut(said, 10, labels=False)
        gaps.append((repeaters[outcome] - said).groupby(decile).mean())
    gaps = np.array(gaps)
    assert gaps.shape == (SETS, 10)
    # each fit errs a little in all its deciles at once, so the sets, not the customers, are the sample
    assert (abs(gaps.mean(axis=0)) < 4 * gaps.std(axis=0, ddof=1) / SETS**0.5).all()
    if promise == "p_alive":
        assert (abs(gaps.mean(axis=0)) < 0.03).all()  # about 4,000 customers a decile: their standard error is 0.008


@pytest.mark.parametrize("world", [WORLDS[BGNBD], WORLDS[MBGNBD], WORLDS[ParetoNBD]])
def test_at_the_true_parameters_p_alive_and_forecast_are_calibrated(world):
    shop = world.simulate(200_000, seed=101, T=39, holdout=39)
    repeaters = shop[shop["frequency"] > 0]
    history = repeaters["frequency"], repeaters["recency"], repeaters["T"]
    for said, came in (
        (world.p_alive(*history), repeaters["alive"]),
        (world.expected_purchases(39, *history), repeaters["holdout_frequency"]),
    ):
        by_decile = (came - said).groupby(pd.qcut(said, 10, labels=False))
        assert (abs(by_decile.mean()) < 4 * by_decile.std() / by_decile.size() ** 0.5).all()


def test_one_time_buyers_of_the_bgnbd_are_all_alive():
    shop = WORLDS[BGNBD].simulate(CUSTOMERS, seed=102)
    assert shop.loc[shop["frequency"] == 0, "alive"].all()
