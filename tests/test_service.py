"""Service: Erlang's published rows, exact sums, a simulated queue, and tickets counted by hand."""

import dataclasses
import heapq
from fractions import Fraction
from math import factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clvlib import service

# Erlang C


def _erlang_c_by_recursion(agents, load):
    blocking = 1.0
    for n in range(1, agents + 1):
        blocking = load * blocking / (n + load * blocking)
    return agents * blocking / (agents - load * (1 - blocking))


@pytest.mark.parametrize(
    ("agents", "within_seconds", "published"), [(12, 60, 0.9155), (12, 15, 0.8535), (11, 60, 0.8242)]
)
def test_service_level_of_100_calls_an_hour_is_the_published_one(agents, within_seconds, published):
    level = service.service_level(agents, arrivals_per_hour=100, handle_seconds=300, within_seconds=within_seconds)
    assert round(level, 4) == published


def test_erlang_c_equals_the_exact_sum():
    load, agents = Fraction(25, 3), 12
    queue = load**agents / factorial(agents) * agents / (agents - load)
    exact = queue / (queue + sum(load**k / factorial(k) for k in range(agents)))
    assert service.erlang_c(agents, arrivals_per_hour=100, handle_seconds=300) == pytest.approx(float(exact), rel=1e-13)


def test_one_agent_makes_a_caller_wait_as_often_as_the_agent_is_busy():
    assert service.erlang_c(1, arrivals_per_hour=9, handle_seconds=240) == pytest.approx(0.6, rel=1e-12)


@pytest.mark.parametrize(("agents", "load"), [(110, 100), (1050, 1000), (5100, 5000), (20_100, 20_000), (5001, 5000.5)])
def test_thousands_of_agents_agree_with_the_recursion(agents, load):
    ours = service.erlang_c(agents, arrivals_per_hour=load * 20, handle_seconds=180)
    assert ours == pytest.approx(_erlang_c_by_recursion(agents, load), rel=1e-9)


def test_far_too_many_agents_let_nobody_wait():
    assert service.erlang_c(5000, arrivals_per_hour=10, handle_seconds=60) == 0
    assert service.service_level(5000, arrivals_per_hour=10, handle_seconds=60, within_seconds=0) == 1


def test_without_calls_nobody_waits():
    assert service.erlang_c(1, arrivals_per_hour=0, handle_seconds=300) == 0


def test_a_simulated_queue_answers_as_many_in_time():
    rng = np.random.default_rng(5)
    calls, agents = 200_000, 11
    arrivals = rng.exponential(36, calls).cumsum()
    handle = rng.exponential(300, calls)
    free_at = [0.0] * agents
    waits = np.empty(calls)
    for i, (arrival, busy) in enumerate(zip(arrivals.tolist(), handle.tolist(), strict=True)):
        start = max(arrival, heapq.heappop(free_at))
        waits[i] = start - arrival
        heapq.heappush(free_at, start + busy)
    # Waits come in clusters, so the error is taken from 50 stretches of 4,000 calls.
    for share, ours in (
        (waits > 0, service.erlang_c(agents, 100, 300)),
        (waits <= 60, service.service_level(agents, 100, 300, 60)),
    ):
        stretches = share.reshape(50, -1).mean(axis=1)
        error = stretches.std() / np.sqrt(50)
        assert error < 0.01
        assert share.mean() == pytest.approx(ours, abs=3 * error)


@given(st.integers(1, 300), st.floats(0.01, 0.999), st.floats(1, 3600), st.floats(0, 600))
def test_service_level_is_a_share_and_rises_with_agents_and_time(agents, busy, handle, within):
    arrivals = busy * agents * 3600 / handle
    level = service.service_level(agents, arrivals, handle, within)
    assert 0 <= level <= 1
    assert service.service_level(agents + 1, arrivals, handle, within) >= level
    assert service.service_level(agents, arrivals, handle, within + 60) >= level
    assert 1 - service.service_level(agents, arrivals, handle, 0) == pytest.approx(
        service.erlang_c(agents, arrivals, handle), abs=1e-12
    )


def test_queue_functions_broadcast():
    levels = service.service_level([[11], [12]], 100, 300, [15, 60])
    assert levels.shape == (2, 2)
    assert levels[1].round(4).tolist() == [0.8535, 0.9155]
    assert type(service.erlang_c(12, 100, 300)) is float


# Agents needed


def test_twelve_agents_are_needed_for_nine_in_ten_within_a_minute():
    needed = service.agents_needed(arrivals_per_hour=100, handle_seconds=300, target=0.9, within_seconds=60)
    assert needed == 12
    assert type(needed) is int


def test_exactly_the_level_of_12_agents_still_takes_12():
    level = service.service_level(12, 100, 300, 60)
    assert service.agents_needed(100, 300, level, 60) == 12
    assert service.agents_needed(100, 300, np.nextafter(level, 1), 60) == 13


@given(st.floats(0, 5000), st.floats(1, 3600), st.floats(0, 0.999), st.floats(0, 300))
def test_agents_needed_reach_the_target_and_one_fewer_do_not(arrivals, handle, target, within):
    agents = service.agents_needed(arrivals, handle, target, within)
    assert service.service_level(agents, arrivals, handle, within) >= target
    load = arrivals * handle / 3600
    assume(agents - 1 > load)
    assert service.service_level(agents - 1, arrivals, handle, within) < target


def test_agents_needed_for_every_hour_of_a_day():
    by_hour = service.agents_needed([0, 20, 100, 60], handle_seconds=300, target=0.8, within_seconds=20)
    assert by_hour.tolist() == [service.agents_needed(calls, 300, 0.8, 20) for calls in (0, 20, 100, 60)]
    assert by_hour[0] == 1


def test_large_lines_need_fewer_agents_per_call():
    small, large = service.agents_needed([100, 100_000], handle_seconds=300, target=0.9, within_seconds=60)
    assert large / 1000 < small
    assert large > 100_000 * 300 / 3600


# Service-level agreement

NOON = pd.Timestamp("2024-03-01 12:00")


def _tickets():
    """Age in hours, whether resolved, and class of eight tickets, seen at noon."""
    rows = [
        ("P0", 1.0, True),  # met
        ("P0", 2.0, True),  # met, on the limit
        ("P0", 2.1, True),  # missed
        ("P0", 3.0, False),  # missed, open
        ("P0", 1.0, False),  # pending
        ("P1", 47.0, True),  # met
        ("P1", 50.0, False),  # missed, open
        ("P1", 48.0, False),  # pending, on the limit
    ]
    tickets = pd.DataFrame(rows, columns=["class", "age", "is_resolved"])
    tickets["opened"] = NOON - pd.to_timedelta(tickets["age"], unit="h")
    tickets["resolved"] = pd.Series(NOON, index=tickets.index).where(tickets["is_resolved"])
    return tickets


LIMITS = {"P0": 2, "P1": 48}


def test_overdue_open_tickets_are_missed_and_young_ones_pending():
    table = service.sla_compliance(_tickets(), LIMITS, as_of=NOON, group="class")
    assert table[["tickets", "met", "missed", "open_overdue", "pending"]].to_dict("index") == {
        "P0": {"tickets": 5, "met": 2, "missed": 2, "open_overdue": 1, "pending": 1},
        "P1": {"tickets": 3, "met": 1, "missed": 1, "open_overdue": 1, "pending": 1},
        "all": {"tickets": 8, "met": 3, "missed": 3, "open_overdue": 2, "pending": 2},
    }
    assert table["compliance"].tolist() == [0.5, 0.5, 0.5]


def test_a_pending_ticket_is_missed_once_its_limit_has_passed():
    table = service.sla_compliance(_tickets(), LIMITS, as_of=NOON + pd.Timedelta(hours=1), group="class")
    assert table.loc["P0", ["missed", "open_overdue", "pending"]].tolist() == [2, 1, 1]
    assert table.loc["P1", ["missed", "open_overdue", "pending"]].tolist() == [2, 2, 0]


def test_a_second_over_the_limit_is_missed():
    opened = NOON - pd.to_timedelta([7200, 7201], unit="s")
    table = service.sla_compliance(pd.DataFrame({"opened": opened, "resolved": NOON}), 2, as_of=NOON)
    assert table.loc["all", ["met", "missed"]].tolist() == [1, 1]


def test_dropping_open_tickets_would_flatter():
    table = service.sla_compliance(_tickets(), LIMITS, as_of=NOON, group="class")
    naive = service.sla_compliance(_tickets().query("is_resolved"), LIMITS, as_of=NOON, group="class")
    assert naive.loc["all", "compliance"] == 0.75
    assert table.loc["all", "compliance"] == 0.5


def test_three_published_limits_give_three_figures():
    tickets = _tickets()
    compliance = [service.sla_compliance(tickets, hours, NOON).loc["all", "compliance"] for hours in (2, 24, 7 * 24)]
    assert compliance == [2 / 7, 3 / 6, 1.0]


def test_one_limit_needs_no_class():
    table = service.sla_compliance(_tickets()[["opened", "resolved"]], 24, as_of=NOON)
    assert table.index.tolist() == ["all"]


def test_tickets_read_from_a_file_as_texts_give_the_same_table():
    tickets = _tickets()
    texts = tickets.assign(opened=tickets["opened"].astype(str), resolved=tickets["resolved"].astype(str))
    texts["resolved"] = texts["resolved"].where(tickets["is_resolved"], None)
    pd.testing.assert_frame_equal(
        service.sla_compliance(texts, LIMITS, as_of="2024-03-01 12:00", group="class"),
        service.sla_compliance(tickets, LIMITS, as_of=NOON, group="class"),
    )


def test_no_ticket_resolved_yet_and_a_class_without_tickets():
    opened = _tickets()[["class", "opened"]].assign(resolved=np.nan)
    table = service.sla_compliance(opened, {**LIMITS, "P2": 100}, as_of=NOON, group="class")
    assert table.loc["P0", ["met", "missed", "pending"]].tolist() == [0, 2, 3]
    assert table.loc["P2", "tickets"] == 0
    assert np.isnan(table.loc["P2", "compliance"])


def test_one_limit_can_be_judged_by_class():
    table = service.sla_compliance(_tickets(), 2, as_of=NOON, group="class")
    assert table.index.tolist() == ["P0", "P1", "all"]
    assert table.loc["P1", ["met", "missed", "pending"]].tolist() == [0, 3, 0]


def test_columns_may_have_other_names_and_rows_any_labels():
    tickets = _tickets().set_axis([7] * 8)
    names = {"class": "priority", "opened": "came", "resolved": "done"}
    renamed = tickets.astype({"class": "category"}).rename(columns=names)
    pd.testing.assert_frame_equal(
        service.sla_compliance(renamed, LIMITS, NOON, group="priority", opened="came", resolved="done"),
        service.sla_compliance(tickets, LIMITS, NOON, group="class"),
    )


@pytest.mark.long
@given(
    st.lists(st.tuples(st.sampled_from(["P0", "P1"]), st.integers(0, 100), st.booleans()), min_size=1, max_size=30),
    st.integers(0, 50),
)
def test_every_ticket_is_met_missed_or_pending_and_waiting_never_helps(rows, later):
    tickets = pd.DataFrame(rows, columns=["class", "age", "is_resolved"])
    tickets["opened"] = NOON - pd.to_timedelta(tickets["age"], unit="h")
    tickets["resolved"] = pd.Series(NOON, index=tickets.index).where(tickets["is_resolved"])
    now, then = (
        service.sla_compliance(tickets, LIMITS, NOON + pd.Timedelta(hours=h), group="class") for h in (0, later)
    )
    assert (now["met"] + now["missed"] + now["pending"]).tolist() == now["tickets"].tolist()
    assert now.loc["all", "tickets"] == len(rows)
    assert then["met"].tolist() == now["met"].tolist()
    assert (then["missed"] >= now["missed"]).all()


# First-contact resolution


def test_containment_is_not_resolution():
    # 10 tickets: 8 closed in one contact, of which 3 came back; one took two contacts; one is open.
    result = service.first_contact_resolution(
        contacts=[1] * 8 + [2, 1], closed=[True] * 9 + [False], reopened=[True] * 3 + [False] * 7
    )
    assert (result.contained, result.came_back, result.rate, result.tickets) == (0.8, 0.3, 0.5, 10)


def test_twenty_points_more_cut_the_unresolved_by_four_sevenths():
    def unresolved(share):
        solved = np.arange(100) < share
        return 1 - service.first_contact_resolution(np.where(solved, 1, 2), np.full(100, True), ~solved).rate

    assert 1 - unresolved(85) / unresolved(65) == pytest.approx(0.571, abs=0.0005)


@pytest.mark.parametrize("dtype", [bool, "boolean", int, object])
def test_flags_may_be_bools_or_zeros_and_ones(dtype):
    closed, reopened = pd.Series([1, 1, 0]).astype(dtype), pd.Series([0, 1, 0]).astype(dtype)
    result = service.first_contact_resolution([1, 1, 1], closed, reopened)
    assert (result.contained, result.rate) == (2 / 3, 1 / 3)


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.booleans()), min_size=1))
def test_resolution_is_containment_less_those_who_came_back(rows):
    result = service.first_contact_resolution(*map(list, zip(*rows, strict=True)))
    assert result.rate == pytest.approx(result.contained - result.came_back, abs=1e-12)
    assert 0 <= result.rate <= result.contained <= 1


# Pareto


def test_pareto_puts_the_heaviest_cause_first_and_adds_up():
    table = service.pareto_table({"manual": 1, "fan": 6, "screen": 3})
    assert table.index.tolist() == ["fan", "screen", "manual"]
    assert table["count"].tolist() == [6, 3, 1]
    assert table["count"].dtype == int
    assert table["share"].tolist() == [0.6, 0.3, 0.1]
    assert table["cumulative_share"].tolist() == [0.6, 0.9, 1.0]
    assert table.index.name == "cause"


def test_pareto_counts_one_cause_a_complaint():
    complaints = ["screen", "fan", "fan", "manual", "fan", "screen"]
    for form in (complaints, pd.Series(complaints), np.array(complaints), pd.Series(complaints).value_counts()):
        assert service.pareto_table(form)["count"].to_dict() == {"fan": 3, "screen": 2, "manual": 1}


def test_pareto_keeps_equal_causes_in_the_order_given():
    assert service.pareto_table(["b", "a", "c"]).index.tolist() == ["b", "a", "c"]
    assert service.pareto_table({"b": 2, "a": 2, "c": 3}).index.tolist() == ["c", "b", "a"]
    many = [f"cause {i}" for i in range(100, 0, -1)]
    ranked = service.pareto_table([*many, "cause 50"]).index.tolist()
    assert ranked == ["cause 50", *(cause for cause in many if cause != "cause 50")]


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 1000), min_size=1).filter(lambda d: any(d.values())))
def test_pareto_shares_fall_and_their_sum_rises_to_one(counts):
    table = service.pareto_table(counts)
    assert (table["share"].diff().dropna() <= 0).all()
    assert table["cumulative_share"].is_monotonic_increasing
    assert table["cumulative_share"].iloc[-1] == pytest.approx(1, abs=1e-12)


# Word of mouth


def test_five_and_eleven_balance_at_68_75_percent():
    result = service.word_of_mouth(satisfied=0.6875, told_if_satisfied=5, told_if_not=11)
    assert result.break_even == 0.6875
    assert result.net == 0


@given(st.floats(0, 1), st.floats(0, 100), st.floats(0.1, 100))
def test_net_word_of_mouth_is_positive_above_the_balance_only(satisfied, good, bad):
    result = service.word_of_mouth(satisfied, good, bad)
    assume(abs(satisfied - result.break_even) > 1e-9)
    assert (result.net > 0) == (satisfied > result.break_even)
    assert result.net == result.positive - result.negative


def test_results_cannot_be_changed():
    for result in (service.word_of_mouth(0.5), service.first_contact_resolution([1], [True], [False])):
        field = dataclasses.fields(result)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field, 1)


def test_word_of_mouth_keeps_the_labels_and_takes_other_counts():
    result = service.word_of_mouth(pd.Series([0.5, 0.75], index=["north", "south"]), told_if_satisfied=3, told_if_not=9)
    assert result.positive.to_dict() == {"north": 1.5, "south": 2.25}
    assert result.negative.to_dict() == {"north": 4.5, "south": 2.25}
    assert result.net.to_dict() == {"north": -3, "south": 0}
    assert result.break_even.tolist() == [0.75, 0.75]


def test_word_of_mouth_broadcasts_over_shares():
    result = service.word_of_mouth([0, 0.5, 1])
    assert result.net.tolist() == [-11, -3, 5]
    assert result.break_even.tolist() == [0.6875] * 3
