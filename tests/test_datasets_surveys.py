"""Answers, tickets, panels and files: what was planted in them comes out again, within three standard errors."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from clvlib import experiments, records, satisfaction, service
from clvlib.course import load, truth

pytestmark = pytest.mark.slow

ITEMS = ["quality", "service", "delivery", "price", "range", "website", "packaging", "returns", "delivery_speed"]


# survey


@pytest.fixture(scope="module")
def survey():
    return load("survey")


def overall_on(survey, *columns):
    return smf.ols("overall ~ " + " + ".join(columns), survey).fit()


def test_means_of_three_items_give_the_worked_index_of_73_95(survey):
    means = survey[["quality", "service", "delivery"]].mean()
    assert means.tolist() == pytest.approx([5.6, 4.9, 6.1], abs=1e-12)
    weights = satisfaction.ahp([[1, 2, 4], [1 / 2, 1, 3], [1 / 4, 1 / 3, 1]]).weights
    assert round(satisfaction.satisfaction_index(means, weights), 2) == 73.95


def test_screening_drops_the_duplicate_and_the_weak_item_and_nothing_else(survey):
    planted = truth("survey")
    screened = satisfaction.screen_indicators(survey[ITEMS], survey["overall"])
    kept, duplicate = planted["duplicate"]
    dropped = screened.loc[~screened["keep"], "reason"]
    assert set(dropped.index) == {duplicate, planted["weak"]}
    assert dropped[duplicate].startswith(f"duplicate of '{kept}'")
    assert dropped[planted["weak"]].startswith("weak")


def test_the_weights_of_the_drivers_come_out_if_the_confounder_is_controlled(survey):
    planted = pd.Series(truth("survey")["overall"]).rename({"intercept": "Intercept"})
    assert planted["delivery_speed"] == 0
    fit = overall_on(survey, *ITEMS[:-1], "member")
    assert within(3, fit.params, planted.drop("delivery_speed"), fit.bse)
    assert (fit.tvalues[["quality", "service", "price", "delivery"]] > 3).all()
    both = overall_on(survey, *ITEMS, "member")
    assert both.bse["delivery"] > 3 * fit.bse["delivery"], "the duplicate blurs what it repeats"


def test_packaging_looks_like_a_driver_only_without_the_confounder(survey):
    naive, controlled = overall_on(survey, *ITEMS), overall_on(survey, *ITEMS, "member")
    assert naive.tvalues["packaging"] > 5
    assert naive.params["packaging"] > 0.9 * naive.params["price"] > 0, "it passes for as strong as a true driver"
    assert abs(controlled.tvalues["packaging"]) < 2


def test_repurchase_hangs_on_satisfaction_and_membership_alone(survey):
    fit = smf.logit("repurchase ~ overall + member + packaging + expectation", survey).fit(disp=0)
    planted = pd.Series(truth("survey")["repurchase_logit"]).rename({"intercept": "Intercept"})
    assert within(3, fit.params, planted.reindex(fit.params.index, fill_value=0), fit.bse)


def test_net_promoter_score_is_a_third_with_the_published_shares(survey):
    answers = satisfaction.nps(survey["nps"])
    assert np.bincount(survey["nps"]).tolist() == truth("survey")["nps_counts"]
    assert (answers.promoters, answers.passives, answers.detractors) == (1 / 2, 1 / 3, 1 / 6)
    assert round(answers.score, 1) == 33.3
    assert answers.se == pytest.approx(4.14 * np.sqrt(324 / 1200), abs=0.005)


def test_the_league_table_of_cities_is_noise(survey):
    assert smf.ols("nps ~ C(city)", survey).fit().f_pvalue > 0.05


def test_a_polarised_item_has_the_lower_mean_but_the_larger_top_box(survey):
    polarised = survey[truth("survey")["polarised"]]
    assert polarised.mean() < survey["range"].mean() - 0.5
    assert satisfaction.top_box(polarised) > satisfaction.top_box(survey["range"]) + 0.1
    assert satisfaction.entropy_weights(survey[ITEMS]).idxmax() == polarised.name


# kano


@pytest.fixture(scope="module")
def kano():
    return {
        feature: satisfaction.kano(answers["functional"], answers["dysfunctional"])
        for feature, answers in load("kano").groupby("feature")
    }


def test_every_feature_has_its_planted_counts_and_category(kano):
    planted = truth("kano")["features"]
    found = {feature: result.counts.to_dict() | {"category": result.category} for feature, result in kano.items()}
    assert found == planted
    assert {feature["category"] for feature in planted.values()} == set("MOAIR")


def test_nursing_advice_is_better_70_and_worse_50(kano):
    counts = kano["nursing_advice"].counts
    assert satisfaction.better_worse(*counts[["A", "O", "M", "I"]]) == (0.70, -0.50)
    assert (counts[["A", "O", "M", "I"]] / 29).tolist() == [4, 3, 2, 1]


def test_kano_was_asked_of_300_respondents_of_the_survey_once_a_feature(survey):
    answers = load("kano")
    assert answers.groupby("respondent_id")["feature"].nunique().tolist() == [8] * 300
    assert len(answers) == 2400
    assert set(answers["respondent_id"]) <= set(survey["respondent_id"])


# complaints


@pytest.fixture(scope="module")
def tickets():
    return load("complaints")


@pytest.fixture(scope="module")
def planted_tickets():
    return truth("complaints")


def compliance(tickets, planted):
    columns = dict(group="class", opened="opened_at", resolved="closed_at")
    return service.sla_compliance(tickets, planted["limit_hours"], as_of=planted["snapshot"], **columns)


def test_service_level_rates_of_the_classes_come_out(tickets, planted_tickets):
    limit = pd.to_timedelta(tickets["class"].map(planted_tickets["limit_hours"]), unit="h")
    due = tickets[tickets["opened_at"] + limit <= planted_tickets["snapshot"]]
    table = compliance(due, planted_tickets).drop("all")
    rate = pd.Series(planted_tickets["sla_rate"])
    assert (table["pending"] == 0).all()
    assert within(3, table["compliance"], rate, share_error(rate, table["tickets"]))


def test_dropping_the_open_tickets_flatters(tickets, planted_tickets):
    all_tickets = compliance(tickets, planted_tickets).loc["all"]
    closed_only = compliance(tickets[tickets["closed_at"].notna()], planted_tickets).loc["all"]
    planted = tickets["class"].map(planted_tickets["sla_rate"]).mean()
    error = share_error(planted, len(tickets))
    assert abs(all_tickets["compliance"] - planted) < 3 * error
    assert closed_only["compliance"] > planted + 5 * error
    assert all_tickets["open_overdue"] > 100


def test_times_are_in_order_and_what_comes_after_closing_is_missing_before(tickets, planted_tickets):
    closed = tickets["closed_at"].notna()
    assert tickets["opened_at"].is_monotonic_increasing
    assert (tickets["first_reply_at"] >= tickets["opened_at"])[tickets["first_reply_at"].notna()].all()
    assert (tickets["closed_at"] >= tickets["first_reply_at"])[closed].all()
    assert tickets[["opened_at", "first_reply_at", "closed_at"]].max().max() <= pd.Timestamp(
        planted_tickets["snapshot"]
    )
    for column in ("outcome", "recovery_steps", "satisfaction"):
        assert (tickets[column].notna() == closed).all()
    assert not tickets.loc[~closed, "reopened"].any()


def test_faults_have_their_shares_and_four_of_ten_make_two_thirds(tickets, planted_tickets):
    table = service.pareto_table(tickets["fault"])
    share = pd.Series(planted_tickets["fault_share"])
    assert within(3, table["share"], share, share_error(share, len(tickets)))
    assert abs(table["cumulative_share"].iloc[3] - 0.66) < 3 * share_error(0.66, len(tickets))


def test_fan_noise_is_a_cluster_that_was_dismissed_and_came_back(tickets, planted_tickets):
    planted = planted_tickets["fan_noise"]
    noisy = tickets["fault"] == "fan noise"
    closed = tickets["closed_at"].notna()
    cluster = tickets[noisy & closed]
    assert set(tickets.loc[noisy, "product"]) == {"learning computer"}
    assert tickets.loc[noisy, "opened_at"].min() >= pd.Timestamp(planted["from"])
    dismissed = (cluster["outcome"] == "no fault found").mean()
    assert abs(dismissed - planted["no_fault_found"]) < 3 * share_error(planted["no_fault_found"], len(cluster))
    assert abs(cluster["reopened"].mean() - planted["reopened"]) < 3 * share_error(planted["reopened"], len(cluster))
    elsewhere = (tickets.loc[~noisy & closed, "outcome"] == "no fault found").mean()
    rate = planted_tickets["no_fault_found_elsewhere"]
    assert abs(elsewhere - rate) < 3 * share_error(rate, (~noisy & closed).sum())
    by_tickets = service.pareto_table(tickets["fault"])
    by_returns = service.pareto_table(tickets.loc[tickets["reopened"] == 1, "fault"])
    assert by_tickets.index.get_loc("fan noise") == 5
    assert by_returns.index.get_loc("fan noise") == 1


def test_the_chatbot_contains_more_and_resolves_less(tickets, planted_tickets):
    usual = tickets[(tickets["fault"] != "fan noise") & tickets["closed_at"].notna()]
    found = {
        channel: service.first_contact_resolution(part["contacts"], part["closed_at"].notna(), part["reopened"])
        for channel, part in usual.groupby("channel")
    }
    for channel, result in found.items():
        contained = planted_tickets["one_contact"][channel]
        resolved = contained * (1 - planted_tickets["reopened"][channel])
        assert abs(result.contained - contained) < 3 * share_error(contained, result.tickets)
        assert abs(result.rate - resolved) < 3 * share_error(resolved, result.tickets)
    others = [result for channel, result in found.items() if channel != "chatbot"]
    assert found["chatbot"].contained > max(result.contained for result in others)
    assert found["chatbot"].rate < min(result.rate for result in others)


def test_recovery_lifts_satisfaction_by_the_planted_step(tickets, planted_tickets):
    closed = tickets[tickets["closed_at"].notna()]
    limit = pd.to_timedelta(closed["class"].map(planted_tickets["limit_hours"]), unit="h")
    closed = closed.assign(in_time=(closed["closed_at"] - closed["opened_at"] <= limit).astype(int))
    fit = smf.ols("satisfaction ~ recovery_steps + in_time", closed).fit()
    planted = pd.Series(planted_tickets["satisfaction"]).rename({"intercept": "Intercept"})
    assert within(3, fit.params, planted, fit.bse)


def test_recovery_does_nothing_for_repurchase_though_the_naive_comparison_says_so(tickets, planted_tickets):
    closed = tickets[tickets["closed_at"].notna()]
    naive = smf.logit("repurchase ~ recovery_steps", closed).fit(disp=0)
    controlled = smf.logit("repurchase ~ recovery_steps + orders_before", closed).fit(disp=0)
    planted = pd.Series(planted_tickets["repurchase_logit"]).rename({"intercept": "Intercept"})
    assert planted["recovery_steps"] == 0
    assert naive.tvalues["recovery_steps"] > 5
    assert within(3, controlled.params, planted, controlled.bse)
    assert abs(controlled.tvalues["recovery_steps"]) < 1
    full = closed.loc[closed["recovery_steps"] == 3, "repurchase"]
    assert abs(full.mean() - 0.78) < share_error(0.78, len(full))  # the claim that the lesson audits


# loyalty_panel


@pytest.fixture(scope="module")
def panel():
    table = load("loyalty_panel")
    joiner = table.groupby("customer_id")["member"].transform("max")
    return table.assign(joiner=joiner, after=(table["month"] >= truth("loyalty_panel")["launch_month"]).astype(int))


def group_mean(rows):
    """Mean monthly spend of a group, and its error given who is in it: what luck adds from month to month."""
    by_customer = rows.groupby("customer_id")["spend"]
    return rows["spend"].mean(), np.sqrt((by_customer.var() / by_customer.size()).sum()) / by_customer.ngroups


def test_members_spend_twice_as_much_which_is_not_the_effect(panel):
    planted = truth("loyalty_panel")
    after = panel[panel["after"] == 1]
    members, error = group_mean(after[after["joiner"] == 1])
    others, error_others = group_mean(after[after["joiner"] == 0])
    ratio = members / others
    assert abs(ratio - planted["naive_ratio"]) < 3 * ratio * np.hypot(error / members, error_others / others)
    assert planted["naive_ratio"] == pytest.approx(2, abs=0.02)


def test_before_and_after_overstates_since_everybody_grew(panel):
    planted = truth("loyalty_panel")
    members = panel[panel["joiner"] == 1]
    (before, error_before), (after, error_after) = (group_mean(members[members["after"] == post]) for post in (0, 1))
    ratio = after / before
    error = ratio * np.hypot(error_before / before, error_after / after)
    assert abs(ratio - planted["before_after_ratio"]) < 3 * error
    assert ratio > 1.12 + 3 * error


def test_difference_in_differences_finds_12_per_cent(panel):
    planted = truth("loyalty_panel")
    columns = dict(outcome="spend", unit="customer_id", treated="joiner", post="after")
    result = experiments.difference_in_differences(panel, **columns)
    assert abs(result.estimate - planted["effect"]) < 3 * result.se
    without = result.means.loc["treated", "after"] - result.estimate
    assert abs(result.estimate / without - planted["relative_effect"]) < 3 * result.se / without
    assert result.se / without < 0.015, "sharp enough to tell 12 % from 0 and from 18 %"


def test_before_the_program_the_groups_ran_in_parallel(panel):
    first_year = panel[panel["after"] == 0]
    first_year = first_year.assign(late=(first_year["month"] > 6).astype(int))
    columns = dict(outcome="spend", unit="customer_id", treated="joiner", post="late")
    low, high = experiments.difference_in_differences(first_year, **columns).interval
    assert low < 0 < high


def test_members_join_at_the_launch_for_good_and_earn_a_point_a_yuan_twice_in_one_month(panel):
    assert (panel["member"] == panel["joiner"] * panel["after"]).all()
    assert panel.groupby("customer_id")["month"].apply(list).map(lambda months: months == list(range(1, 25))).all()
    earned = panel[(panel["member"] == 1) & (panel["spend"] > 0)]
    per_yuan = earned["points"] / earned["spend"]
    assert set(per_yuan) == {1, 2}
    assert (per_yuan == 2).groupby(earned["customer_id"]).sum().max() == 1
    assert not panel.loc[panel["member"] == 0, "points"].any()


# ab_email


@pytest.fixture(scope="module")
def arms():
    mails = load("ab_email")
    return mails.groupby("arm")[["open", "convert"]].agg(["sum", "size", "mean"]).loc[["plain", "name"]], mails


def test_the_name_is_opened_22_per_cent_more_often(arms):
    by_arm, planted = arms[0]["open"], truth("ab_email")
    rate = pd.Series(planted["open_rate"])
    assert within(3, by_arm["mean"], rate, share_error(rate, by_arm["size"]))
    result = experiments.compare_rates(by_arm["sum"].tolist(), by_arm["size"].tolist())
    low, high = result.ratio_interval
    assert low - 1 < planted["relative_open_uplift"] < high - 1
    assert low > 1.1
    assert result.p < 1e-6


def test_the_name_sells_no_more(arms):
    by_arm, rate = arms[0]["convert"], pd.Series(truth("ab_email")["convert_rate"])
    assert within(3, by_arm["mean"], rate, share_error(rate, by_arm["size"]))
    assert experiments.compare_rates(by_arm["sum"].tolist(), by_arm["size"].tolist()).p > 0.05


def test_arms_were_drawn_at_random_and_are_large_enough(arms):
    by_arm, mails = arms
    assert by_arm["open"]["size"].tolist() == [10_000, 10_000]
    assert abs(smf.ols("orders_before ~ arm", mails).fit().tvalues.iloc[1]) < 2
    assert smf.ols("open ~ orders_before", mails).fit().tvalues["orders_before"] > 5
    assert not mails.loc[mails["open"] == 0, "convert"].any()
    assert by_arm["open"]["size"].min() > experiments.sample_size(0.20, relative=0.22)


# crm_dirty

PROFILE = ["name", "phone", "email", "city", "address", "postcode", "baby_birth_date"]


@pytest.fixture(scope="module")
def crm():
    return load("crm_dirty")


@pytest.fixture(scope="module")
def same():
    """Pairs of rows that are one customer."""
    owner = pd.Series(truth("crm_dirty")["customer_of_record"])
    return {pair for rows in owner.groupby(owner).groups.values() for pair in combinations(sorted(rows), 2)}


def found_pairs(crm, columns, threshold=90):
    return pairs_of(records.find_duplicates(crm, columns, threshold))


def pairs_of(found):
    return {tuple(sorted(pair)) for pair in zip(found["left"], found["right"], strict=True)}


def test_2200_records_are_2000_customers(crm, same):
    planted = truth("crm_dirty")
    assert crm["record_id"].tolist() == list(range(1, 2201))
    assert len(planted["customer_of_record"]) == 2200
    assert sorted(set(planted["customer_of_record"])) == list(range(1, 2001))
    assert len(same) == planted["duplicate_pairs"] == 210


def test_duplicates_by_format_and_typing_are_found_and_hardly_anything_else(crm, same):
    found = records.find_duplicates(crm, ["name", "phone", "email", "address"])
    pairs = pairs_of(found)
    rows = {kind: {record - 1 for record in records} for kind, records in truth("crm_dirty")["changes"].items()}
    recall = {kind: np.mean([pair in pairs for pair in same if set(pair) & changed]) for kind, changed in rows.items()}
    assert min(recall["format"], recall["typo"]) > 0.95
    assert max(recall["traditional"], recall["new_phone"], recall["moved"]) < 0.5
    assert len(pairs & same) / len(pairs) > 0.9
    full = found[found["compared"] > 2]
    assert pairs_of(full) <= same, "two columns or fewer are weak evidence"


def test_a_lower_threshold_finds_more_and_invents_more(crm, same):
    strict, loose = (found_pairs(crm, ["name", "phone", "email", "address"], threshold) for threshold in (90, 80))
    assert len(strict & same) / len(same) < 0.8
    assert len(loose & same) / len(same) > 0.9
    assert len(loose & same) / len(loose) < 0.6


def test_households_look_like_one_customer_without_the_name(crm, same):
    owner = pd.Series(truth("crm_dirty")["customer_of_record"])
    households = {
        tuple(sorted((left, right)))
        for one, other in truth("crm_dirty")["households"]
        for left in owner.index[owner == one]
        for right in owner.index[owner == other]
    }
    assert not households & same
    assert len(households & found_pairs(crm, ["phone", "address"])) > len(households) / 2
    assert not households & found_pairs(crm, ["name", "phone", "email", "address"])


def test_traditional_names_are_the_simplified_ones_in_other_characters(crm, same):
    changed = {record - 1 for record in truth("crm_dirty")["changes"]["traditional"]}
    names = [(crm["name"][left], crm["name"][right]) for left, right in same if {left, right} & changed]
    differ = [pair for pair in names if pair[0] != pair[1]]
    assert len(differ) > 25
    assert all(len(one) == len(other) for one, other in differ)


def test_gaps_are_counted_to_the_cell(crm):
    gaps = pd.DataFrame(truth("crm_dirty")["gaps"]).T
    table = records.completeness(crm, PROFILE)
    written = gaps.index.drop("baby_birth_date")
    pd.testing.assert_frame_equal(table.loc[written, gaps.columns], gaps.loc[written], check_names=False)
    assert table.loc["baby_birth_date", "empty"] == gaps.loc["baby_birth_date", "empty"]
    made_up = crm["baby_birth_date"] == pd.Timestamp("1900-01-01")
    assert made_up.sum() == gaps.loc["baby_birth_date", "placeholder"]
    assert crm["name"].notna().all()


def test_85_per_cent_is_passed_only_by_counting_placeholders_or_the_shop_s_own_columns(crm):
    assert crm[PROFILE].notna().mean().mean() == pytest.approx(0.93)
    assert records.completeness(crm, PROFILE).loc["all columns", "filled"] < 0.85
    assert records.completeness(crm).loc["all columns", "filled"] > 0.85
    assert (records.completeness(crm, PROFILE, by="row") >= 0.85).mean() < 0.70


def test_both_fraud_scores_tell_something_and_together_more(crm):
    planted = truth("crm_dirty")
    fraud = crm["record_id"].isin(planted["fraud_records"])
    distance = planted["score_distance"]
    log_odds = np.log(crm["model_score"] / (1 - crm["model_score"]))
    scores = {
        distance["model"]: crm["model_score"],
        distance["expert"]: crm["expert_score"],
        np.hypot(*distance.values()): log_odds + distance["expert"] * crm["expert_score"] / 12,
    }
    for apart, score in scores.items():
        area = norm.cdf(apart / np.sqrt(2))
        assert abs(roc_auc_score(fraud, score) - area) < 3 * area_error(area, fraud.sum(), (~fraud).sum())
    single, other, fused = (roc_auc_score(fraud, score) for score in scores.values())
    assert fused > max(single, other) + 0.03


def test_the_model_s_score_is_an_honest_probability(crm):
    fraud = crm["record_id"].isin(truth("crm_dirty")["fraud_records"])
    score = crm["model_score"]
    for part in (score < 0.05, (score >= 0.05) & (score < 0.2), score >= 0.2):
        error = np.sqrt((score * (1 - score))[part].sum()) / part.sum()
        assert abs(fraud[part].mean() - score[part].mean()) < 3 * error


# accounts and gift_test

AGES = ["under 24 months", "24 to 35 months", "36 months and over"]


def test_telephones_join_the_orders_to_the_file(crm):
    accounts, planted = load("accounts"), truth("accounts")
    assert accounts["customer_id"].tolist() == sorted(load("transactions")["customer_id"].unique())
    assert not accounts["phone"].isin(crm["phone"]).any(), "as they are written, none is the same"
    person = pd.Series(planted["customer_of_file"])
    assert sorted(person[person > 0]) == sorted(set(person[person > 0]))
    assert (person > 0).sum() == 1900
    known = pd.DataFrame({"number": records.telephone(crm), "person": truth("crm_dirty")["customer_of_record"]})
    met = known.merge(pd.DataFrame({"number": records.telephone(accounts), "account": person}), on="number")
    homes = {one for pair in truth("crm_dirty")["households"] for one in pair}
    assert set(met.loc[met["person"] != met["account"], "person"]) <= homes, "only who shares a telephone is confused"
    right = met.loc[met["person"] == met["account"], "person"].nunique()
    # in the file with a number, and not another one in her account; the few who are in it twice have two chances
    share = (1 - 0.12) * (1 - 0.08)
    assert abs(right / 1900 - share - 0.01) < 3 * share_error(share, 1900)


def test_a_customer_of_the_file_has_the_file_s_baby(crm):
    planted = truth("accounts")
    person = pd.DataFrame({"person": planted["customer_of_file"], "born": pd.to_datetime(planted["baby_birth_date"])})
    born = crm.assign(person=truth("crm_dirty")["customer_of_record"]).query("baby_birth_date > '1900-01-01'")
    both = born.merge(person, on="person")
    assert len(both) > 1500
    assert (both["baby_birth_date"] == both["born"]).all()
    age = pd.Series(planted["baby_age_months"])
    assert ((pd.Timestamp("2025-06-30") - person["born"]).dt.days / 30.4375 - age).between(-0.1, 1.1).all()
    by_age = pd.cut(age, [0, 23, 35, 100], labels=AGES).map(truth("gift_test")["uplift"])
    assert by_age.tolist() == planted["uplift"]


@pytest.fixture(scope="module")
def gifts():
    return load("gift_test")


def test_the_gift_was_drawn_by_lot(gifts):
    assert gifts["gift"].sum() == len(gifts) / 2 == 6000
    for column in ("baby_age_months", "orders_before", "weeks_since_order", "margin_before"):
        by_arm = gifts.groupby("gift")[column]
        assert abs(by_arm.mean().diff()[1]) < 3 * np.hypot(*by_arm.sem()), column
    assert (gifts["orders_before"] > 0).all()
    assert (gifts["weeks_since_order"] < 26).all()


def test_the_gift_adds_the_planted_share_at_each_age_and_in_proportion(gifts):
    planted = pd.Series(truth("gift_test")["uplift"])[AGES]
    age = pd.cut(gifts["baby_age_months"], [0, 23, 35, 100], labels=AGES)
    usual = smf.ols("margin_after ~ margin_before * weeks_since_order", gifts[gifts["gift"] == 0]).fit().predict(gifts)
    table = gifts.assign(age=age, usual=usual, more=gifts["margin_after"] - usual)
    for half in (table[usual <= usual.median()], table[usual > usual.median()]):
        arms = half.pivot_table("more", "age", "gift", ["mean", "sem"], observed=True)
        expected = half.groupby("age", observed=True)["usual"].mean()
        uplift, error = arms["mean", 1] - arms["mean", 0], np.hypot(arms["sem", 0], arms["sem", 1])
        assert within(3, uplift / expected, planted, error / expected)


def within(errors, found, planted, standard_error):
    """Every figure within so many standard errors of the truth."""
    return (abs(found - planted)[planted.index] < errors * standard_error[planted.index]).all()


def share_error(share, n):
    return np.sqrt(share * (1 - share) / n)


def area_error(area, positives, negatives):
    """Standard error of the area under a ROC curve (Hanley & McNeil 1982)."""
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (positives - 1) * (q1 - area**2) + (negatives - 1) * (q2 - area**2)
    return np.sqrt(spread / (positives * negatives))
