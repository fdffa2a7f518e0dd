"""Uncertainty of estimates and forecasts: draws against the likelihood, intervals against simulated outcomes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, chi2

from clvlib.models import BGNBD, SBG, GammaGamma, ParetoNBD

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
WORLD = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
PARETO = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)


@pytest.fixture(scope="module")
def cdnow():
    return pd.read_csv(Path(__file__).parent.parent / "datasets" / "cdnow_summary.csv")


# Draws of the parameters


def test_covariance_holds_the_standard_errors(cdnow):
    fit = BGNBD.fit(cdnow)
    assert fit.covariance.index.tolist() == fit.covariance.columns.tolist() == ["r", "alpha", "a", "b"]
    assert np.sqrt(np.diag(fit.covariance)).tolist() == pytest.approx(list(fit.standard_errors.values()))
    assert fit.covariance.to_numpy() == pytest.approx(fit.covariance.T.to_numpy())


def test_covariance_is_the_inverse_of_the_curvature_of_the_log_likelihood(cdnow):
    fit = GammaGamma.fit(cdnow)
    top, step = np.array(list(fit.parameters.values())), 1e-3

    def height(*moves):
        return GammaGamma(*(top * (1 + step * sum(moves)))).log_likelihood_of(cdnow)

    unit = np.eye(3)
    bend = [
        [height(i, j) - height(i, -j) - height(-i, j) + height(-i, -j) for j in unit] / (4 * step**2 * top) / top[k]
        for k, i in enumerate(unit)
    ]
    assert fit.covariance.to_numpy() == pytest.approx(np.linalg.inv(-np.array(bend)), rel=1e-3)


def test_unbounded_parameters_have_infinite_variance():
    shop = WORLD.simulate(300, seed=1, T=52)
    fit = ParetoNBD.fit(shop)
    assert np.isinf(np.diag(fit.covariance)).tolist() == [False, False, True, True]
    assert fit.covariance.loc["r", ["s", "beta"]].isna().all()
    assert np.isnan(fit.covariance.loc["s", "beta"])
    assert np.isfinite(fit.covariance.loc["r", "alpha"])


@pytest.mark.parametrize(("model", "ridge"), [(BGNBD, False), (ParetoNBD, True)])
def test_the_log_likelihood_falls_among_the_draws_as_half_a_chi_square(model, ridge):
    """To its end on a ridge, too, where the curvature at the top knows nothing of it."""
    shop = WORLD.simulate(300, seed=1, T=52)
    fit = model.fit(shop)
    assert ("Flat ridge" in fit.diagnosis) is ridge
    draws = fit.draws(200, seed=1)
    falls = np.array([fit.log_likelihood - model(*row).log_likelihood_of(shop) for row in draws.to_numpy()])
    for share in (0.5, 0.8, 0.9):
        assert (falls < chi2(4).ppf(share) / 2).mean() == pytest.approx(share, abs=0.07)
    assert draws.columns.tolist() == list(fit.parameters)


def test_draws_along_a_ridge_reach_from_the_estimate_to_its_end():
    shop = WORLD.simulate(300, seed=1, T=52)
    draws = ParetoNBD.fit(shop).draws(200, seed=1)
    assert draws["s"].min() < 0.5
    assert draws["s"].max() > 1000
    assert (np.log(draws["beta"] / draws["s"]).quantile([0.05, 0.95]).diff().iloc[-1]) < 3


def test_draws_of_a_model_with_given_parameters_are_these():
    assert (WORLD.draws(3, seed=1) == list(WORLD.parameters.values())).all(axis=None)
    with pytest.raises(ValueError, match="covariance needs a fitted model"):
        _ = WORLD.covariance


def test_the_same_seed_gives_the_same_draws(cdnow):
    fit = BGNBD.fit(cdnow)
    assert fit.draws(5, seed=1).equals(fit.draws(5, seed=1))
    assert not fit.draws(5, seed=1).equals(fit.draws(5, seed=2))


def test_a_model_out_of_lists_is_the_same_model(cdnow):
    fit = ParetoNBD.fit(WORLD.simulate(300, seed=1, T=52))
    others = {name: getattr(fit, name) for name in ("log_likelihood", "standard_errors", "diagnosis", "grain")}
    lists = {name: [list(row) for row in getattr(fit, name)] for name in ("curvature", "ridge")}
    assert ParetoNBD(**fit.parameters, **others, **lists) == fit


# Contracts


def test_a_cohort_of_known_churn_varies_as_a_binomial():
    world = SBG(alpha=3.8, beta=15.2)
    table = world.survival_interval([3, 6], interval=0.8, customers=150, renewals=2)
    stay = world.survival([3, 6]) / world.survival(2)
    assert table["estimate"].tolist() == pytest.approx(stay)
    assert (150 * table["low"]).tolist() == pytest.approx(binom(150, stay).ppf(0.1), abs=2)
    assert (150 * table["high"]).tolist() == pytest.approx(binom(150, stay).ppf(0.9), abs=2)


def test_of_very_many_customers_only_the_estimates_are_uncertain():
    given, fit = SBG(alpha=0.668, beta=3.806), SBG.fit(HIGH_END)
    sure = given.survival_interval([12])
    assert sure["low"].item() == sure["high"].item() == pytest.approx(0.378, abs=1e-3)
    width = [
        (table["high"] - table["low"]).item()
        for table in (fit.survival_interval([12]), fit.survival_interval([12], customers=1000))
    ]
    assert 0 < width[0] < width[1] < 0.1
    assert (fit.survival_interval([7], renewals=7) == 1).all(axis=None)


def test_a_flat_ridge_shows_in_the_interval():
    table = SBG.fit([1000, 500]).survival_interval([2, 6])
    assert table["low"].round(3).tolist() == [0.25, 0.016]
    assert table["high"].round(3).tolist() == [0.5, 0.5]


@pytest.mark.slow
def test_survival_intervals_hold_what_happens_to_simulated_cohorts():
    world, n, held = SBG(alpha=0.668, beta=3.806), 1000, []
    for seed in range(200):
        lifetime = world.simulate(n, seed)["lifetime"]
        alive = [(lifetime > period).sum() for period in range(13)]
        table = SBG.fit(alive[:8]).survival_interval([8, 12], customers=alive[7], renewals=7)
        share = np.array([alive[8], alive[12]]) / alive[7]
        held.append((table["low"] <= share + 1e-12) & (share - 1e-12 <= table["high"]))
    assert np.mean(held, axis=0) == pytest.approx([0.9, 0.9], abs=0.065)  # 3 standard errors of 200 cohorts
