"""Retention: published numbers, identities, and a count by hand beside every table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlib import retention as rt
from clvlib._calendar import DAYS

HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]  # Fader & Hardie 2007, per cent, years 0-7
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]

PERIODS = st.sampled_from(["day", "week", "month", "quarter", "year"])


def test_every_other_denominator_makes_churn_look_smaller_when_the_firm_grows():
    table = rt.churn_denominators(at_start=1000, won=500, lost=200)
    assert table.columns.tolist() == ["customers", "churn", "meaning"]
    assert table["customers"].tolist() == [1000, 1150, 1300, 1500]
    assert table["churn"].tolist() == pytest.approx([200 / 1000, 200 / 1150, 200 / 1300, 200 / 1500])
    assert table["churn"].is_monotonic_decreasing
    assert table["meaning"].to_dict() == {
        "start": "of those at risk, the share gone: a chance",
        "average": "falls when the firm grows, nobody staying longer",
        "end": "those lost are no part of this group",
        "start and won": "counts newcomers as at risk all period",
    }


def test_denominators_agree_where_nobody_is_won_or_lost():
    assert rt.churn_denominators(at_start=1000, won=0, lost=0)["churn"].tolist() == [0, 0, 0, 0]


def test_sixty_per_cent_a_year_is_7_35_a_month_and_5_a_month_is_46_a_year():
    assert rt.convert_rate(0.60, "year", "month") == pytest.approx(0.0735, abs=5e-5)
    assert rt.convert_rate(0.05, "month", "year") == pytest.approx(0.460, abs=5e-4)


def test_a_year_is_four_quarters_twelve_months_365_25_days_and_a_week_is_seven_days():
    assert rt.convert_rate(0.9, "quarter", "year", kind="retention") == pytest.approx(0.9**4, rel=1e-12)
    assert rt.convert_rate(0.9, "month", "quarter", kind="retention") == pytest.approx(0.9**3, rel=1e-12)
    assert rt.convert_rate(0.9, "day", "week", kind="retention") == pytest.approx(0.9**7, rel=1e-12)
    assert rt.convert_rate(0.99, "day", "year", kind="retention") == pytest.approx(0.99**365.25, rel=1e-12)
    assert rt.convert_rate(0.7, "year", "week", kind="retention") == pytest.approx(0.7 ** (7 / 365.25), rel=1e-12)


@given(rate=st.floats(0, 0.99), from_=PERIODS, to=PERIODS)
def test_churn_converts_there_and_back_from_the_longer_period(rate, from_, to):
    # A high daily rate leaves nobody after a year, and nothing brings it back: the way starts at the longer period.
    if DAYS[from_] < DAYS[to]:
        from_, to = to, from_
    there = rt.convert_rate(rate, from_, to)
    assert 0 <= there <= rate + 1e-15
    assert rt.convert_rate(there, to, from_) == pytest.approx(rate, abs=1e-12)


@given(rate=st.floats(0.5, 1), from_=PERIODS, via=PERIODS, to=PERIODS)
def test_retention_converts_the_same_by_any_way_and_is_one_less_churn(rate, from_, via, to):
    straight = rt.convert_rate(rate, from_, to, kind="retention")
    detour = rt.convert_rate(rt.convert_rate(rate, from_, via, kind="retention"), via, to, kind="retention")
    assert detour == pytest.approx(straight, rel=1e-11)
    assert 1 - rt.convert_rate(1 - rate, from_, to) == pytest.approx(straight, abs=1e-12)


def test_sixty_per_cent_churn_is_1_67_started_years_or_1_09_elapsed_with_median_0_76():
    assert round(rt.expected_lifetime(0.6), 2) == 1.67
    assert round(rt.expected_lifetime(0.6, leaving="any_time"), 2) == 1.09
    assert round(rt.median_lifetime(0.6, leaving="any_time"), 2) == 0.76
    assert rt.median_lifetime(0.6) == 1


@given(churn=st.floats(0.02, 1))
def test_started_periods_add_up_survival_at_their_starts(churn):
    survival_at_starts = (1 - churn) ** np.arange(3000)
    assert rt.expected_lifetime(churn) == pytest.approx(survival_at_starts.sum(), rel=1e-9)


@given(churn=st.floats(0.01, 0.999))
def test_elapsed_life_does_not_depend_on_the_unit_of_the_churn_rate(churn):
    monthly = rt.convert_rate(churn, "year", "month")
    for life in (rt.expected_lifetime, rt.median_lifetime):
        assert life(monthly, leaving="any_time") / 12 == pytest.approx(life(churn, leaving="any_time"), rel=1e-9)


@given(churn=st.floats(0.001, 1))
def test_renewal_median_is_the_first_period_that_ends_with_half_or_fewer(churn):
    median = rt.median_lifetime(churn)
    assert (1 - churn) ** median <= 0.5 * (1 + 1e-9)
    assert median == 1 or (1 - churn) ** (median - 1) > 0.5


@pytest.mark.parametrize("periods", [1, 2, 3, 7, 12, 50])
def test_renewal_median_survives_rounding_where_exactly_half_are_left(periods):
    assert rt.median_lifetime(1 - 0.5 ** (1 / periods)) == periods


def test_lifetimes_match_customers_drawn_at_random():
    rng = np.random.default_rng(7)
    started = rng.geometric(0.3, 200_000)
    elapsed = rng.exponential(-1 / np.log(0.7), 200_000)
    assert rt.expected_lifetime(0.3) == pytest.approx(started.mean(), rel=0.01)
    assert rt.median_lifetime(0.3) == np.median(started)
    assert rt.expected_lifetime(0.3, leaving="any_time") == pytest.approx(elapsed.mean(), rel=0.01)
    assert rt.median_lifetime(0.3, leaving="any_time") == pytest.approx(np.median(elapsed), rel=0.01)


def test_if_everybody_leaves_life_is_one_started_period_and_no_time():
    assert rt.expected_lifetime([1.0, 0.5]).tolist() == [1, 2]
    assert rt.median_lifetime(1.0) == 1
    assert rt.expected_lifetime(1.0, leaving="any_time") == 0
    assert rt.median_lifetime(1.0, leaving="any_time") == 0


def test_survival_divides_by_the_cohort_and_retention_by_those_who_came_so_far():
    counts = [10000, 8000, 6480, 5307, 4391]  # Fader & Hardie 2010
    assert rt.survival(counts).tolist() == pytest.approx([1, 0.8, 0.648, 0.5307, 0.4391])
    assert rt.retention_curve(counts).round(3).tolist() == [0.8, 0.81, 0.819, 0.827]
    assert rt.retention_curve([1000, 600, 420]).tolist() == pytest.approx([0.6, 0.7])  # not 420 / 1000
    named = pd.Series([1000, 600, 420], index=["2024", "2025", "2026"])
    assert rt.retention_curve(named).to_dict() == pytest.approx({1: 0.6, 2: 0.7})


@pytest.mark.parametrize("survivors", [HIGH_END, REGULAR])
def test_published_cohorts_keep_more_and_more_from_the_second_year_on(survivors):
    curve = rt.retention_curve(survivors)
    assert curve.index.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert np.diff(curve)[1:].min() > 0
    assert np.prod(curve) == pytest.approx(survivors[-1] / 100, rel=1e-12)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=20))
def test_retention_curve_undoes_survival(rates):
    alive = np.concatenate([[1], np.cumprod(rates)])
    assert rt.retention_curve(rt.survival(alive * 500)).tolist() == pytest.approx(rates, rel=1e-9)


# Remission weeks of 21 leukaemia patients on 6-MP (Freireich et al. 1963), the textbook case of Kaplan-Meier.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_kaplan_meier_reproduces_the_textbook_case():
    table = rt.kaplan_meier(WEEKS, RELAPSED)
    assert table.index.tolist() == [0, 6, 7, 10, 13, 16, 22, 23]
    assert table["at_risk"].tolist() == [21, 21, 17, 15, 12, 11, 7, 6]
    assert table["lost"].tolist() == [0, 3, 1, 1, 1, 1, 1, 1]
    assert table["survival"].round(3).tolist() == [1, 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]


def test_survival_of_a_cohort_followed_to_its_end_is_the_same_from_counts_and_from_customers():
    years = [1] * 400 + [2] * 180 + [3] * 420
    by_customer = rt.kaplan_meier(years, observed=[True] * 1000)["survival"]
    assert by_customer.tolist() == pytest.approx(rt.survival([1000, 600, 420, 0]).tolist(), abs=1e-12)
    assert by_customer.index.tolist() == [0, 1, 2, 3]


def test_kaplan_meier_finds_the_truth_where_dropping_the_censored_does_not():
    rng = np.random.default_rng(3)
    life, watched = rng.exponential(4, 20_000), rng.uniform(0, 6, 20_000)
    seen = life <= watched
    table = rt.kaplan_meier(np.minimum(life, watched), seen)
    truth = np.exp(-np.array([1, 2, 4]) / 4)
    assert table["survival"].asof([1, 2, 4]).tolist() == pytest.approx(truth, abs=0.015)
    dropped = np.array([(life[seen] > t).mean() for t in (1, 2, 4)])
    assert (dropped < truth - 0.1).all()


def test_kaplan_meier_stays_at_1_if_nobody_was_seen_leaving():
    assert rt.kaplan_meier([3, 5], [False, False])["survival"].to_dict() == {0: 1}


def test_kaplan_meier_counts_who_leaves_at_once():
    table = rt.kaplan_meier([0, 2, 3, 3], [True, True, False, True])
    assert table["at_risk"].to_dict() == {0: 4, 2: 3, 3: 2}
    assert table["survival"].tolist() == pytest.approx([3 / 4, 2 / 4, 1 / 4])


def test_kaplan_meier_takes_flags_as_booleans_numbers_or_a_column():
    flags = pd.Series(RELAPSED).astype(bool)
    for observed in (flags, flags.tolist(), flags.astype("boolean"), flags.to_numpy(), RELAPSED):
        assert rt.kaplan_meier(WEEKS, observed)["lost"].sum() == sum(RELAPSED)


def test_a_mixture_keeps_what_its_segments_keep():
    # 500 loyal customers at .9, 500 disloyal ones at .5, counted by hand
    assert rt.mixture_retention([0.5, 0.5], [0.9, 0.5], 2).tolist() == pytest.approx([0.7, 530 / 700])


def test_shares_of_32_bit_floats_may_miss_1_by_their_rounding():
    shares = np.array([0.7, 0.2, 0.1], dtype="float32")
    assert shares.astype(float).sum() != 1
    curve = rt.mixture_retention(shares, [0.9, 0.5, 0.2], 2)
    assert curve[1] == pytest.approx(0.7 * 0.9 + 0.2 * 0.5 + 0.1 * 0.2, abs=1e-7)
    assert curve.tolist() == pytest.approx(rt.mixture_retention([0.7, 0.2, 0.1], [0.9, 0.5, 0.2], 2).tolist(), abs=1e-7)


@given(
    parts=st.lists(st.tuples(st.integers(1, 100), st.floats(0.05, 0.99)), min_size=1, max_size=5),
    periods=st.integers(1, 30),
)
def test_a_mixtures_retention_never_falls_and_stays_between_the_mean_and_the_best(parts, periods):
    weights, rates = np.array(parts).T
    shares = weights / weights.sum()
    curve = rt.mixture_retention(shares, rates, periods)
    assert len(curve) == periods
    assert curve.iloc[0] == pytest.approx(shares @ rates, rel=1e-12)
    assert (np.diff(curve) >= -1e-12).all()
    assert curve.iloc[-1] <= rates.max() + 1e-12


def test_the_firms_retention_rises_every_year_if_segments_differ_and_tends_to_the_loyal_ones():
    curve = rt.mixture_retention([0.3, 0.7], [0.9, 0.4], 40)
    assert (np.diff(curve) > 0).all()
    assert curve.iloc[-1] == pytest.approx(0.9, abs=1e-9)


LOG = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "bo", "cy", "ann", "cy", "cy"],
        "date": ["2024-01-05", "2024-01-20", "2024-01-31", "2024-02-10", "2024-04-01", "2024-04-02", "2024-04-30"],
    }
)


def test_cohort_table_counts_distinct_customers_and_leaves_the_future_open():
    table = rt.cohort_table(LOG)
    assert table.index.astype(str).tolist() == ["2024-01", "2024-02"]
    assert table.columns.tolist() == [0, 1, 2, 3]
    assert (table.index.name, table.columns.name) == ("cohort", "months since first purchase")
    assert table.loc["2024-01"].tolist() == [2, 0, 0, 1]
    assert table.loc["2024-02", :2].tolist() == [1, 0, 1]
    assert table.loc["2024-02", 3] is pd.NA


def test_cohort_shares_divide_by_the_cohorts_size():
    shares = rt.cohort_table(LOG, values="shares")
    assert shares.loc["2024-01"].tolist() == [1, 0, 0, 0.5]
    assert shares.loc["2024-02"].isna().tolist() == [False, False, False, True]


@pytest.mark.filterwarnings("error")
def test_cohort_table_takes_dates_times_time_zones_and_other_column_names():
    expected = rt.cohort_table(LOG)
    stamps = pd.to_datetime(LOG["date"])
    for dates in (stamps, stamps.dt.date, stamps + pd.Timedelta(hours=23), stamps.dt.tz_localize("Asia/Shanghai")):
        log = pd.DataFrame({"id": LOG["customer_id"], "day": dates})
        pd.testing.assert_frame_equal(rt.cohort_table(log, customer="id", date="day"), expected)


def test_weeks_run_from_monday_to_sunday():
    log = pd.DataFrame({"customer_id": [1, 1, 1], "date": ["2024-01-07", "2024-01-08", "2024-01-14"]})
    assert rt.cohort_table(log, grain="week").to_numpy().tolist() == [[1, 1]]


def test_cohort_table_takes_a_format_or_several():
    expected = rt.cohort_table(LOG)
    days = pd.to_datetime(LOG["date"])
    mixed = days.dt.strftime("%d/%m/%Y").where(days.dt.day % 2 == 0, days.dt.strftime("%Y.%m.%d"))
    table = rt.cohort_table(LOG.assign(date=mixed), date_format=["%d/%m/%Y", "%Y.%m.%d"])
    pd.testing.assert_frame_equal(table, expected)
    one = rt.cohort_table(LOG.assign(date=days.dt.strftime("%d/%m/%Y")), date_format="%d/%m/%Y")
    pd.testing.assert_frame_equal(one, expected)


@pytest.mark.long
@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
def test_cohort_table_agrees_with_counting_by_hand_in_any_row_order(grain):
    rng = np.random.default_rng(11)
    days = pd.Timestamp("2022-11-20") + pd.to_timedelta(rng.integers(0, 500, 300), unit="D")
    log = pd.DataFrame({"customer_id": rng.integers(0, 60, 300), "date": days})
    table = rt.cohort_table(log, grain=grain)
    pd.testing.assert_frame_equal(rt.cohort_table(log.sample(frac=1, random_state=1), grain=grain), table)

    code = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}[grain]
    visits = [(customer, date.to_period(code).ordinal) for customer, date in zip(log["customer_id"], days, strict=True)]
    first = {customer: min(when for who, when in visits if who == customer) for customer, _ in visits}
    last = max(when for _, when in visits)
    assert [cohort.ordinal for cohort in table.index] == sorted(set(first.values()))
    for cohort, row in zip(table.index, table.to_numpy(), strict=True):
        active = {since: set() for since in range(len(row))}
        for who, when in visits:
            if first[who] == cohort.ordinal:
                active[when - cohort.ordinal].add(who)
        for since, count in enumerate(row):
            if cohort.ordinal + since > last:
                assert count is pd.NA
            else:
                assert count == len(active[since])
