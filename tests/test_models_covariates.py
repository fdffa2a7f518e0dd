"""Covariates: recovery of known effects, likelihoods written again, and what a model with effects does everywhere."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import betaln, gammaln

from clvlib.models import BGNBD, MBGNBD, GammaGamma, ParetoNBD, _histories, compare
from clvlib.transactions import calibration_holdout

EFFECTS = dict(purchase_effects={"email": 0.6, "age": -0.3}, dropout_effects={"email": -0.5, "age": 0.4})
WORLDS = [
    BGNBD(r=0.9, alpha=6.0, a=1.2, b=3.0, **EFFECTS),
    MBGNBD(r=0.9, alpha=6.0, a=1.2, b=4.0, **EFFECTS),
    ParetoNBD(r=0.9, alpha=6.0, s=0.8, beta=12.0, **EFFECTS),
]
SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)
worlds = pytest.mark.parametrize("world", WORLDS, ids=lambda world: type(world).__name__)


def _people(n, seed=1):
    rng = np.random.default_rng(seed)
    columns = {"email": rng.integers(0, 2, n), "age": rng.normal(0, 1, n).round(1)}
    return pd.DataFrame(columns, index=pd.Index([f"c{row}" for row in range(n)], name="customer"))


def _three(summary):
    return summary["frequency"], summary["recency"], summary["T"]


def _for_one(world, person):
    """The same world without covariates, for this customer: by hand."""
    move = {name: sum(effects[key] * person[key] for key in effects) for name, effects in EFFECTS.items()}
    own = {name: value for name, value in world.parameters.items() if "." not in name}
    own["alpha"] *= np.exp(-move["purchase_effects"])
    if isinstance(world, ParetoNBD):
        own["beta"] *= np.exp(-move["dropout_effects"])
    else:
        own["a"] *= np.exp(move["dropout_effects"])
    return type(world)(**own)


@pytest.mark.long
@worlds
def test_a_customer_with_covariates_is_a_customer_of_a_world_of_her_own(world):
    people = _people(12)
    base = world.simulate(12, seed=3, T=30, covariates=people)
    for method, arguments in (
        ("p_alive", {}),
        ("expected_purchases", {"t": 20}),
        ("clv", dict(spend=30, margin_rate=0.3, rate=0.01, grain="week", weeks=5)),
    ):
        parts = dict(zip(("frequency", "recency", "T"), _three(base), strict=True))
        found = getattr(world, method)(**arguments, **parts, covariates=people)
        assert found.index.equals(people.index)
        for label, person in people.iterrows():
            alone = getattr(_for_one(world, person), method)(**arguments, **{k: v[label] for k, v in parts.items()})
            assert found[label] == pytest.approx(alone, rel=1e-10)
    dert, total = world.dert(base, 0.02, people), 0.0
    for label, person in people.iterrows():
        mine = _for_one(world, person)
        assert dert[label] == pytest.approx(mine.dert(base.loc[[label]], 0.02)[label], rel=1e-10)
        total += mine.log_likelihood_of(base.loc[[label]])
    assert world.log_likelihood_of(base, people) == pytest.approx(total, rel=1e-12)
    new = world.expected_purchases(20, covariates=people)
    assert new["c5"] == pytest.approx(_for_one(world, people.loc["c5"]).expected_purchases(20), rel=1e-10)


def test_bgnbd_likelihood_with_covariates_written_again():
    r, alpha, a, b = 0.9, 6.0 * np.exp(-0.6 + 0.3 * 1.5), 1.2 * np.exp(-0.5 + 0.4 * 1.5), 3.0
    x, recency, T = 3, 20.0, 30.0
    stayed = np.exp(betaln(a, b + x) - betaln(a, b)) * (alpha + T) ** -(r + x)
    left = np.exp(betaln(a + 1, b + x - 1) - betaln(a, b)) * (alpha + recency) ** -(r + x)
    expected = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.log(stayed + left)
    customer = pd.DataFrame({"frequency": [x], "recency": [recency], "T": [T]})
    her = pd.DataFrame({"email": [1], "age": [1.5]})
    assert WORLDS[0].log_likelihood_of(customer, her) == pytest.approx(expected, rel=1e-12)


def test_pareto_likelihood_with_covariates_is_an_integral_over_when_she_left():
    r, alpha, s, beta = 0.9, 6.0 * np.exp(-0.6 + 0.3 * 1.5), 0.8, 12.0 * np.exp(0.5 - 0.4 * 1.5)
    x, recency, T = 3, 20.0, 30.0
    stayed = (alpha + T) ** -(r + x) * (beta / (beta + T)) ** s
    left = quad(lambda y: (alpha + y) ** -(r + x) * s / (beta + y) * (beta / (beta + y)) ** s, recency, T)[0]
    expected = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.log(stayed + left)
    customer = pd.DataFrame({"frequency": [x], "recency": [recency], "T": [T]})
    her = pd.DataFrame({"email": [1], "age": [1.5]})
    assert WORLDS[2].log_likelihood_of(customer, her) == pytest.approx(expected, rel=1e-9)


@worlds
def test_the_slope_is_that_of_the_log_likelihood(world):
    people = _people(60)
    data = _histories.histories("summary", world.simulate(60, seed=3, T=30, covariates=people), people.to_numpy())
    theta = np.array([0.7, 6.0, 1.3, 4.0, 1.2, 0.8, 0.9, 1.1])
    slope = world._likelihood(theta, data)[1]
    for unit, expected in zip(np.eye(8), slope, strict=True):
        up, down = (world._likelihood(theta + step * unit, data)[0] for step in (1e-5, -1e-5))
        assert (up - down) / 2e-5 == pytest.approx(expected, rel=1e-5, abs=1e-5)


@pytest.mark.slow
@worlds
def test_known_effects_are_found_within_their_standard_errors(world):
    misses = []
    for seed in range(8):
        people = _people(4000, seed)
        fit = type(world).fit(world.simulate(4000, seed, T=80, covariates=people), people)
        assert fit.diagnosis == "Converged, nothing to report."
        truth, found = world.parameters, fit.parameters
        assert list(found) == list(truth) == list(fit.standard_errors)
        misses.append([(found[name] - truth[name]) / fit.standard_errors[name] for name in list(truth)[4:]])
    misses = np.array(misses)
    assert (abs(misses) < 3).mean() >= 0.96
    assert 0.45 < (abs(misses) < 1).mean() < 0.9  # 68 % expected, of 32
    assert (abs(misses.mean(axis=0)) < 3 / 8**0.5).all()


@pytest.mark.long
def test_a_fit_is_the_top_and_its_covariance_the_curvature_there():
    people = _people(800)
    people["age"] = 40 + 12_000 * people["age"]  # whatever the unit of a covariate
    world = ParetoNBD(
        r=0.9,
        alpha=6.0,
        s=0.8,
        beta=12.0,
        purchase_effects={"email": 0.6, "age": -3e-5},
        dropout_effects={"email": -0.5, "age": 3e-5},
    )
    base = world.simulate(800, seed=3, T=80, covariates=people)
    fit = ParetoNBD.fit(base, people)
    assert np.sqrt(np.diag(fit.covariance)).tolist() == pytest.approx(list(fit.standard_errors.values()), rel=1e-9)
    top = np.array(list(fit.parameters.values()))

    def height(*moves):
        moved = top + sum(moves)
        effects = (
            dict(zip(("email", "age"), moved[4:6], strict=True)),
            dict(zip(("email", "age"), moved[6:], strict=True)),
        )
        model = ParetoNBD(*moved[:4], purchase_effects=effects[0], dropout_effects=effects[1])
        return model.log_likelihood_of(base, people)

    steps = np.diag(np.array(list(fit.standard_errors.values())) / 100)
    assert fit.log_likelihood == pytest.approx(height(), abs=1e-9)
    assert all(height(sign * step) < fit.log_likelihood for step in steps for sign in (-1, 1))
    bend = np.array([[height(i, j) - height(i, -j) - height(-i, j) + height(-i, -j) for j in steps] for i in steps])
    errors = np.sqrt(np.diag(np.linalg.inv(-bend / 4))) * np.diag(steps)
    assert list(fit.standard_errors.values()) == pytest.approx(errors, rel=0.02)


def test_without_effects_nothing_changes():
    world = ParetoNBD(r=0.9, alpha=6.0, s=0.8, beta=12.0)
    nothing = ParetoNBD(**world.parameters, purchase_effects={"email": 0}, dropout_effects={"email": 0})
    people = _people(50)
    assert nothing.simulate(50, seed=1, covariates=people).reset_index(drop=True).equals(world.simulate(50, seed=1))
    base = world.simulate(50, seed=1).set_axis(people.index)
    assert nothing.log_likelihood_of(base, people) == pytest.approx(world.log_likelihood_of(base), rel=1e-13)
    assert nothing.predict(base, 20, covariates=people).equals(world.predict(base, 20))


def test_copies_of_customers_with_their_covariates_are_worked_out_once():
    people = _people(300).assign(age=lambda table: table["age"].round())
    base = WORLDS[0].simulate(300, seed=1, T=30, covariates=people)
    twice = [pd.concat([table, table.set_axis(table.index + "b")]) for table in (base, people)]
    z = people.to_numpy(float)
    once, many = _histories.histories("summary", base, z), _histories.histories("summary", twice[0], np.vstack([z, z]))
    assert len(once.x) == len(many.x) < 300
    assert many.weight.sum() == 600
    fit, again = BGNBD.fit(base, people), BGNBD.fit(*twice)
    assert list(again.parameters.values()) == pytest.approx(list(fit.parameters.values()), rel=1e-4, abs=1e-5)


@pytest.mark.long
@worlds
def test_predict_agrees_with_its_parts_and_its_intervals_hold_what_happens(world):
    people = _people(4000)
    base = world.simulate(4000, seed=5, T=60, holdout=20, covariates=people)
    spend = GammaGamma(p=6, q=4, gamma=15)
    base["monetary_value"] = spend.simulate(4000, seed=5, frequency=base["frequency"])["monetary_value"].to_numpy()
    base = base.drop(columns="customer_id")
    money = dict(spend_model=spend, margin_rate=0.3, rate=0.01)
    table = world.predict(base, 20, **money, interval=0.9, covariates=people)
    assert table.index.equals(people.index)
    assert table["p_alive"].to_numpy() == pytest.approx(world.p_alive(*_three(base), people).to_numpy())
    assert table["expected_purchases"].to_numpy() == pytest.approx(
        world.expected_purchases(20, *_three(base), people).to_numpy()
    )
    clv = world.clv(
        *_three(base), table["expected_spend"], margin_rate=0.3, rate=0.01, grain="week", weeks=20, covariates=people
    )
    assert table["clv"].to_numpy() == pytest.approx(clv.to_numpy())
    came = base["holdout_frequency"]
    assert ((table["purchases_low"] <= came) & (came <= table["purchases_high"])).mean() > 0.88
    silent = (came == 0).groupby(people["email"]).mean()
    assert silent.to_numpy() == pytest.approx(
        table["clv_no_return"].groupby(people["email"]).mean().to_numpy(), abs=0.03
    )
    expected, low, high = world.predict_total(base, 20, covariates=people).loc["purchases"]
    assert abs(came.sum() - expected) < 3 * (high - low) / (2 * 1.645)


def test_a_model_with_effects_is_saved_whole_and_counts_its_parameters():
    people = _people(200)
    base = WORLDS[2].simulate(200, seed=1, T=60, covariates=people)
    fit = ParetoNBD.fit(base, people)
    again = ParetoNBD.from_dict(json.loads(json.dumps(fit.to_dict(), allow_nan=False)))
    assert again == fit
    assert again.p_alive(*_three(base), people).equals(fit.p_alive(*_three(base), people))
    assert fit.aic == pytest.approx(16 - 2 * fit.log_likelihood)
    drawn = fit.draws(4000, seed=1)
    assert list(drawn) == list(fit.parameters)
    email = "purchase.email"
    assert drawn[email].mean() == pytest.approx(fit.purchase_effects["email"], abs=0.05)
    assert drawn[email].std() == pytest.approx(fit.standard_errors[email], rel=0.1)


def test_groups_come_as_true_and_false_and_more_columns_do_not_count():
    people = _people(300).assign(email=lambda table: table["email"] == 1)
    base = WORLDS[0].simulate(300, seed=1, T=60, covariates=people)
    fit = BGNBD.fit(base, people)
    assert fit == BGNBD.fit(base, people.astype(float))
    wide = people.assign(city="x")[["city", "age", "email"]]
    assert fit.p_alive(*_three(base), wide).equals(fit.p_alive(*_three(base), people))


def test_labels_count():
    people = _people(40)
    base = WORLDS[0].simulate(40, seed=1, T=60, covariates=people)
    turned = people[::-1]
    for call in (
        lambda: BGNBD.fit(base, turned),
        lambda: WORLDS[0].log_likelihood_of(base, turned),
        lambda: WORLDS[0].dert(base, 0.01, turned),
        lambda: WORLDS[0].predict(base, 10, covariates=turned),
        lambda: WORLDS[0].predict_total(base, 10, covariates=turned),
    ):
        with pytest.raises(ValueError, match="summary and covariates have different labels, or another order of them"):
            call()
    with pytest.raises(ValueError, match="frequency and covariates have different labels"):
        WORLDS[0].p_alive(*_three(base), turned)


def test_every_method_wants_a_row_a_customer():
    world, people = WORLDS[0], _people(4).reset_index(drop=True)
    base = world.simulate(3, seed=1, T=30, covariates=people[:3]).reset_index(drop=True)
    worth = dict(spend_model=SPEND, margin_rate=0.3, rate=0.01)
    for call in (
        lambda z: BGNBD.fit(base, z),
        lambda z: world.log_likelihood_of(base, z),
        lambda z: world.p_alive(*_three(base), z),
        lambda z: world.expected_purchases([1, 2, 3], covariates=z),
        lambda z: world.expected_purchases(10, *_three(base), z),
        lambda z: world.clv(*_three(base), 30, margin_rate=0.3, rate=0.01, grain="week", weeks=5, covariates=z),
        lambda z: world.predict(base.assign(monetary_value=30), 10, **worth, covariates=z),
        lambda z: world.predict_total(base.assign(monetary_value=30), 10, **worth, covariates=z),
        lambda z: world.dert(base, 0.01, z),
        lambda z: world.purchase_probability([0, 1, 2], 10, z),
        lambda z: world.simulate(3, seed=1, covariates=z),
        lambda z: world.simulate_log(3, seed=1, covariates=z),
    ):
        with pytest.raises(ValueError, match=r"^covariates must have one row a customer \(3\), got 4$"):
            call(people)


@pytest.mark.parametrize("unit", [1e-6, 1, 1e6])
def test_a_column_that_follows_from_another_is_refused_in_any_unit(unit):
    base = WORLDS[0].simulate(20, seed=1, T=30, covariates=_people(20)).reset_index(drop=True)
    age = np.random.default_rng(1).uniform(20, 70, 20)
    with pytest.raises(ValueError, match=r"^column 'born' of covariates follows from the columns before it"):
        BGNBD.fit(base, pd.DataFrame({"age": unit * age, "born": unit * (2024 - age)}))


def test_effects_go_by_name_in_whatever_order():
    people, world = _people(5), WORLDS[0]
    base = world.simulate(5, seed=1, T=30, covariates=people)
    turned = BGNBD(
        **world._own,
        purchase_effects=world.purchase_effects,
        dropout_effects=dict(reversed(world.dropout_effects.items())),
    )
    assert list(turned.parameters) == list(world.parameters)
    assert turned.p_alive(*_three(base), people).equals(world.p_alive(*_three(base), people))


def test_a_fit_with_covariates_knows_the_unit_of_its_summary():
    people = _people(100)
    base = WORLDS[0].simulate(100, seed=1, T=60, covariates=people)
    base.attrs["grain"] = "week"
    assert BGNBD.fit(base, people).grain == "week"


@pytest.mark.long
@worlds
def test_a_model_with_effects_is_checked_and_compared(world):
    people = _people(600)
    log = world.simulate_log(600, seed=1, T=400 / 7, covariates=people)
    log["customer_id"] = people.index[log["customer_id"] - 1]
    days = np.floor(log["time"] * 7)
    log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D")
    split = calibration_holdout(log.assign(amount=20), calibration_end="2024-10-31").loc[people.index]
    with_effects, without = type(world).fit(split, people), type(world).fit(split)
    found = with_effects.check(split, covariates=people)
    assert found.frequencies["model"].sum() == pytest.approx(600)
    new = with_effects.expected_purchases(split["T"], covariates=people)
    assert found.table.loc["repeat purchases, calibration", "model"] == pytest.approx(new.sum())
    assert found.tracking["model"][:43].sum() == pytest.approx(new.sum(), rel=0.03)
    probable = [with_effects.purchase_probability(x, 100, people) for x in range(400)]
    assert sum(probable).to_numpy() == pytest.approx(1, abs=1e-3)
    table = compare([with_effects, without], split, people)
    ratio = 2 * (with_effects.log_likelihood - without.log_likelihood)
    assert table["likelihood_ratio"].iloc[0] == pytest.approx(ratio)
    assert table["df"].iloc[0] == 4


def test_what_is_no_table_of_effects_gets_a_sentence():
    world = dict(r=0.243, alpha=4.414, a=0.793, b=2.426, dropout_effects={"north": 0.1})
    with pytest.raises(ValueError, match=r"purchase_effects must be a dict of numbers by covariate, got \{1: 0.5\}"):
        BGNBD(**world, purchase_effects={1: 0.5})
    with pytest.raises(ValueError, match=r"purchase_effects\['north'\] must be one number, got 2 numbers"):
        BGNBD(**world, purchase_effects={"north": [0.5, 1]})
    two = pd.DataFrame({"age": [0], "south": [1]})
    with pytest.raises(ValueError, match=r"covariates has no column 'north'; its columns are 'age', 'south'$"):
        BGNBD(**world, purchase_effects={"north": 0.5}).p_alive(0, 0, 9, covariates=two)


@pytest.mark.long
def test_a_ridge_is_in_the_units_of_the_covariates():
    shop = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426).simulate(300, seed=1, T=52)
    kilo = pd.DataFrame({"weight": np.arange(300) % 2})
    fit, in_grams = (ParetoNBD.fit(shop, table) for table in (kilo, 1000 * kilo))
    assert "Flat ridge" in fit.diagnosis
    effects = np.log(np.array(in_grams.ridge)[:, 4:])
    assert effects == pytest.approx(np.log(np.array(fit.ridge)[:, 4:]) / 1000, rel=1e-3, abs=1e-6)
    assert abs(effects).max() > 1e-4
