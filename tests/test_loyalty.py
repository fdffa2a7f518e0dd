"""Loyalty: published numbers, identities, and a slow ledger kept by hand against the fast one."""

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clvlib import loyalty

unhurried = settings(deadline=None)  # pandas on a busy machine

shares = st.floats(0.01, 0.99)
TIERS = pd.DataFrame(
    {
        "tier": ["basic", "silver", "gold"],
        "threshold": [0, 5_000, 20_000],
        "discount": [0, 0.10, 0.20],
        "uplift": [0, 0.35, 0.35],
    }
)


# stays


@unhurried
@given(*[st.integers(-100, 100)] * 2, st.integers(0, 100))
def test_a_keeps_her_when_the_gain_from_leaving_does_not_pay_the_switching_cost(u_a, u_b, cost):
    assert loyalty.stays(u_a, u_b, cost) is (u_b - u_a <= cost)


@unhurried
@given(*[st.integers(-100, 100)] * 2)
def test_a_higher_switching_cost_never_makes_a_less_safe(u_a, u_b):
    safe = loyalty.stays(u_a, u_b, np.arange(201))
    assert (np.diff(safe.astype(int)) >= 0).all()
    assert safe[-1]


@pytest.mark.parametrize(("u_a", "u_b", "cost"), [(0.1, 0.4, 0.3), (0.1, 0.8, 0.7), (0.6, 0.7, 0.1)])
def test_she_stays_at_equality_whatever_the_floats_say(u_a, u_b, cost):
    assert loyalty.stays(u_a, u_b, cost)


@pytest.mark.parametrize(("beyond", "keeps"), [(0, True), (4e-10, True), (2e-9, False), (0.5, False), (1, False)])
def test_she_goes_as_soon_as_the_gain_is_more_than_dust_above_the_cost(beyond, keeps):
    assert loyalty.stays(60, 100 + beyond, 40) is keeps


# discounts


def test_the_whole_sale_may_come_back_and_no_more():
    assert loyalty.effective_discount(4, 0.5, 0.5) == 1
    for points in (5, 8, [1, 5]):
        with pytest.raises(ValueError, match=r"would give back (1\.25|2) times the sale"):
            loyalty.effective_discount(points, 0.5, 0.5)


def test_what_is_left_of_a_sale_is_dust_below_a_millionth_of_a_millionth():
    assert loyalty.breakeven_uplift(0.3 - 4e-12, 0.3) == pytest.approx(0.3 / 4e-12, rel=0.01)
    with pytest.raises(ValueError, match="no volume breaks even"):
        loyalty.breakeven_uplift(0.3 - 4e-13, 0.3)


def test_effective_discount_multiplies_rule_value_and_redemption():
    assert loyalty.effective_discount([1, 2], 0.01, [0.8, 0.5]) == pytest.approx([0.008, 0.010])


@unhurried
@given(st.floats(0.01, 1), shares)
def test_points_on_cash_alone_are_the_discount_that_a_long_chain_of_purchases_gives(per_rmb, redemption):
    """Goods of 1 at list price each time; points of the last purchase pay a part, and only the rest earns new ones."""
    cash = 1.0
    for _ in range(2_000):
        cash = 1 - per_rmb * redemption * cash
    if per_rmb * redemption < 0.95:  # else the chain has not come to rest
        found = loyalty.effective_discount(per_rmb, 1, redemption, earned_on="cash")
        assert found == pytest.approx(1 - cash, abs=1e-9)


def test_points_on_cash_alone_are_what_the_books_put_off():
    books = loyalty.points_liability(100_000, points=10_000, expected=[9_500], redeemed=[0])
    put_off = books["liability"].iloc[0]
    assert loyalty.effective_discount(0.1, 1, 0.95, earned_on="cash") == pytest.approx(put_off / 100_000)


def test_breakeven_uplift_of_nine_and_eight_tenths_at_a_30_percent_margin():
    assert loyalty.breakeven_uplift(0.10, 0.30) == pytest.approx(0.50)
    assert loyalty.breakeven_uplift(0.20, 0.30) == pytest.approx(2.00)


def test_35_percent_more_breaks_even_only_at_margins_of_38_6_and_77_1_percent():
    assert loyalty.breakeven_uplift([0.10, 0.20], [0.3857142857, 0.7714285714]) == pytest.approx(0.35)


@unhurried
@given(shares, shares)
def test_at_the_breakeven_uplift_profit_is_the_same(discount, margin):
    discount *= 0.999 * margin
    uplift = loyalty.breakeven_uplift(discount, margin)
    assert (1 + uplift) * (margin - discount) == pytest.approx(margin)


def test_no_discount_needs_no_uplift():
    assert loyalty.breakeven_uplift(0, 0.3) == 0.0


def test_breakeven_names_the_pair_that_cannot_break_even():
    with pytest.raises(ValueError, match=r"below margin_rate, got 0\.4 and 0\.3"):
        loyalty.breakeven_uplift([0.1, 0.4], 0.3)
    with pytest.raises(ValueError, match="no volume breaks even"):
        loyalty.breakeven_uplift(0.3, 0.1 + 0.2)


# tiers


def test_profit_index_of_silver_is_090_and_of_gold_045_at_35_percent_more():
    table = loyalty.tier_pnl([1_000, 8_000, 30_000, 6_000], TIERS, margin_rate=0.30)
    assert table.loc["silver", "profit_index"] == pytest.approx(0.90)
    assert table.loc["gold", "profit_index"] == pytest.approx(0.45)
    assert table["customers"].to_dict() == {"basic": 1, "silver": 2, "gold": 1, "total": 4}
    assert table["profit_without"].tolist() == pytest.approx([300, 4_200, 9_000, 13_500])
    assert table["profit_with"].tolist() == pytest.approx([300, 3_780, 4_050, 8_130])
    assert table.loc["total", "change"] == pytest.approx(8_130 - 13_500)
    assert table.loc["total", "profit_index"] == pytest.approx(8_130 / 13_500)


def test_tiers_may_name_their_columns_and_customers_have_labels_of_their_own():
    renamed = TIERS.set_axis(["level", "from", "off", "more"], axis=1)
    spend = pd.Series([1_000, 8_000, 30_000], index=["ann", "bo", "cy"])
    table = loyalty.tier_pnl(spend, renamed, 0.3, tier="level", threshold="from", discount="off", uplift="more")
    pd.testing.assert_frame_equal(table, loyalty.tier_pnl([1_000, 8_000, 30_000], TIERS, 0.3))


def test_a_customer_may_spend_nothing():
    customers = loyalty.tier_pnl([0, 500], TIERS, 0.3)["customers"]
    assert customers.tolist() == [2, 0, 0, 2]
    assert customers.dtype == int


def test_the_threshold_itself_is_in_the_tier():
    assert loyalty.tier_pnl([4_999.99, 5_000], TIERS, 0.3)["customers"].tolist() == [1, 1, 0, 2]


def test_a_tier_without_customers_has_an_index_and_no_profit():
    table = loyalty.tier_pnl([100], TIERS, 0.3)
    assert table.loc["gold", ["spend", "profit_with", "profit_index"]].tolist() == pytest.approx([0, 0, 0.45])


@unhurried
@given(st.lists(st.floats(1, 50_000), min_size=1, max_size=20), st.permutations([0, 1, 2]))
def test_tiers_lose_nobody_and_their_order_does_not_matter(spend, order):
    table = loyalty.tier_pnl(spend, TIERS.iloc[order], 0.3)
    assert table.index.tolist() == ["basic", "silver", "gold", "total"]
    assert table.loc["total", "customers"] == len(spend)
    assert table.loc["total", "spend"] == pytest.approx(sum(spend))


def test_a_tier_at_its_breakeven_uplift_has_index_one():
    at_break_even = TIERS.assign(uplift=loyalty.breakeven_uplift(TIERS["discount"], 0.3))
    assert loyalty.tier_pnl([100, 9_000, 30_000], at_break_even, 0.3)["profit_index"].tolist() == pytest.approx([1] * 4)


def test_bunching_is_found_where_it_was_planted_and_not_elsewhere():
    rng = np.random.default_rng(7)
    spend = rng.uniform(50_000, 150_000, 4_000)
    nobody_aims = loyalty.bunching(spend, 100_000, width=10_000)
    assert nobody_aims["p"] > 0.01
    assert nobody_aims["share_above"] == pytest.approx(0.5, abs=0.06)
    nearly_there = (spend > 92_000) & (spend < 100_000)
    spend[nearly_there] = np.where(rng.random(nearly_there.sum()) < 0.5, 100_500, spend[nearly_there])
    aiming = loyalty.bunching(spend, 100_000, width=10_000)
    assert aiming["p"] < 1e-6
    assert aiming["below"] + aiming["above"] == nobody_aims["below"] + nobody_aims["above"]


def test_bunching_counts_a_half_open_interval_on_each_side():
    counts = loyalty.bunching([89, 90, 99, 100, 109, 110], threshold=100, width=10)
    assert counts[["below", "above"]].tolist() == [2, 2]


# points ledger


def table_of(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "date", "points"])


def ledger_by_hand(events, life_in_days, as_of):
    """First in, first out, one lot at a time: the slow way."""
    movements = []
    for customer, own in events.groupby("customer_id"):
        lots = []
        own = own.assign(order=own["points"] < 0).sort_values(["date", "order", "points"])
        for day in pd.date_range(own["date"].min(), as_of):
            for lot in [lot for lot in lots if lot[0] <= day]:
                lots.remove(lot)
                if lot[1]:
                    movements.append((customer, day, "expire", -lot[1]))
            for points in own.loc[own["date"] == day, "points"]:
                movements.append((customer, day, "burn" if points < 0 else "earn", points))
                if points >= 0:
                    lots.append([day + pd.Timedelta(days=life_in_days), points])
                left_to_burn = max(-points, 0)
                for lot in lots:
                    taken = min(lot[1], left_to_burn)
                    lot[1] -= taken
                    left_to_burn -= taken
                if left_to_burn:
                    return None
    return movements


events_of_a_year = st.lists(
    st.tuples(
        st.sampled_from(["Ann", "Bob"]),
        st.integers(0, 60).map(lambda day: pd.Timestamp("2024-02-01") + pd.Timedelta(days=day)),
        st.one_of(st.integers(0, 50), st.integers(-20, -1)),
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: table_of(*rows))


@pytest.mark.long
@unhurried
@given(events_of_a_year, st.integers(1, 40))
def test_the_ledger_is_the_one_kept_by_hand(events, life):
    as_of = pd.Timestamp("2024-05-01")
    by_hand = ledger_by_hand(events, life, as_of)
    if by_hand is None:
        with pytest.raises(ValueError, match="burns"):
            loyalty.points_ledger(events, life, "day", as_of)
        return
    ledger = loyalty.points_ledger(events, life, "day", as_of)
    fast = list(ledger[["customer_id", "date", "event", "points"]].itertuples(index=False, name=None))
    assert sorted(fast) == sorted(by_hand)


def redeemable(seed, customers=40, size=400):
    """Random events in which nobody burns more than is left: a burn is drawn from the balance on that day."""
    rng = np.random.default_rng(seed)
    rows, balance = [], {}
    for day in np.sort(rng.integers(0, 700, size)):
        who, date = f"c{rng.integers(customers)}", pd.Timestamp("2022-01-01") + pd.Timedelta(days=int(day))
        lots = [lot for lot in balance.get(who, []) if lot[0] > date]
        left = sum(points for _, points in lots)
        if left and rng.random() < 0.5:
            burn = int(rng.integers(1, left + 1))
            rows.append((who, date, -burn))
            remaining = np.maximum(np.cumsum([points for _, points in lots]) - burn, 0)
            lots = [(lot[0], int(kept)) for lot, kept in zip(lots, np.diff(remaining, prepend=0), strict=True)]
        else:
            rows.append((who, date, int(rng.integers(1, 100))))
            lots.append((date + pd.Timedelta(days=180), rows[-1][2]))
        balance[who] = lots
    return table_of(*rows)


@pytest.mark.parametrize("seed", range(5))
def test_no_point_is_lost_and_no_balance_is_negative(seed):
    events = redeemable(seed)
    ledger = loyalty.points_ledger(events, 180, "day", as_of="2024-06-01")
    assert (ledger["balance"] >= 0).all()
    flows = ledger.pivot_table(index="customer_id", columns="event", values="points", aggfunc="sum", fill_value=0)
    assert (flows["expire"] < 0).any()
    earned = events[events["points"] > 0].groupby("customer_id")["points"].sum()
    balance = ledger.groupby("customer_id")["balance"].last()
    assert (earned == -flows["burn"] - flows["expire"] + balance).all()


@pytest.mark.long
def test_row_order_and_splitting_by_customer_do_not_matter():
    events = redeemable(1)
    whole = loyalty.points_ledger(events, 6, as_of="2024-06-01").sort_values(["customer_id", "date"], kind="stable")
    shuffled = loyalty.points_ledger(events.sample(frac=1, random_state=3), 6, as_of="2024-06-01")
    split = pd.concat(loyalty.points_ledger(own, 6, as_of="2024-06-01") for _, own in events.groupby("customer_id"))
    for other in (shuffled, split):
        other = other.sort_values(["customer_id", "date"], kind="stable")
        pd.testing.assert_frame_equal(whole.reset_index(drop=True), other.reset_index(drop=True))


def test_the_oldest_points_are_burned_first():
    events = table_of(("Ann", "2024-01-01", 100), ("Ann", "2024-06-01", 100), ("Ann", "2024-07-01", -60))
    ledger = loyalty.points_ledger(events, 12, as_of="2025-12-31")
    assert ledger.loc[ledger["event"] == "expire", "points"].tolist() == [-40, -100]


@pytest.mark.parametrize(("day", "works"), [("2024-12-31", True), ("2025-01-01", False)])
def test_a_point_can_be_burned_up_to_the_day_before_it_expires(day, works):
    events = table_of(("Ann", "2024-01-01", 100), ("Ann", day, -100))
    if works:
        assert loyalty.points_ledger(events, 12, as_of="2026-01-01")["event"].tolist() == ["earn", "burn"]
    else:
        with pytest.raises(ValueError, match="customer Ann burns 100 points on 2025-01-01 but has 0"):
            loyalty.points_ledger(events, 12)


def test_points_of_the_end_of_january_expire_at_the_end_of_february():
    ledger = loyalty.points_ledger(table_of(("Ann", "2024-01-31", 5)), 1, as_of="2024-03-31")
    assert ledger["date"].iloc[1] == pd.Timestamp("2024-02-29")


GONE = {"day": "2024-02-02", "week": "2024-02-14", "month": "2024-03-31", "quarter": "2024-07-31", "year": "2026-01-31"}


@pytest.mark.parametrize("grain", GONE)
def test_points_live_two_days_weeks_months_quarters_or_years(grain):
    ledger = loyalty.points_ledger(table_of(("Ann", "2024-01-31", 5)), 2, grain, as_of="2026-12-31")
    assert ledger["date"].tolist() == [pd.Timestamp("2024-01-31"), pd.Timestamp(GONE[grain])]


def test_columns_may_have_other_names():
    events = table_of(("Ann", "2024-01-10", 5), ("Ann", "2024-01-20", -3)).set_axis(["member", "day", "pts"], axis=1)
    ledger = loyalty.points_ledger(events, customer="member", date="day", points="pts")
    assert ledger.columns.tolist() == ["member", "day", "event", "pts", "balance"]
    assert ledger["pts"].tolist() == [5, -3]


def test_an_expiry_after_as_of_is_not_booked_yet():
    events = table_of(("Ann", "2024-01-10", 5))
    assert len(loyalty.points_ledger(events, 10, "day", as_of="2024-01-19")) == 1
    assert len(loyalty.points_ledger(events, 10, "day", as_of="2024-01-20")) == 2


def test_points_earned_this_morning_expire_by_the_day_and_can_be_burned_at_once():
    events = table_of(("Ann", "2024-01-10 09:00", 5), ("Ann", "2024-01-10 09:00", -5), ("Ann", "2024-01-10 15:00", 7))
    ledger = loyalty.points_ledger(events, 10, "day", as_of="2024-01-20")
    assert ledger["balance"].tolist() == [5, 0, 7, 0]


def test_without_expiry_points_live_for_ever():
    ledger = loyalty.points_ledger(table_of(("Ann", "2000-01-01", 5)), as_of="2024-01-01")
    assert ledger["balance"].tolist() == [5]


def test_customers_need_not_be_of_one_type_and_dates_may_be_date_objects():
    events = table_of((7, pd.Timestamp("2024-01-01").date(), 5), ("Ann", pd.Timestamp("2024-01-02").date(), 6))
    assert loyalty.points_ledger(events)["customer_id"].tolist() == [7, "Ann"]


def test_the_events_are_left_as_they_were():
    events = redeemable(2)
    before = events.copy()
    loyalty.points_ledger(events, 6)
    pd.testing.assert_frame_equal(events, before)


def test_a_hundred_thousand_events_lose_no_point():
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1000, 100_000), unit="D")
    events = pd.DataFrame({"customer_id": rng.integers(0, 20_000, 100_000), "date": days, "points": 10})
    ledger = loyalty.points_ledger(events, 6)
    assert ledger["points"].sum() == ledger.groupby("customer_id")["balance"].last().sum()


# points liability


def test_ifrs_15_example_52():
    table = loyalty.points_liability(100_000, points=10_000, expected=[9_500, 9_700], redeemed=[4_500, 8_500])
    assert table["product_revenue"].round().tolist() == [91_324, 0, 0]
    assert table["points_revenue"].round().tolist() == [0, 4_110, 3_493]
    assert table["liability"].round().tolist() == [8_676, 4_566, 1_073]


def test_a_grocer_with_points_worth_100_over_three_years():
    # 7,200,000 of sales, 80 % of 10,000 points expected, raised to 90 % in year 2 (a textbook illustration of IFRS 15)
    table = loyalty.points_liability(
        7_200_000, points=10_000, expected=[8_000, 9_000, 9_000], redeemed=[4_000, 8_100, 9_000], point_value=100
    )
    assert table["product_revenue"].iloc[0] == pytest.approx(6_480_000)
    assert table["points_revenue"].tolist() == pytest.approx([0, 360_000, 288_000, 72_000])
    assert table["liability"].tolist() == pytest.approx([720_000, 360_000, 72_000, 0])


def test_without_breakage_more_is_put_off():
    assert loyalty.points_liability(100_000, 10_000, [10_000], [0])["liability"].iloc[0] == pytest.approx(100_000 / 11)


def test_a_revised_estimate_does_not_change_the_split_of_the_sale():
    table = loyalty.points_liability(100_000, 10_000, [9_700], [4_500], expected_at_sale=9_500)
    assert table["liability"].iloc[0] == pytest.approx(100_000 * 9_500 / 109_500)
    assert table["points_revenue"].iloc[1] == pytest.approx(100_000 * 9_500 / 109_500 * 4_500 / 9_700)


@unhurried
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 1)), min_size=1, max_size=6), st.floats(0.01, 10))
def test_every_year_revenue_and_liability_add_up_to_the_sale(years, point_value):
    redeemed = np.sort([share for share, _ in years]) * 5_000
    expected = redeemed + np.array([share for _, share in years]) * 5_000
    table = loyalty.points_liability(100_000, 10_000, expected, redeemed, point_value=point_value)
    revenue = (table["product_revenue"] + table["points_revenue"]).cumsum()
    assert (revenue + table["liability"]).to_numpy() == pytest.approx(100_000)
    assert (table["liability"] > -1e-9).all()


# coalition


burns_of_a_coalition = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.integers(0, 10_000)), min_size=1, max_size=20
).map(lambda rows: pd.DataFrame(rows, columns=["earned_at", "burned_at", "points"]))


@unhurried
@given(burns_of_a_coalition)
def test_net_positions_sum_to_zero_and_the_payments_settle_them(burns):
    settlement = loyalty.coalition_settlement(burns, 0.25)
    positions, payments = settlement.positions, settlement.payments
    assert positions["net"].sum() == 0
    assert (payments.sum(axis=0) - payments.sum(axis=1)).tolist() == positions["net"].tolist()
    assert (payments.to_numpy() >= 0).all()
    assert not ((payments > 0) & (payments.T > 0)).any(axis=None)
    assert set(positions.index) == set(burns["earned_at"]) | set(burns["burned_at"])
    assert (positions.index.name, payments.index.name, payments.columns.name) == ("partner", "payer", "payee")


@unhurried
@given(burns_of_a_coalition)
def test_what_a_partner_pays_is_its_own_points_burned_elsewhere(burns):
    positions = loyalty.coalition_settlement(burns, 0.25).positions
    elsewhere = burns[burns["earned_at"] != burns["burned_at"]]
    paid = elsewhere.groupby("earned_at")["points"].sum().reindex(positions.index, fill_value=0)
    assert positions["pays"].tolist() == (paid * 0.25).tolist()


def test_a_coalition_of_three_by_hand():
    rows = [("grocer", "airline", 500), ("airline", "grocer", 200), ("grocer", "hotel", 100), ("hotel", "hotel", 900)]
    burns = pd.DataFrame(rows, columns=["from", "at", "n"])
    settlement = loyalty.coalition_settlement(burns, 0.2, earned_at="from", burned_at="at", points="n")
    assert settlement.positions.loc["grocer"].round(9).tolist() == [120, 40, -80]
    assert settlement.positions.loc["airline"].round(9).tolist() == [40, 100, 60]
    assert settlement.positions.loc["hotel"].round(9).tolist() == [0, 20, 20]
    assert settlement.payments.loc["grocer"].round(9).to_dict() == {"grocer": 0, "airline": 60, "hotel": 20}
    assert settlement.payments.to_numpy().sum() == pytest.approx(80)


def test_points_burned_at_home_move_no_money():
    burns = pd.DataFrame({"earned_at": ["grocer"], "burned_at": ["grocer"], "points": [500]})
    settlement = loyalty.coalition_settlement(burns, 0.01)
    assert settlement.positions.loc["grocer"].tolist() == [0, 0, 0]
    assert isinstance(hash(settlement), int)
    with pytest.raises(FrozenInstanceError):
        settlement.payments = None


# stamp cards


def test_waits_shrink_by_20_percent_from_first_to_last_as_in_the_cafe():
    # Kivetz et al. 2006, study 1: .7 days or 20 % between the first and the last wait of a card of ten
    wait = loyalty.goal_gradient(10, days=3.5, acceleration=0.2 / 0.9)["wait"]
    assert wait.iloc[0] - wait.iloc[-1] == pytest.approx(0.7)
    assert wait.iloc[-1] / wait.iloc[0] == pytest.approx(0.8)


def test_a_card_of_five_with_one_given_by_hand():
    card = loyalty.goal_gradient(5, days=10, acceleration=0.5, head_start=1)
    assert card.index.tolist() == [1, 2, 3, 4]
    assert card["progress"].tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert card["wait"].tolist() == pytest.approx([9, 8, 7, 6])
    assert card["elapsed"].tolist() == pytest.approx([9, 17, 24, 30])


def test_an_illusory_head_start_fills_the_card_sooner():
    plain = loyalty.goal_gradient(10, days=3)
    endowed = loyalty.goal_gradient(12, days=3, head_start=2)
    assert len(plain) == len(endowed) == 10
    assert endowed["elapsed"].iloc[-1] < plain["elapsed"].iloc[-1]
    assert (endowed["wait"] <= plain["wait"]).all()
    assert endowed["progress"].iloc[0] == pytest.approx(2 / 12)


def test_without_acceleration_a_head_start_changes_nothing():
    endowed = loyalty.goal_gradient(12, days=3, acceleration=0, head_start=2)
    assert endowed["elapsed"].tolist() == pytest.approx(range(3, 31, 3))


@unhurried
@given(st.integers(2, 40), st.floats(0.01, 0.99), st.data())
def test_every_wait_is_shorter_than_the_one_before(stamps, acceleration, data):
    card = loyalty.goal_gradient(stamps, 5, acceleration, data.draw(st.integers(0, stamps - 2)))
    assert (card["wait"].diff().dropna() < 0).all()
    assert (card["wait"] > 0).all()
    assert card["elapsed"].iloc[-1] == pytest.approx(card["wait"].sum())


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: loyalty.stays(np.nan, 1, 1), "u_a has a missing value"),
        (lambda: loyalty.points_ledger(table_of(("A", "03/04/2024", 5))), "is no date in 1 of 1 rows"),
        (lambda: loyalty.points_ledger(table_of(("A", 45000, 5))), "is no date in 1 of 1 rows"),
        (
            lambda: loyalty.points_ledger(table_of((None, "2024-03-04", 5))),
            "column 'customer_id' of events is missing in 1 of 1 rows",
        ),
        (lambda: loyalty.points_ledger(table_of(("A", "2024-03-04", 5)), as_of=["2024"]), "as_of"),
        (lambda: loyalty.points_ledger(table_of(("A", "2024-03-04", 5)), 10**9), "at most 36500"),
        (lambda: loyalty.points_ledger(table_of(("A", "2024-03-04", 5)), [1, 2]), "must be one number"),
        (lambda: loyalty.tier_pnl([1], TIERS.assign(threshold="x"), 0.3), "column 'threshold' of tiers must be"),
        (lambda: loyalty.tier_pnl([1], TIERS.assign(threshold=[0, 5, 5]), 0.3), "a threshold of its own"),
        (lambda: loyalty.goal_gradient([10, 12], 3), "stamps must be one number"),
        (lambda: loyalty.points_liability(100, 10, [5, 6], [1, 2, 3]), "got 2 and 3"),
    ],
)
def test_nonsense_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_dates_are_those_of_the_clock_on_the_wall():
    summer_and_winter = table_of(
        ("A", "2024-03-31T01:30+01:00", 5), ("A", "2024-03-31T23:30+02:00", 5), ("A", 20240401, 5)
    )
    assert loyalty.points_ledger(summer_and_winter)["date"].dt.day.tolist() == [31, 31, 1]
