"""The lifecycle: rules on hand-made histories, the Markov chain on published numbers, identities and simulations."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlib import lifecycle, value

STATES = ["exploration", "formation", "stability", "decline", "lost"]
ROWS = np.array(
    [[0.30, 0.40, 0, 0, 0.30], [0, 0.45, 0.40, 0.05, 0.10], [0, 0, 0.80, 0.15, 0.05], [0, 0.10, 0, 0.50, 0.40]]
)
CHAIN = pd.DataFrame(ROWS, index=STATES[:4], columns=STATES)
REWARDS = [-20, 40, 100, 30]


def _history(volumes, customer="ann"):
    return pd.DataFrame({"customer_id": customer, "period": range(1, len(volumes) + 1), "volume": volumes})


def _letters(volumes, **rules):
    return "".join(stage[0] for stage in lifecycle.assign_stage(_history(volumes), low=3, high=6, **rules))


def _panel(**courses):
    """Customers by name; each letter a period: e, f, s, d, l."""
    names = {name[0]: name for name in STATES}
    rows = [(who, t, names[letter]) for who, course in courses.items() for t, letter in enumerate(course)]
    return pd.DataFrame(rows, columns=["customer_id", "period", "state"])


def _simulated_states(customers, periods, seed=7):
    """Customers who start in each state in turn, moved along the chain; shape (customers, periods)."""
    rng = np.random.default_rng(seed)
    upto = np.vstack([ROWS, [0, 0, 0, 0, 1]]).cumsum(axis=1)
    states = np.empty((customers, periods), dtype=int)
    states[:, 0] = np.arange(customers) % 4
    for t in range(1, periods):
        states[:, t] = (rng.random(customers)[:, None] > upto[states[:, t - 1]]).sum(axis=1)
    return states


# Stages and patterns


def test_stages_follow_the_four_rules_in_their_order():
    assert _letters([1, 2, 4, 7, 10, 8, 5]) == "eefsssd"


def test_a_volume_at_low_or_high_belongs_to_the_later_stage():
    assert _letters([2.99, 3, 5.99, 6]) == "effs"


def test_a_fall_of_exactly_thirty_percent_is_not_decline_and_a_little_more_is():
    assert _letters([10, 7, 6.99]) == "ssd"
    assert _letters([9.1, 9.1 * 0.7]) == "ss"


def test_a_small_customer_who_falls_was_never_out_of_exploration():
    assert _letters([2.9, 1, 0]) == "eee"
    assert _letters([3, 1, 0]) == "fdd"


def test_a_customer_may_recover_from_decline():
    assert _letters([10, 4, 9]) == "sds"


def test_lost_begins_after_so_many_silent_periods_and_ends_with_a_purchase():
    assert _letters([8, 0, 0, 0, 7], lost_after=2) == "sdlls"
    assert _letters([0, 0, 1], lost_after=2) == "ele"


def test_each_customer_has_her_own_highest_volume_and_her_own_silence():
    both = pd.concat([_history([10, 0], "ann"), _history([0, 4], "bo")])
    assert lifecycle.assign_stage(both, 3, 6, lost_after=2).tolist() == [
        "stability",
        "decline",
        "exploration",
        "formation",
    ]


@pytest.mark.long
@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=8), min_size=1, max_size=6), st.randoms())
def test_stages_do_not_depend_on_the_order_of_rows_and_never_look_ahead(lives, random):
    history = pd.concat([_history(life, who) for who, life in enumerate(lives)], ignore_index=True)
    stages = lifecycle.assign_stage(history, 3, 6, lost_after=2)
    shuffled = history.sample(frac=1, random_state=random.randrange(1000))
    pd.testing.assert_series_equal(lifecycle.assign_stage(shuffled, 3, 6, lost_after=2).sort_index(), stages)
    until_3 = history[history["period"] <= 3]
    pd.testing.assert_series_equal(lifecycle.assign_stage(until_3, 3, 6, lost_after=2), stages[until_3.index])


@pytest.mark.parametrize(
    ("course", "pattern"),
    [
        ("eel", "premature abortion"),
        ("effd", "midway demise"),
        ("efssdl", "early exit"),
        ("efsssdl", "long-term maintenance"),
        ("efsss", "long-term maintenance"),
        ("efsdss", "long-term maintenance"),
        ("ee", "open"),
        ("efss", "open"),
        ("efdf", "open"),
    ],
)
def test_the_pattern_is_how_far_the_relationship_came_before_it_turned_down(course, pattern):
    assert lifecycle.classify_pattern(_panel(ann=course), long=3)["ann"] == pattern


def test_a_relationship_is_long_term_from_twelve_stable_periods_on():
    panel = _panel(ann="e" + 12 * "s", bo="e" + 11 * "s", cy="e" + 11 * "s" + "d")
    assert lifecycle.classify_pattern(panel).tolist() == ["long-term maintenance", "open", "early exit"]


def test_patterns_come_by_customer_in_order_of_appearance_whatever_the_order_of_rows():
    panel = _panel(zoe="efsl", ann="el").iloc[[3, 4, 0, 2, 1, 5]]
    assert lifecycle.classify_pattern(panel).to_dict() == {"zoe": "early exit", "ann": "premature abortion"}
    assert lifecycle.classify_pattern(panel).index.tolist() == ["zoe", "ann"]


def test_columns_may_have_other_names():
    history = _history([1, 9, 2]).rename(columns={"customer_id": "id", "period": "month", "volume": "spend"})
    history["stage"] = lifecycle.assign_stage(history, 3, 6, customer="id", period="month", volume="spend")
    pattern = lifecycle.classify_pattern(history, customer="id", period="month", state="stage")
    assert pattern.to_dict() == {"ann": "early exit"}


def test_the_models_have_four_five_and_six_stages_in_order():
    for model, stages in {
        "four": [*lifecycle.STAGES],
        "five": ["awareness", "acquisition", "development", "retention", "win-back"],
        "six": ["prospect", "development", "growth", "maturity", "decline", "termination"],
    }.items():
        assert [*filter(None, dict.fromkeys(lifecycle.STAGE_MODELS[model]))] == stages


def test_the_stage_models_are_aligned_by_what_she_does():
    table = lifecycle.STAGE_MODELS
    assert [table.index.name, *table.columns] == [
        "what she does", "four", "five", "six", "activity", "milestones", "clusters",
    ]  # fmt: skip
    assert [" | ".join(row) for row in table.reset_index().to_numpy()] == [
        "no contact yet |  | awareness | prospect |  |  | ",
        "in contact, nothing bought | exploration | acquisition | prospect |  |  | ",
        "first purchases | exploration | acquisition | development | new | new | new",
        "buying more and more | formation | development | growth | stable | active | growth",
        "buying most | stability | retention | maturity | stable | core | mature",
        "buying most, bringing others | stability | retention | maturity | stable | advocate | mature",
        "buying less and less | decline | win-back | decline | at-risk |  | decline",
        "buying no more | decline | win-back | termination |  |  | ",
    ]


# Transitions


def test_transitions_are_counted_within_a_customer_only():
    counts = lifecycle.transition_matrix(_panel(ann="efs", bo="eel"), counts=True)
    assert counts.loc["exploration"].to_dict() == {"exploration": 1, "formation": 1, "stability": 0, "lost": 1}
    assert counts.to_numpy().sum() == 4


def test_states_come_in_lifecycle_order_and_rows_sum_to_one():
    probabilities = lifecycle.transition_matrix(_panel(ann="sfedl", bo="dsell").sample(frac=1, random_state=1))
    assert probabilities.index.tolist() == STATES
    assert probabilities.sum(axis=1).tolist() == [1] * 5
    assert probabilities.loc["decline"].tolist() == [0, 0, 0.5, 0, 0.5]


def test_states_of_ones_own_come_after_the_lifecycles_in_order_of_the_alphabet():
    panel = pd.DataFrame({"customer_id": "ann", "period": range(4), "state": ["zinc", "lost", "gold", "formation"]})
    assert lifecycle.transition_matrix(panel, counts=True).index.tolist() == ["formation", "lost", "gold", "zinc"]


def test_an_absorbing_state_keeps_its_customers_seen_or_not():
    assert lifecycle.transition_matrix(_panel(ann="el"), absorbing="lost").loc["lost"].tolist() == [0, 1]
    assert lifecycle.transition_matrix(_panel(ann="ell"), absorbing=["lost"]).loc["lost"].tolist() == [0, 1]


def test_states_may_be_numbers():
    panel = _panel(ann="esl").replace({"exploration": 1, "stability": 2, "lost": 9})
    assert lifecycle.transition_matrix(panel, absorbing=9).to_numpy().tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 1]]


def test_the_transition_matrix_of_simulated_customers_is_the_true_one_within_four_standard_errors():
    states = _simulated_states(40_000, 8)
    panel = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(40_000), 8),
            "period": np.tile(np.arange(8), 40_000),
            "state": np.array(STATES)[states.ravel()],
        }
    )
    moves = lifecycle.transition_matrix(panel, counts=True).loc[STATES[:4]].sum(axis=1).to_numpy()
    estimate = lifecycle.transition_matrix(panel, absorbing="lost").loc[STATES[:4]].to_numpy()
    error = np.sqrt(ROWS * (1 - ROWS) / moves[:, None])
    assert (np.abs(estimate - ROWS) <= 4 * error).all()
    assert error.max() < 0.005


# Life and value


def test_markov_values_are_140_51_336_03_422_17_and_111_00():
    # a chain of our own, its values also by simulation and as a discounted sum below: rewards now, 10 %
    for rows in (ROWS, ROWS.tolist(), CHAIN):
        assert lifecycle.markov_clv(rows, REWARDS, rate=0.10).round(2).tolist() == [140.51, 336.03, 422.17, 111.0]


def test_expected_life_from_exploration_is_5_833_periods():
    assert round(lifecycle.expected_life(CHAIN)["exploration"], 3) == 5.833


def test_an_absorbing_row_written_out_changes_nothing():
    square = pd.concat([CHAIN, pd.DataFrame([[0, 0, 0, 0, 1.0]], index=["lost"], columns=STATES)])
    values = lifecycle.markov_clv(square, REWARDS, rate=0.10)
    assert values["lost"] == 0
    pd.testing.assert_series_equal(values[:4], lifecycle.markov_clv(CHAIN, REWARDS, rate=0.10))
    pd.testing.assert_series_equal(lifecycle.expected_life(square), lifecycle.expected_life(CHAIN))


def test_states_are_matched_by_name_whatever_their_order():
    turned = CHAIN.iloc[::-1, [4, 2, 0, 3, 1]]
    named = dict(zip(STATES, REWARDS, strict=False))
    values = lifecycle.markov_clv(turned, named, rate=0.10)
    pd.testing.assert_series_equal(values[STATES[:4]], lifecycle.markov_clv(CHAIN, REWARDS, rate=0.10))


def test_rewards_are_matched_by_name_and_not_by_place():
    alphabetical = pd.Series(dict(zip(STATES, [*REWARDS, 0], strict=True))).sort_index()
    values = lifecycle.markov_clv(CHAIN, alphabetical, rate=0.10)
    pd.testing.assert_series_equal(values, lifecycle.markov_clv(CHAIN, REWARDS, rate=0.10))


def test_chances_of_32_bit_floats_may_miss_1_by_their_rounding():
    rows = np.array([[0.7, 0.2, 0.1], [0.1, 0.7, 0.2]], dtype="float32")
    exact = [[0.7, 0.2, 0.1], [0.1, 0.7, 0.2]]
    assert rows[0].astype(float).sum() != 1
    assert lifecycle.expected_life(rows).tolist() == pytest.approx(lifecycle.expected_life(exact).tolist(), rel=1e-6)
    start = np.array([0.7, 0.2, 0.1], dtype="float32")
    shares = lifecycle.stage_shares(exact, start, periods=1)
    assert shares.sum(axis=1).tolist() == pytest.approx([1, 1], abs=1e-15)
    assert shares.loc[1].tolist() == pytest.approx([0.51, 0.28, 0.21], abs=1e-7)


def test_rewards_at_period_end_are_worth_one_period_less():
    now, end = (lifecycle.markov_clv(CHAIN, REWARDS, 0.10, timing=timing) for timing in ("start", "end"))
    assert end.to_numpy() == pytest.approx(now.to_numpy() / 1.1, rel=1e-14)


def test_value_is_the_discounted_sum_of_rewards_over_the_stage_shares():
    shares = lifecycle.stage_shares(CHAIN, "exploration", periods=400)
    worth = ((shares[STATES[:4]] @ np.array(REWARDS)) * 1.1 ** -shares.index.to_numpy(dtype=float)).sum()
    assert worth == pytest.approx(lifecycle.markov_clv(CHAIN, REWARDS, 0.10)["exploration"], abs=1e-9)


def test_expected_life_is_the_sum_of_the_shares_not_yet_lost_and_the_undiscounted_value_of_one_a_period():
    shares = lifecycle.stage_shares(CHAIN, "exploration", periods=400)
    life = lifecycle.expected_life(CHAIN)
    assert (1 - shares["lost"]).sum() == pytest.approx(life["exploration"], abs=1e-9)
    assert lifecycle.markov_clv(CHAIN, [1] * 4, rate=0).to_numpy() == pytest.approx(life.to_numpy(), abs=1e-12)


@pytest.mark.long
def test_simulated_customers_earn_the_value_and_live_the_life():
    states = _simulated_states(100_000, 100)
    earned = (np.array([*REWARDS, 0])[states] * 1.1 ** -np.arange(100)).sum(axis=1).reshape(-1, 4)
    lived = (states < 4).sum(axis=1).reshape(-1, 4)
    for simulated, true in (
        (earned, lifecycle.markov_clv(ROWS, REWARDS, 0.10)),
        (lived, lifecycle.expected_life(ROWS)),
    ):
        error = simulated.std(axis=0) / np.sqrt(len(simulated))
        assert (np.abs(simulated.mean(axis=0) - true) < 4 * error).all()
        assert (error < 0.01 * true).all()


@given(st.floats(0, 0.99), st.floats(0.001, 1))
def test_two_states_give_the_value_and_lifetime_of_constant_retention(retention, rate):
    chain = [[retention, 1 - retention]]
    assert lifecycle.markov_clv(chain, [50], rate)[0] == pytest.approx(
        value.clv(50, retention, rate, first_margin="now"), rel=1e-9
    )
    assert lifecycle.expected_life(chain)[0] == pytest.approx(1 / (1 - retention), rel=1e-9)


def test_where_nobody_moves_nobody_has_a_life_or_a_value():
    nobody_moves = [[1, 0], [0, 1]]
    assert lifecycle.expected_life(nobody_moves).empty
    assert lifecycle.markov_clv(nobody_moves, [0, 0], 0.1).tolist() == [0, 0]


def test_a_reward_in_an_absorbing_state_is_a_perpetuity():
    values = lifecycle.markov_clv([[0, 1], [0, 1]], [0, 10], rate=0.25)
    assert values.tolist() == pytest.approx([40, 50])


def test_shares_start_where_they_are_told_and_always_sum_to_one():
    shares = lifecycle.stage_shares(CHAIN, [0.5, 0.5, 0, 0], periods=3)
    assert shares.loc[0].tolist() == [0.5, 0.5, 0, 0, 0]
    assert shares.loc[1].tolist() == pytest.approx([0.15, 0.425, 0.2, 0.025, 0.2])
    assert shares.sum(axis=1).to_numpy() == pytest.approx(np.ones(4), abs=1e-15)


# Contacts


@given(st.dates(pd.Timestamp("2000-01-01").date(), pd.Timestamp("2060-12-31").date()), st.integers(1, 24))
def test_no_month_goes_by_without_a_contact(start, months):
    plan = lifecycle.contact_plan(start, months)
    days = [pd.Timestamp(start), *plan["date"]]
    assert len({(day.year, day.month) for day in days}) == months + 1
    assert max(after - before for before, after in itertools.pairwise(days)).days <= 31
    assert len(plan) == months + 1


def test_day_7_month_3_and_month_6_bring_in_the_expert():
    plan = lifecycle.contact_plan("2026-03-10")
    special = plan[plan["who"] == "manager, expert"]
    assert special["date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-03-17", "2026-06-10", "2026-09-10"]
    assert special["reason"].tolist() == [
        "day 7: is she content with the first purchase?",
        "month 3: review use, answer questions",
        "month 6: review results together",
    ]


def test_the_plan_is_a_year_of_a_new_customer_unless_said_otherwise():
    plan = lifecycle.contact_plan("2026-03-10")
    pd.testing.assert_frame_equal(plan, lifecycle.contact_plan("2026-03-10", months=12, stage="exploration"))
    assert plan["date"].iloc[-1] == pd.Timestamp("2027-03-10")


def test_the_stage_decides_what_the_monthly_contacts_are_about():
    first_months = [lifecycle.contact_plan("2026-03-10", stage=stage).loc[1] for stage in lifecycle.STAGES]
    assert [(month["reason"], month["who"]) for month in first_months] == [
        ("help with first use", "manager"),
        ("offer what goes with her purchases", "manager"),
        ("thank her, ask what could be better", "manager"),
        ("ask what is wrong, offer a remedy", "manager, services"),
    ]


def test_contacts_made_are_left_out_of_the_plan():
    plan = lifecycle.contact_plan("2026-03-10", months=2, last_contact=pd.Timestamp("2026-04-10 15:00"))
    assert plan["date"].tolist() == [pd.Timestamp("2026-05-10")]
    assert plan.index.tolist() == [0]
    whole = lifecycle.contact_plan("2026-03-10", months=2)
    pd.testing.assert_frame_equal(lifecycle.contact_plan("2026-03-10", months=2, last_contact="2026-03-10"), whole)
