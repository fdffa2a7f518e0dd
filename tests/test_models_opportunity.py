"""The BG/BB against published numbers, its story summed over all histories, and its own simulation."""

import json
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln, gammaln

from clvlib.models import BGBB, SBG, opportunity

PUBLISHED = BGBB(alpha=1.203521, beta=0.749714, gamma=0.656712, delta=2.783408)

# Donors whose first gift to a charity came in 1995, by gifts (x) and last gift (t_x) in the six years after it: Fader,
# Hardie & Shang 2010.
DONORS = {
    (0, 0): 3464,
    **dict(zip([(1, t) for t in range(1, 7)], (1091, 277, 129, 78, 119, 129), strict=True)),
    **dict(zip([(2, t) for t in range(2, 7)], (613, 255, 155, 173, 234), strict=True)),
    **dict(zip([(3, t) for t in range(3, 7)], (322, 181, 225, 357), strict=True)),
    **dict(zip([(4, t) for t in range(4, 7)], (240, 284, 512), strict=True)),
    **dict(zip([(5, t) for t in range(5, 7)], (335, 728), strict=True)),
    (6, 6): 1203,
}

positive = st.floats(0.05, 20)
models = st.builds(BGBB, alpha=positive, beta=positive, gamma=positive, delta=positive)


@pytest.fixture(scope="module")
def donations():
    """One donor a row."""
    return _table(DONORS).loc[np.repeat(range(len(DONORS)), list(DONORS.values()))].reset_index(drop=True)


@pytest.fixture(scope="module")
def fit(donations):
    return BGBB.fit(donations)


def _table(histories, T=6):
    return pd.DataFrame(list(histories), columns=["frequency", "recency"]).assign(T=T)


def _three(summary):
    return summary["frequency"], summary["recency"], summary["T"]


def _all_histories(T):
    """Each possible history of T opportunities, and in how many sequences of purchases it comes about."""
    ways = {(x, last): comb(last - 1, x - 1) for last in range(1, T + 1) for x in range(1, last + 1)} | {(0, 0): 1}
    return _table(ways, T), np.array(list(ways.values()))


def _chances(model, summary):
    """The likelihood of each history's sequence."""
    return np.exp([model.log_likelihood_of(summary[row : row + 1]) for row in range(len(summary))])


# Published numbers


def test_donations_give_the_published_fit(donations, fit):
    assert len(donations) == 11_104
    assert list(fit.parameters.values()) == pytest.approx([1.203521, 0.749714, 0.656712, 2.783408], abs=4e-5)
    assert fit.log_likelihood == pytest.approx(-33225.5813, abs=5e-5)
    assert PUBLISHED.log_likelihood_of(donations) == pytest.approx(-33225.5813, abs=5e-5)
    assert fit.diagnosis == "Converged, nothing to report."


def test_published_expectations_of_a_new_donor(fit):
    published = [0.4985, 0.9233, 1.2969, 1.6323, 1.9381, 2.2202, 2.4826, 2.7285, 2.9603, 3.1798, 3.3887]
    assert fit.expected_purchases(range(1, 12)).round(4).tolist() == published


def test_published_gifts_by_year(fit):
    published = [5535.833, 4717.059, 4147.621, 3724.665, 3395.888, 3131.647, 2913.778, 2730.482, 2573.731, 2437.854]
    yearly = 11_104 * np.diff(fit.expected_purchases(range(11)))
    assert yearly == pytest.approx(published, rel=5e-5)  # BTYD's, whose optimum is a little off


def test_published_numbers_of_donors_who_never_and_who_always_gave(fit):
    never, always = 11_104 * _chances(fit, _table([(0, 0), (6, 6)]))
    assert [round(never, 1), round(always, 1)] == [3454.9, 1253.1]


def test_published_conditional_expectations(donations, fit):
    five = fit.expected_purchases(5, *_three(donations))
    assert five.sum() == pytest.approx(12884.2, abs=0.05)
    for column, published in (
        ("frequency", [0.07286, 0.32488, 0.70894, 1.33367, 2.03120, 2.78448, 3.75250]),
        ("recency", [0.07286, 0.08569, 0.17984, 0.40411, 0.85108, 1.72632, 3.02719]),
    ):
        assert five.groupby(donations[column]).mean().to_numpy() == pytest.approx(published, abs=6e-5)
    ten = PUBLISHED.expected_purchases(10, frequency=[0, 4], recency=[0, 5], T=6)
    assert ten == pytest.approx([0.1302169, 3.627858], rel=5e-5)


def test_published_table_of_conditional_expectations(fit):
    published = {
        0: ".07",
        1: ".09 .31 .59 .84 1.02 1.15",
        2: ".12 .54 1.06 1.44 1.67",
        3: ".22 1.03 1.80 2.19",
        4: ".58 2.03 2.71",
        5: "1.81 3.23",
        6: "3.75",
    }
    _same_table(fit.expected_purchases(5, *_three(_table(DONORS))), published)


def test_published_table_of_who_is_there_in_the_next_year(fit):
    published = {
        0: ".11",
        1: ".07 .25 .48 .68 .83 .93",
        2: ".07 .30 .59 .80 .93",
        3: ".10 .44 .77 .93",
        4: ".20 .70 .93",
        5: ".52 .93",
        6: ".93",
    }
    _same_table(fit.p_alive(*_three(_table(DONORS))), published)


def _same_table(values, published):
    numbers = [float(number) for row in published.values() for number in row.split()]
    assert values.round(2).tolist() == numbers


def test_published_derts(fit):
    published = {(6, 6): 5.9098, (5, 6): 5.0894, (4, 6): 4.2690, (3, 6): 3.4486, (5, 5): 2.8551, (4, 5): 3.1970}
    published |= {(4, 4): 0.9184, (3, 4): 1.6293, (1, 1): 0.1350, (0, 0): 0.1148}
    assert fit.dert(_table(published), rate=0.10).to_numpy() == pytest.approx(list(published.values()), abs=2e-4)
    btyd = BGBB(alpha=1.20, beta=0.75, gamma=0.66, delta=2.78)
    assert btyd.dert(_table([(3, 4)]), rate=0.10).iloc[0] == pytest.approx(1.621379, abs=1e-6)


# Likelihood


@pytest.mark.parametrize(("x", "last", "T"), [(0, 0, 6), (2, 3, 6), (3, 3, 7), (1, 5, 5), (0, 0, 0), (4, 9, 40)])
def test_the_likelihood_and_p_alive_are_the_published_formulas(x, last, T):
    alpha, beta, gamma, delta = PUBLISHED.parameters.values()

    def both(x, misses, leaves, stays):
        return np.exp(betaln(alpha + x, beta + misses) + betaln(gamma + leaves, delta + stays) - norm)

    norm = betaln(alpha, beta) + betaln(gamma, delta)
    there = both(x, T - x, 0, T)
    likelihood = there + sum(both(x, last - x + i, 1, last + i) for i in range(T - last))
    assert PUBLISHED.log_likelihood_of(_table([(x, last)], T)) == pytest.approx(np.log(likelihood), rel=1e-12)
    assert PUBLISHED.p_alive(x, last, T) == pytest.approx(both(x, T - x, 0, T + 1) / likelihood, rel=1e-12)


@given(models, st.integers(0, 5))
def test_the_chances_of_all_histories_add_up_to_1(model, T):
    summary, ways = _all_histories(T)
    assert (ways * _chances(model, summary)).sum() == pytest.approx(1, rel=1e-10)


@given(models, st.integers(0, 5))
def test_on_average_over_all_histories_as_many_are_there_as_survive(model, T):
    summary, ways = _all_histories(T)
    there = (ways * _chances(model, summary) * model.p_alive(*_three(summary))).sum()
    assert there == pytest.approx(SBG(model.gamma, model.delta).survival(T + 1), rel=1e-10)


@pytest.mark.long
@given(models, st.integers(0, 5), st.integers(0, 30))
def test_on_average_over_all_histories_past_and_future_are_a_new_customers(model, T, t):
    summary, ways = _all_histories(T)
    all_ = summary["frequency"] + model.expected_purchases(t, *_three(summary))
    assert (ways * _chances(model, summary) * all_).sum() == pytest.approx(model.expected_purchases(T + t), rel=1e-9)


@pytest.mark.parametrize("theta", [[0.7, 6.0, 1.3, 4.0], [1e-3, 0.1, 20.0, 300.0], [50.0, 2000.0, 0.3, 0.01]])
def test_the_slope_is_that_of_the_log_likelihood(theta):
    summary = pd.concat([PUBLISHED.simulate(60, seed=3, T=T) for T in (1, 6, 40)])
    data, theta = opportunity._histories("summary", summary), np.array(theta)
    slope = BGBB._likelihood(theta, data)[1]
    for unit, expected in zip(np.eye(4), slope, strict=True):
        up, down = (BGBB._likelihood(theta * np.exp(step * unit), data)[0] for step in (1e-5, -1e-5))
        assert (up - down) / 2e-5 == pytest.approx(expected * unit @ theta, rel=1e-5, abs=1e-5)


def test_the_fit_is_a_top_and_its_standard_errors_are_the_curvature_there(donations, fit):
    small, units, theta = 1e-3, np.eye(4), np.array(list(fit.parameters.values()))

    def value(steps):
        return BGBB(*(theta * np.exp(small * steps))).log_likelihood_of(donations)

    assert fit.log_likelihood == value(0 * units[0])
    assert all(value(sign * unit) < fit.log_likelihood for unit in units for sign in (-1, 1))
    bend = [
        [(value(u + v) - value(u - v) - value(v - u) + value(-u - v)) / (4 * small**2) for v in units] for u in units
    ]
    errors = theta * np.sqrt(np.diag(np.linalg.inv(-np.array(bend))))
    assert list(fit.standard_errors.values()) == pytest.approx(errors, rel=2e-3)


def test_copies_of_customers_change_nothing_but_the_weight(donations, fit):
    once = opportunity._histories("summary", donations)
    assert len(once.x) == 22
    assert once.weight.sum() == 11_104
    many = BGBB.fit(pd.concat([donations] * 4).sample(frac=1, random_state=1))
    assert list(many.parameters.values()) == pytest.approx(list(fit.parameters.values()), rel=1e-5)
    assert many.log_likelihood == pytest.approx(4 * fit.log_likelihood, rel=1e-12)
    assert many.standard_errors["gamma"] == pytest.approx(fit.standard_errors["gamma"] / 2, rel=1e-4)


def test_customers_may_have_had_different_numbers_of_opportunities():
    world = BGBB(alpha=2, beta=3, gamma=1, delta=8)
    summary = world.simulate(3000, seed=2, T=np.arange(3000) % 30)
    parts = [world.log_likelihood_of(summary[summary["T"] == T]) for T in range(30)]
    assert world.log_likelihood_of(summary) == pytest.approx(sum(parts), rel=1e-12)
    assert BGBB.fit(summary).log_likelihood > world.log_likelihood_of(summary)


@pytest.mark.long
def test_thousands_of_opportunities_neither_overflow_nor_vanish():
    histories = dict(frequency=[2500, 2500, 0], recency=[2500, 5000, 0], T=5000)
    alive = PUBLISHED.p_alive(**histories)
    assert alive[0] == pytest.approx(0, abs=1e-200)
    assert alive[1] == pytest.approx((2.783408 + 5000) / (0.656712 + 2.783408 + 5000), rel=1e-12)
    assert np.isfinite(PUBLISHED.log_likelihood_of(pd.DataFrame(histories)))


@pytest.mark.long
def test_too_little_data_gets_a_diagnosis_and_no_error():
    few = BGBB.fit(PUBLISHED.simulate(30, seed=1))
    assert few.diagnosis.startswith("Too few repeaters: ")
    nobody = BGBB.fit(_table([(0, 0)] * 50))
    assert nobody.diagnosis.startswith("Too few repeaters: 0 of 50 customers came back")
    assert nobody.expected_purchases(10) < 0.2
    once = BGBB.fit(PUBLISHED.simulate(5000, seed=1, T=1))  # one opportunity tells leaving from not buying nowhere
    assert once.standard_errors["gamma"] == once.standard_errors["delta"] == np.inf
    assert "purchases at the next opportunity goes from" in once.diagnosis


# Expectations


@given(positive, positive, st.floats(1.5, 20), positive, st.integers(0, 200))
def test_a_new_customers_expectation_is_the_published_closed_form(alpha, beta, gamma, delta, t):
    log_ratio = gammaln(gamma + delta) - gammaln(gamma + delta + t) + gammaln(1 + delta + t) - gammaln(1 + delta)
    closed = alpha / (alpha + beta) * delta / (gamma - 1) * -np.expm1(log_ratio)
    assert BGBB(alpha, beta, gamma, delta).expected_purchases(t) == pytest.approx(closed, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("t", [0, 1, 7, 100, 10_000])
def test_gamma_equal_to_one_is_no_singularity(t):
    delta = 2.8
    expected = sum(delta / (delta + k) for k in range(1, t + 1)) * 0.25  # B(1, delta + k) / B(1, delta)
    assert BGBB(alpha=1, beta=3, gamma=1, delta=delta).expected_purchases(t) == pytest.approx(expected, rel=1e-11)


@given(models, st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))
def test_a_purchase_more_is_expected_where_she_is_there_and_buys(model, x, gap, quiet):
    """The next opportunity alone: P(there at T + 1) times the mean of her purchase probability."""
    last = x + gap if x else 0
    T = last + quiet
    chance = model.p_alive(x, last, T) * (model.alpha + x) / (model.alpha + model.beta + T)
    assert model.expected_purchases(1, x, last, T) == pytest.approx(chance, rel=1e-9)


def test_a_history_of_nothing_is_a_new_customer():
    assert PUBLISHED.expected_purchases([0, 3, 9], 0, 0, 0).tolist() == PUBLISHED.expected_purchases([0, 3, 9]).tolist()
    assert PUBLISHED.expected_purchases(0) == 0
    assert type(PUBLISHED.expected_purchases(3)) is float


def test_dert_is_the_discounted_sum_of_what_each_opportunity_adds():
    k = np.arange(500)
    for x, last in ((0, 0), (3, 4), (6, 6)):
        added = np.diff(PUBLISHED.expected_purchases(k, x, last, 6))
        for rate in (0.1, 0.6):
            by_hand = (added / (1 + rate) ** k[1:]).sum()
            assert PUBLISHED.dert(_table([(x, last)]), rate).iloc[0] == pytest.approx(by_hand, rel=1e-9)


def test_undiscounted_dert_is_the_limit_of_expected_purchases():
    model, summary = BGBB(alpha=1.2, beta=0.7, gamma=3, delta=5), _table([(0, 0), (3, 4)])
    far = model.expected_purchases(10_000_000, *_three(summary))
    assert model.dert(summary, rate=0).to_numpy() == pytest.approx(far.to_numpy(), rel=1e-9)
    assert model.dert(summary, rate=1e-12).to_numpy() == pytest.approx(far.to_numpy(), rel=1e-9)


@given(models, st.floats(1.001, 3))
def test_undiscounted_dert_exists_for_every_gamma_above_one(model, gamma):
    """There at 6, she stays for delta + 6 of gamma - 1 opportunities more: the mean of (1 - p) / p over her dropout."""
    model = BGBB(model.alpha, model.beta, gamma, model.delta)
    buys = (model.alpha + 2) / (model.alpha + model.beta + 6)
    expected = model.p_alive(2, 4, 6) * buys * (gamma + model.delta + 6) / (gamma - 1)
    assert model.dert(_table([(2, 4)]), rate=0).iloc[0] == pytest.approx(expected, rel=1e-9)


@given(models, st.integers(0, 6), st.integers(0, 6), st.integers(0, 20))
def test_p_alive_is_a_probability_and_falls_with_silence(model, x, gap, quiet):
    last = x + gap if x else 0
    now, later = model.p_alive(x, last, [last + quiet, last + quiet + 1])
    assert 0 <= later <= now * (1 + 1e-12) <= 1 + 1e-12


def test_what_is_per_customer_keeps_the_customers_labels():
    donors = PUBLISHED.simulate(40, seed=2).set_index("customer_id")
    donors.index = [f"c{label}" for label in donors.index]
    for result in (
        PUBLISHED.p_alive(*_three(donors)),
        PUBLISHED.expected_purchases(10, *_three(donors)),
        PUBLISHED.dert(donors, rate=0.1),
    ):
        assert isinstance(result, pd.Series)
        assert result.index.equals(donors.index)
    alone = donors.loc[["c7"]]
    assert PUBLISHED.dert(donors, 0.1)["c7"] == PUBLISHED.dert(alone, 0.1)["c7"]
    with pytest.raises(ValueError, match="frequency and T have different labels"):
        PUBLISHED.p_alive(donors["frequency"], donors["recency"], donors["T"][::-1])


# Simulation


@pytest.mark.parametrize("model", [PUBLISHED, BGBB(alpha=3, beta=5, gamma=2, delta=20)])
def test_simulated_histories_come_as_often_as_their_likelihood_says(model):
    n = 100_000
    seen = model.simulate(n, seed=4, T=5).groupby(["frequency", "recency"]).size()
    summary, ways = _all_histories(5)
    expected = pd.Series(n * ways * _chances(model, summary), index=pd.MultiIndex.from_frame(summary.iloc[:, :2]))
    gaps = seen.reindex(expected.index, fill_value=0) - expected
    assert seen.sum() == n
    assert (gaps.abs() < 4 * expected**0.5).all()


def test_simulated_futures_are_those_expected_of_each_history():
    donors = PUBLISHED.simulate(200_000, seed=5, T=6, holdout=5)
    for said, came in (
        (PUBLISHED.p_alive(*_three(donors)), donors["alive"]),
        (PUBLISHED.expected_purchases(5, *_three(donors)), donors["holdout_frequency"]),
    ):
        gaps = (came - said).groupby([donors["frequency"], donors["recency"]])
        assert (gaps.mean().abs() < 4 * gaps.std() / gaps.size() ** 0.5).all()


def test_a_simulation_is_the_same_with_the_same_seed_and_keeps_to_its_own_truth():
    T, holdout = np.arange(2000) % 9, np.arange(2000) % 4
    donors = PUBLISHED.simulate(2000, seed=6, T=T, holdout=holdout)
    assert donors.equals(PUBLISHED.simulate(2000, seed=6, T=T, holdout=holdout))
    assert not donors.equals(PUBLISHED.simulate(2000, seed=7, T=T, holdout=holdout))
    assert donors["T"].tolist() == T.tolist()
    assert (donors["recency"] <= np.minimum(donors["lifetime"], T)).all()
    assert (donors["holdout_frequency"] <= np.clip(donors["lifetime"] - T, 0, holdout)).all()
    assert (donors["alive"] == (donors["lifetime"] > T)).all()
    assert donors["holdout_frequency"].sum() > 0


def test_it_comes_back_from_json(fit):
    assert BGBB.from_dict(json.loads(json.dumps(fit.to_dict()))) == fit
