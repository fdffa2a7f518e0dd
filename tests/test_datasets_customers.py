"""What was planted in the customers' datasets is found in them, with the library, within sampling error."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import chi2

from clvlib import experiments, lifecycle, models, records, retention, segments, transactions, value, worksheet
from clvlib.course import load, truth

pytestmark = pytest.mark.slow

MOST = 3  # standard errors that an estimate may be off


def within(estimate, planted, error):
    assert np.all(np.abs(np.asarray(estimate) - planted) <= MOST * np.asarray(error)), (estimate, planted, error)


def chi_squared(statistic, freedom):
    """A sum of squared deviations that would be larger in one of a thousand samples only."""
    assert statistic < chi2.ppf(0.999, freedom)


def mean_error(values):
    return values.mean(), values.sem()


def logit(outcome, causes):
    return sm.Logit(outcome, sm.add_constant(causes)).fit(disp=0)


# redbaby_cases


@pytest.fixture(scope="module")
def cases():
    return load("redbaby_cases")


def test_the_worksheet_gives_260775(cases):
    given = cases[cases["table"] == "worksheet"].set_index("item")["value"]
    visits = given["visits_per_year"] * given["years"]
    planted = truth("redbaby_cases")["worksheet"]
    ltv = worksheet.worksheet_ltv(visits, given["purchases_per_visit"], given["spend"], given["acquisition_cost"])
    assert ltv == planted["ltv"] == 260_775
    assert ltv + given["acquisition_cost"] == planted["gross"] == 260_832
    assert visits == planted["visits"] == 780
    assert visits * given["purchases_per_visit"] == pytest.approx(planted["purchases"])
    yearly = given["visits_per_year"] * given["purchases_per_visit"] * given["spend"]
    assert yearly == pytest.approx(planted["sales_per_year"])
    assert yearly / 12 == pytest.approx(planted["sales_per_month"])


def test_the_three_year_table_gives_241_187_114(cases):
    given = cases[cases["table"] == "three_year_table"].pivot_table("value", "year", "item")
    profit = worksheet.forecast_table(**given)["profit"]
    planted = truth("redbaby_cases")["three_year_table"]
    assert profit.tolist() == [*planted["profit"], planted["total"]] == [241, 187, 114, 542]


def test_the_present_value_example_gives_4329_48_and_the_published_figure_divides_it_again(cases):
    given = cases[cases["table"] == "present_value"].set_index("year")["value"]
    rate, purchases = given[0], given.loc[1:]
    planted = truth("redbaby_cases")["present_value"]
    assert round(value.present_value(purchases, rate), 2) == planted["total"] == 4329.48
    assert [round(value.present_value([0] * year + [1000], rate), 2) for year in range(5)] == planted["by_year"]
    assert planted["as_published_and_wrong"] == pytest.approx(planted["total"] / rate)


# cohorts


@pytest.fixture(scope="module")
def cohorts():
    return load("cohorts")


def survivors(subscribers, months=12):
    return [int((subscribers["tenure"] > month).sum()) for month in range(months + 1)]


@pytest.mark.parametrize("plan", ["premium", "standard"])
def test_sbg_finds_the_planted_parameters_and_projects_what_came_after(cohorts, plan):
    planted = truth("cohorts")[plan]
    alive = survivors(cohorts[cohorts["segment"] == plan])
    assert alive == planted["survivors"][:13]
    fit, world = models.SBG.fit(alive), models.SBG(planted["alpha"], planted["beta"])
    within(list(fit.parameters.values()), [planted["alpha"], planted["beta"]], list(fit.standard_errors.values()))
    chi_squared(2 * (fit.log_likelihood - world.log_likelihood_of(alive)), 2)
    share = fit.survival(36)
    within(planted["survivors"][36], alive[0] * share, 2 * np.sqrt(alive[0] * share * (1 - share)))


def test_retention_rises_though_no_customer_changes(cohorts):
    alive = survivors(cohorts)
    curve = retention.retention_curve(retention.survival(alive))
    errors = np.sqrt(curve * (1 - curve) / alive[:-1])
    assert curve.iloc[-1] - curve.iloc[0] > 10 * np.hypot(errors.iloc[0], errors.iloc[-1])


def test_subscribers_are_censored_on_the_last_day_and_kaplan_meier_counts_them(cohorts):
    months = 19 - cohorts["cohort"].str[-2:].astype(int)
    assert (cohorts["tenure"] <= months).all()
    assert (cohorts.loc[cohorts["censored"] == 1, "tenure"] == months[cohorts["censored"] == 1]).all()
    followed = retention.survival(survivors(cohorts))
    estimate = retention.kaplan_meier(cohorts["tenure"], observed=1 - cohorts["censored"])["survival"]
    np.testing.assert_allclose(estimate.loc[:12], followed)


# bank


@pytest.fixture(scope="module")
def bank():
    customers = load("bank")
    customers["profit"] = customers["revenue"] - customers["cost"]
    return customers


def test_revenue_is_the_planted_formula_to_a_cent(bank):
    planted = truth("bank")
    balances = bank[["deposits", "loans"]].to_numpy()
    found, *_ = np.linalg.lstsq(balances, bank["revenue"] - bank["fees"])
    assert found == pytest.approx([planted["deposit_margin"], planted["loan_margin"]], rel=1e-6)


@pytest.mark.parametrize("column", ["revenue", "profit"])
def test_the_bank_means_by_channel_are_the_planted_ones(bank, column):
    found = bank.groupby("channel")[column].agg(["mean", "sem"])
    within(found["mean"], pd.Series(truth("bank")[f"mean_{column}"])[found.index], found["sem"])


def test_the_channels_rank_by_profit_as_by_revenue_turned_round(bank):
    found = bank.groupby("channel")[["revenue", "profit"]].agg(["mean", "sem"])
    by_revenue, by_profit = (
        found[column].sort_values("mean", ascending=False)["mean"] for column in ("revenue", "profit")
    )
    assert by_revenue.index.tolist() == by_profit.index.tolist()[::-1] == ["manager", "counter", "app"]
    gaps = -by_profit.diff().dropna()
    errors = np.sqrt((found["profit", "sem"][by_profit.index] ** 2).rolling(2).sum().dropna())
    assert (gaps > 2 * errors).all()


def test_wallet_shares_by_channel_are_the_planted_ones(bank):
    share = pd.Series(value.share_of_wallet(bank["deposits"] + bank["loans"], bank["wallet"]))
    found = share.groupby(bank["channel"]).agg(["mean", "sem"])
    within(found["mean"], pd.Series(truth("bank")["mean_wallet_share"])[found.index], found["sem"])


# value_components


@pytest.fixture(scope="module")
def components():
    return load("value_components")


def test_clv_of_each_customer_is_exact(components):
    planted = truth("value_components")
    own = components[["base_profit", "related_sales", "cost_savings"]].sum(axis=1)
    own -= components["price_concessions"] + components["referral_damage"]

    def clv(margin):
        terms = {key: planted[key] for key in ("rate", "periods", "timing", "first_margin")}
        return value.clv(margin, components["retention"], **terms) - components["acquisition"]

    np.testing.assert_allclose(clv(own + components["referral"]), planted["clv"], atol=0.006)
    np.testing.assert_allclose(clv(own), planted["clv_without_referral"], atol=0.006)
    assert 0.01 < np.mean(np.array(planted["clv"]) < 0) < 0.10, "a few customers never pay for themselves"


def test_referral_is_the_base_profit_of_customers_in_the_table_so_it_counts_twice(components):
    planted = truth("value_components")
    brought = components[components["referred_by"] > 0]
    assert (brought["referred_by"] < brought["customer_id"]).all(), "the first id has been here longest"
    assert components["tenure_years"].is_monotonic_decreasing
    by_referrer = brought.groupby("referred_by")["base_profit"].sum().reindex(components["customer_id"], fill_value=0)
    np.testing.assert_allclose(by_referrer, components["referral"], atol=0.006)
    assert components["referral"].sum() == pytest.approx(planted["referral_per_year"])
    assert planted["referral_per_year"] == planted["base_profit_of_the_referred_per_year"]
    within(len(brought) / 399, 0.25, np.sqrt(0.25 * 0.75 / 399))


# transactions


@pytest.fixture(scope="module")
def log():
    return load("transactions")


@pytest.fixture(scope="module")
def summary(log):
    return transactions.rfm_summary(log, grain="week", observation_end="2025-06-30")


@pytest.fixture(scope="module")
def future():
    return pd.DataFrame(truth("transactions")["customers"]).set_index("customer_id")


def test_the_log_has_nothing_wrong_with_it(log):
    assert records.check_log(log, today="2025-06-30") == []
    assert not log.duplicated(["customer_id", "date"]).any()
    assert log["date"].is_monotonic_increasing
    assert log.groupby("customer_id")["date"].min().is_monotonic_increasing, "ids are given in order of first orders"
    assert log["customer_id"].nunique() == 3000
    assert (log["margin"] > 0).all()


@pytest.mark.parametrize(("key", "model"), [("bgnbd", models.BGNBD), ("gamma_gamma", models.GammaGamma)])
def test_both_models_find_the_planted_parameters(summary, key, model):
    planted = truth("transactions")[key]
    fit, world = model.fit(summary), model(**planted)
    for name, error in fit.standard_errors.items():
        within(fit.parameters[name], planted[name], error)
    chi_squared(2 * (fit.log_likelihood - world.log_likelihood_of(summary)), len(planted))


def test_p_alive_is_the_models_and_calibrated(summary, future):
    world = models.BGNBD(**truth("transactions")["bgnbd"])
    computed = world.p_alive(summary["frequency"], summary["recency"], summary["T"])
    assert np.abs(computed - future["p_alive"]).max() < 0.1, "the shop's clock is never far from the calendar's"
    assert np.abs(computed - future["p_alive"]).mean() < 0.01
    deciles = future.groupby(pd.qcut(future["p_alive"].rank(method="first"), 10), observed=True)
    chance = deciles["p_alive"].mean().clip(0.001, 0.999)
    within(deciles["alive"].mean(), chance, np.sqrt(chance * (1 - chance) / 300))


def test_the_future_is_what_the_model_expects(summary, future):
    planted = truth("transactions")
    world = models.BGNBD(**planted["bgnbd"])
    expected = world.expected_purchases(
        planted["future"]["weeks"], summary["frequency"], summary["recency"], summary["T"]
    )
    surprise, error = mean_error(future["future_purchases"] - expected)
    within(surprise, 0, error)
    spend = models.GammaGamma(**planted["gamma_gamma"]).expected_spend(summary["frequency"], summary["monetary_value"])
    surprise, error = mean_error(future["future_margin"] - expected * spend * planted["margin_rate"])
    within(surprise, 0, error)
    assert (future.loc[future["alive"] == 0, "future_purchases"] == 0).all(), "who has left does not buy"
    assert ((future["future_margin"] > 0) == (future["future_purchases"] > 0)).all()


def test_the_margin_rate_is_the_planted_one_and_unrelated_to_the_amount(log):
    share = log["margin"] / log["amount"]
    within(share.mean(), truth("transactions")["margin_rate"], share.sem())
    assert abs(share.corr(log["amount"])) < MOST / np.sqrt(len(log))


def test_orders_follow_the_shops_calendar(log):
    a_day = log["date"].value_counts()
    assert {"2024-06-18", "2024-11-11"} == set(a_day.index[:2].strftime("%Y-%m-%d"))
    holiday, before = (
        a_day.reindex(pd.date_range(day, periods=7), fill_value=0).sum() for day in ("2025-01-28", "2025-01-14")
    )
    within(holiday / before, 0.35 / 1.25, holiday / before * np.sqrt(1 / holiday + 1 / before))
    ordinary = a_day.sort_index().loc["2024-08-05":"2024-10-27"]  # twelve whole weeks without a feast
    weekend = ordinary[ordinary.index.day_of_week >= 5].sum() / ordinary.sum()
    within(weekend, 2.5 / 7.5, np.sqrt(weekend * (1 - weekend) / ordinary.sum()))


# cards


@pytest.fixture(scope="module")
def cards():
    holders, planted = load("cards"), truth("cards")
    holders["quadrant"] = segments.activity_quadrant(
        holders["transactions"], holders["spend"], planted["frequency_cut"], planted["spend_cut"]
    )
    holders["utilisation"] = holders["revolving"] / holders["credit_limit"]
    return holders


def test_the_quadrants_have_the_planted_shares(cards):
    shares = cards["quadrant"].value_counts(normalize=True).sort_index()
    planted = pd.Series(truth("cards")["quadrant_shares"])
    assert planted.sum() == pytest.approx(1)
    within(shares, planted, np.sqrt(planted * (1 - planted) / len(cards)))


def test_q4_defaults_most_because_it_owes_most(cards):
    rare_and_high = (cards["quadrant"] == "Q4").astype(float).rename("q4")
    defaults = [cards.loc[rare_and_high == q4, "default"].sum() for q4 in (0, 1)]
    assert experiments.compare_rates(defaults, [(rare_and_high == q4).sum() for q4 in (0, 1)]).p < 0.001
    assert cards.groupby("quadrant")["default"].mean().idxmax() == "Q4"
    planted = truth("cards")["default_logit"]
    fit = logit(cards["default"], cards[["utilisation"]])
    within(fit.params, [planted["intercept"], planted["utilisation"]], fit.bse)
    chi_squared(2 * (logit(cards["default"], cards[["utilisation"]].join(rare_and_high)).llf - fit.llf), 1)
    assert cards["utilisation"].max() <= 1


def test_q1_earns_the_issuer_most_and_q4_is_expected_to_lose(cards):
    planted = truth("cards")
    rates, logit_of = planted["issuer"], planted["default_logit"]
    earned = rates["fee_rate"] * cards["spend"] + rates["margin_rate"] * cards["revolving"]
    lost = rates["lost_at_default"] * cards["revolving"]
    chance = 1 / (1 + np.exp(-logit_of["intercept"] - logit_of["utilisation"] * cards["utilisation"]))
    expected = (earned - lost * chance).groupby(cards["quadrant"]).mean()
    assert expected.to_dict() == pytest.approx(planted["expected_profit"], abs=0.005)
    assert expected.idxmax() == "Q1"
    assert expected["Q4"] < 0 < expected.drop("Q4").min()
    happened = (earned - lost * cards["default"]).groupby(cards["quadrant"])
    noise = np.sqrt((lost**2 * chance * (1 - chance)).groupby(cards["quadrant"]).sum()) / happened.size()
    within(happened.mean(), expected, noise)


# lifecycle


@pytest.fixture(scope="module")
def panel():
    return load("lifecycle")


def test_the_transition_matrix_is_found_cell_by_cell(panel):
    planted = np.array(truth("lifecycle")["transitions"])
    states = truth("lifecycle")["states"]
    found = lifecycle.transition_matrix(panel, absorbing="lost")
    assert found.index.tolist() == states
    moves = lifecycle.transition_matrix(panel, counts=True).sum(axis=1).to_numpy()[:, None]
    within(found, planted, np.sqrt(planted * (1 - planted) / moves))


def test_profit_volume_and_price_by_state_are_the_planted_ones(panel):
    planted = truth("lifecycle")
    panel = panel.assign(profit=panel["volume"] * panel["price"] - panel["cost"])
    for column, key in (("profit", "profit"), ("volume", "mean_volume"), ("price", "mean_price")):
        found = panel.groupby("state")[column].agg(["mean", "sem"]).loc[planted["states"]]
        within(found["mean"], planted[key], found["sem"])
    assert (panel.loc[panel["state"] == "lost", ["volume", "price", "cost"]] == 0).all(axis=None)
    assert (panel.loc[panel["state"] != "lost", "volume"] > 0).all()


def test_the_planted_chain_has_the_published_values():
    planted = truth("lifecycle")
    worth = lifecycle.markov_clv(np.array(planted["transitions"]), planted["profit"], rate=0.10)
    assert worth.round(2).tolist() == [140.51, 336.03, 422.17, 111.00, 0]
    assert lifecycle.expected_life(np.array(planted["transitions"])).iloc[0] == pytest.approx(5.833, abs=5e-4)


def test_the_four_patterns_come_in_the_planted_shares(panel):
    planted = pd.Series(truth("lifecycle")["pattern_shares"])
    assert planted.sum() == pytest.approx(1, abs=1e-5)
    found = lifecycle.classify_pattern(panel, long=12).value_counts(normalize=True)
    found = found.reindex(planted.index, fill_value=0)
    within(found, planted, np.sqrt(planted * (1 - planted) / 800))


def test_rules_on_volume_find_most_of_the_stages(panel):
    customers = panel[panel["state"] != "lost"]
    found = lifecycle.assign_stage(customers, low=3.5, high=7)
    assert 0.85 < (found == customers["state"]).mean() < 1


# churn


@pytest.fixture(scope="module")
def churn():
    return load("churn")


def on(churn, day):
    """The list of one day, its planted truth, and each customer's true chance of leaving."""
    customers, planted = churn[churn["list_date"] == day], truth("churn")
    planted = {name: value[day] if isinstance(value, dict) else value for name, value in planted.items()}
    log_odds = planted["intercept"] + (customers[list(planted["logit"])] * pd.Series(planted["logit"])).sum(axis=1)
    return customers, planted, 1 / (1 + np.exp(-log_odds))


DAYS = ["2024-06-30", "2024-12-31"]


@pytest.mark.parametrize("day", DAYS)
def test_a_regression_finds_the_planted_weights_and_nothing_in_the_other_features(churn, day):
    customers, planted, _ = on(churn, day)
    features = customers.drop(columns=["customer_id", "list_date", "churn"])
    assert features.shape == (3000, 20)
    fit = logit(customers["churn"], features)
    weights = pd.Series({"const": planted["intercept"], **planted["logit"]}).reindex(fit.params.index, fill_value=0)
    off = fit.params - weights
    chi_squared(off @ np.linalg.solve(fit.cov_params(), off), len(off))
    for name in ("complaints_12m", "coupon_use_change", "categories"):
        assert fit.pvalues[name] < 0.001, "what matters is seen to matter"
    assert (fit.pvalues["discount_share"] < 0.001) == (day == "2024-12-31")


@pytest.mark.parametrize("day", DAYS)
def test_as_many_leave_as_was_planted(churn, day):
    customers, planted, chance = on(churn, day)
    rate = planted["base_rate"]
    within(customers["churn"].mean(), rate, np.sqrt(rate * (1 - rate) / len(customers)))
    within(customers["churn"].mean(), chance.mean(), np.sqrt((chance * (1 - chance)).sum()) / len(customers))


def test_in_december_82_percent_are_found_with_a_third_of_the_flags_right(churn):
    customers, planted, chance = on(churn, "2024-12-31")
    n, rate = len(customers), planted["base_rate"]
    result = experiments.confusion(customers["churn"], chance > planted["threshold"])
    error = np.sqrt(0.82 * 0.18 / n)
    within(result.recall, planted["recall"], error / np.sqrt(rate))
    within(result.specificity, planted["specificity"], error / np.sqrt(1 - rate))
    told = experiments.confusion_from_rates(0.10, planted["recall"], planted["specificity"])
    assert round(told.precision, 3) == 0.336
    assert result.accuracy < experiments.confusion(customers["churn"], 0 * customers["churn"]).accuracy


def test_what_is_known_of_a_customer_agrees_with_itself(churn):
    assert ((churn["orders_90d"] > 0) == (churn["days_since_order"] < 90)).all()
    assert (churn["orders_12m"] >= churn[["orders_90d", "late_deliveries_12m", "returns_12m"]].max(axis=1)).all()
    assert (churn["orders_12m"] >= 1).all()
    assert churn["days_since_order"].max() <= 180
    assert churn["tenure_months"].min() >= 12
    assert (churn["service_calls_12m"] >= churn["complaints_12m"]).all()


# winback_ab


@pytest.fixture(scope="module")
def winback():
    return load("winback_ab")


def test_the_coupon_lifts_return_from_4_to_9_2_percent(winback):
    planted = truth("winback_ab")
    arms = winback.groupby("treated")["returned"].agg(["mean", "sem", "size"])
    assert arms["size"].tolist() == [4000, 4000]
    within(arms["mean"], [planted["control_rate"], planted["treated_rate"]], arms["sem"])


def test_uplift_has_nothing_to_do_with_risk_and_all_with_coupons(winback):
    planted = truth("winback_ab")
    terms = pd.DataFrame({
        "risk": winback["risk"],
        "coupon_share": winback["coupon_share"],
        "treated": winback["treated"],
        "treated_risk": winback["treated"] * winback["risk"],
        "treated_coupon": winback["treated"] * winback["coupon_share"],
    })  # fmt: skip
    fit = sm.OLS(winback["returned"], sm.add_constant(terms)).fit(cov_type="HC1")
    control, uplift = planted["control"], planted["uplift"]
    expected = [control["intercept"], control["risk"], 0, uplift["intercept"], 0, uplift["coupon_share"]]
    within(fit.params, expected, fit.bse)
    assert fit.tvalues["treated_coupon"] > 4
    assert fit.tvalues["risk"] < -4
    assert abs(fit.tvalues["treated_risk"]) < 2

    flat = experiments.uplift_by_decile(winback, score="risk", treated="treated", outcome="returned")
    chi_squared((((flat["uplift"] - 0.052) / flat["se"]) ** 2).sum(), 10)
    steep = experiments.uplift_by_decile(winback, score="coupon_share", treated="treated", outcome="returned")
    assert (((steep["uplift"] - 0.052) / steep["se"]) ** 2).sum() > chi2.ppf(0.999, 10)
    assert steep["uplift"].iloc[0] > flat["uplift"].iloc[0]


def test_the_reported_return_counts_those_who_would_have_come_anyway(winback):
    planted = truth("winback_ab")
    arms = winback.groupby("treated")["margin"].agg(["mean", "sem"]) / planted["contact_cost"]
    within(arms["mean"][1], planted["gross_return_as_reported"], arms["sem"][1])
    within(arms["mean"][1] - arms["mean"][0], planted["gross_return_incremental"], np.hypot(*arms["sem"]))
    back = winback.loc[winback["returned"] == 1, "margin"]
    within(back.mean(), planted["mean_margin"], back.sem())
    for rate, figure in (
        (planted["treated_rate"], planted["gross_return_as_reported"]),
        (planted["treated_rate"] - planted["control_rate"], planted["gross_return_incremental"]),
    ):
        assert rate * planted["mean_margin"] / planted["contact_cost"] == pytest.approx(figure, abs=0.005)


def test_no_customer_is_in_two_of_the_files():
    files = ["cohorts", "bank", "value_components", "transactions", "cards", "lifecycle", "churn", "winback_ab"]
    assert pd.concat([load(name)["customer_id"].drop_duplicates() for name in files]).is_unique
