"""What the explorers draw is the data that they are given, read back from the axes: a picture cannot be compared."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from clvlib import acquisition, segments, service, worksheet
from clvlib.course import explorers
from clvlib.course.explorers.capstone import gift_budget
from clvlib.course.explorers.churn_winback import (
    accuracy_by_threshold,
    alarm_counts,
    contact_profit,
    profit_by_threshold,
)
from clvlib.course.explorers.do_programs_work import chance_to_find, program_estimates, stamp_days
from clvlib.course.explorers.forecasting import silence_curve
from clvlib.course.explorers.kano_voice_chain import districts, feature_plane
from clvlib.course.explorers.lifecycle_stages import relationship_months, stages_by_month, worth_by_stage
from clvlib.course.explorers.loyalty_economics import points_account, switching_line, tier_lines
from clvlib.course.explorers.retention import cohort_and_forecasts, firm_between_groups, multiple_curve, spread_out
from clvlib.course.explorers.satisfaction_index import gauges, weight_bars
from clvlib.course.explorers.scores_and_drivers import answer_shares, score_triangle
from clvlib.course.explorers.segments import profit_added, quadrants
from clvlib.course.explorers.service_complaints import closed_by_limit, pareto_bars, staffing_curve
from clvlib.course.explorers.start_here import customer_shares
from clvlib.course.explorers.three_year_table import cash_added_up
from clvlib.course.explorers.time_value import payments_added, payments_today
from clvlib.course.explorers.value_components import income_and_cost
from clvlib.course.explorers.winning_or_keeping import budget_split
from clvlib.course.explorers.worksheet import kept, ladder


@pytest.fixture
def axes():
    return Figure().subplots()


def dots(axes, marker="o"):
    """The points of every line drawn with this marker, in the order of drawing."""
    drawn = [line for line in axes.lines if line.get_marker() == marker]
    return [(np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)) for line in drawn]


def words(axes):
    return [text.get_text() for text in axes.texts]


def stairs(axes):
    """Heights of every step drawing, in the order of drawing."""
    return [patch.get_data()[0] for patch in axes.patches if hasattr(patch, "get_data")]


def bars(axes):
    return [(bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()) for bar in axes.patches]


def test_every_drawing_has_a_test_here():
    """A drawing is a public function of a lesson's file that is given its axes."""
    here = inspect.getsource(inspect.getmodule(test_every_drawing_has_a_test_here))
    files = [import_module(f"{explorers.__name__}.{file.name}") for file in iter_modules(explorers.__path__)]
    own = [
        name
        for file in files
        for name, thing in vars(file).items()
        if getattr(thing, "__module__", "") == file.__name__
    ]
    drawings = [name for name in own if name[0] != "_" and name not in explorers.__all__]
    assert len(drawings) > 30
    assert [name for name in drawings if f" {name}(" not in here] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", explorers.__all__)
def test_an_explorer_is_drawn_in_the_style_of_the_course(name):
    figure = getattr(explorers, name)().figure
    assert figure.axes
    for axes in figure.axes:
        assert not any(axes.spines[side].get_visible() for side in ("top", "right"))
        assert axes.yaxis.label.get_rotation() == 0


def test_a_colour_has_a_name():
    for file in Path(explorers.__file__).parent.glob("*.py"):
        assert not re.search("#[0-9A-F]{6}", file.read_text(encoding="utf-8")), file.name


def test_the_ladder_has_a_bar_a_rung_as_long_as_what_it_keeps(axes):
    corrections = dict(margin_rate=0.1, rate=0.1, retention=0.7, horizon=36, revenue_per_year=1003.2)
    values = worksheet.correction_ladder(780, 1.52, 220, 57, **corrections)["value"]
    ladder(axes, values, list(values.index))
    tracks, bars = axes.containers
    assert [track.get_width() for track in tracks] == [100] * 6
    lengths = [bar.get_width() for bar in bars]
    assert lengths[:2] == pytest.approx([100, 10]), "a tenth is margin"
    assert lengths[5] == pytest.approx(25), "a quarter of the worksheet's 4,012.8 RMB a year"
    assert np.prod(np.array(lengths) / 100) * 260_832 - 57 == pytest.approx(values["revenue"])
    assert words(axes)[0] == "260,775 RMB"
    assert words(axes)[1] == "10 %: 26,026 RMB"


def test_nothing_is_kept_of_nothing():
    values = worksheet.correction_ladder(
        780, 1.52, 220, 57, margin_rate=0, rate=0.1, retention=0.7, horizon=36, revenue_per_year=2444
    )["value"]
    assert kept(values).tolist() == [1, 0, 0, 0, 0, 0]


def test_the_share_curve_marks_its_point(axes):
    curve = segments.whale_curve([5, 3, 1, 1])
    customer_shares(axes, curve, 0.5, 0.8)
    assert np.allclose(axes.lines[0].get_ydata(), curve["value_share"])
    assert dots(axes)[0] == ([0.5], [0.8])


def test_the_multiple_curve_marks_its_point(axes):
    multiple_curve(axes, np.array([0, 0.5, 0.8]), np.array([0, 0.83, 2.67]), 0.8, 2.67)
    assert np.allclose(axes.lines[0].get_ydata(), [0, 0.83, 2.67])
    assert dots(axes)[0] == ([0.8], [2.67])
    assert "2.67" in words(axes)


def test_sorting_draws_the_firm_between_its_groups(axes):
    firm = pd.Series([0.7, 0.8, 0.85], index=[1, 2, 3])
    firm_between_groups(axes, firm, 0.9, 0.5)
    assert np.allclose(dots(axes)[0][1], firm)
    assert [line.get_ydata()[0] for line in axes.lines[:2]] == [0.9, 0.5]
    assert "80.0%" in words(axes)


def test_the_survival_forecast_parts_what_was_seen_from_what_came_after(axes):
    actual = pd.Series([1, 0.8, 0.7, 0.65], index=[0, 1, 2, 3])
    model, other, constant = [1, 0.8, 0.69, 0.6], [1, 0.8, 0.7, 0.61], [1, 0.8, 0.64, 0.5]
    forecasts = {name: np.array(line) for name, line in (("sBG", model), ("BdW", other), ("constant churn", constant))}
    cohort_and_forecasts(axes, actual, 1, forecasts)
    seen, later = dots(axes)
    assert np.allclose(seen[1], [1, 0.8])
    assert np.allclose(later[1], [0.7, 0.65])
    assert [list(line.get_ydata()) for line in axes.lines[:3]] == [model, other, constant]


def test_labels_at_nearly_one_height_are_moved_apart():
    placed = spread_out({"sBG": 0.60, "BdW": 0.61, "constant churn": 0.01}, apart=0.07)
    assert placed == pytest.approx({"constant churn": 0.03, "sBG": 0.60, "BdW": 0.67})


def test_the_silence_begins_at_the_last_purchase_and_is_marked_where_it_stands(axes):
    alive = np.array([0.9, 0.7, 0.4])
    silence_curve(axes, 4, 20, alive, 1)
    (bought, for_certain), (now, chance) = dots(axes)
    assert bought.tolist() == [0, 5, 10, 15, 20]
    assert (for_certain == 1).all()
    assert (now, chance) == ([21], [0.7])
    assert np.allclose(axes.lines[1].get_xdata(), [20, 21, 22])
    assert np.allclose(axes.lines[1].get_ydata(), alive)


def test_payments_one_by_one_and_added_up(axes):
    times, worth = np.arange(1, 61), 1000 / 1.05 ** np.arange(1, 61)
    payments_today(axes, times, worth, 5, 1000)
    assert np.allclose(stairs(axes)[0], worth)
    assert np.allclose(stairs(axes)[1], worth[:5])
    added = Figure().subplots()
    payments_added(added, times, worth.cumsum(), 5, 20_000)
    assert dots(added)[0] == ([5], [worth[:5].sum()])
    assert words(added) == ["5 paid: 4,329", "for ever: 20,000"]


def test_cash_is_added_up_and_payback_marked_where_it_crosses_zero(axes):
    cash = pd.DataFrame({"as paid": [-100, 40, 40, 40], "in today's money": [-100, 40, 36, 33]})
    cash_added_up(axes, cash)
    assert [line.get_ydata().tolist() for line in axes.lines[:2]] == [[-100, -60, -20, 20], [-100, -60, -24, 9]]
    assert dots(axes) == [([2.5], [0])]
    axes.clear()
    cash.loc[0] = -150
    cash_added_up(axes, cash)
    assert dots(axes) == []


def test_the_budget_split_draws_both_returns_and_the_best_split(axes):
    firm = dict(acquisition_ceiling=0.4, acquisition_k=0.03, retention_ceiling=0.7, retention_k=0.07)
    curves = acquisition.acquisition_retention_split(50, 100, **firm, share=np.linspace(0, 1, 11))
    budget_split(axes, curves, 0.35, 0.6)
    assert np.allclose(axes.lines[0].get_ydata(), curves["marginal_acquisition"])
    middle = (curves["marginal_acquisition"][3] + curves["marginal_acquisition"][4]) / 2
    assert dots(axes)[0][1] == pytest.approx([middle])
    assert dots(axes, "^")[0][0] == [0.6]


def test_the_switching_line_counts_everybody_once_in_three_zones(axes):
    gains = np.array([-150.0, -10, 5, 30, 30, 90, 310])
    switching_line(axes, gains, 55, 40, ["stay gladly", "held", "go"])
    assert [len(part) > 0 for part in stairs(axes)] == [True, True, True]
    edges = [patch.get_data().edges for patch in axes.patches if hasattr(patch, "get_data")]
    assert [(part[0], part[-1]) for part in edges] == [(-400, 0), (0, 55), (55, 400)]
    assert words(axes) == ["stay gladly", "held", "go"]


def test_the_points_account_adds_up_to_what_was_put_off(axes):
    points_account(axes, pd.Series([8676.0, 4566.0, 1073.0]))
    heights = [height for _, _, _, height in bars(axes)]
    assert np.allclose(np.add(heights[:3], heights[3:]), 8676)
    assert "1,073 owed" in words(axes)
    assert "4,110 earned" in words(axes)


def test_tier_lines_cross_one_at_the_break_even(axes):
    tier_lines(axes, 0.30, {"silver": 0.10, "gold": 0.20}, 0.5)
    (_, silver), (_, gold) = dots(axes)
    assert silver == pytest.approx([1.0])
    assert gold == pytest.approx([0.5])


def test_income_and_cost_leave_the_dots(axes):
    yearly = pd.Series({"margin": 3e6, "fees": 1e6, "cost": -2e6, "word": -0.5e6})
    weights = np.array([1, 0.8, 0.6])
    income_and_cost(axes, yearly, weights)
    assert np.allclose(dots(axes)[0][1], 1.5 * weights)


def test_the_card_matrix_crosses_each_default(axes):
    holders = pd.DataFrame({"transactions": [10, 100, 5], "spend": [1e3, 1e5, 1e4], "default": [0, 1, 0]})
    quadrants(axes, holders, np.array([True, False, False]), (24, 18_000), ["a", "b", "c", "d"], 2)
    crosses = dots(axes, "x")[0]
    assert (crosses[0], crosses[1]) == ([np.log10(100)], [np.log10(1e5)])
    assert sorted(len(x) for x, _ in dots(axes)) == [1, 2]
    assert words(axes) == ["a", "b", "c", "d"]


def test_profit_added_marks_its_peak(axes):
    profit_added(axes, np.array([0, 5, 9, 7, 4.0]), 1, (0, 9), "profit")
    assert dots(axes)[0] == ([0.25], [5])
    assert dots(axes, "^")[0] == ([0.5], [9])
    assert "highest (triangle): 9     all: 4" in words(axes)


def test_the_alarm_counts_everybody(axes):
    alarm_counts(axes, (80, 160), (20, 740))
    assert sum(width for _, _, width, _ in bars(axes)) == 1000
    assert words(axes) == ["240 called: 80 leave, 160 stay", "760 not called: 20 leave, 740 stay"]


def test_the_threshold_curves_mark_one_place(axes):
    thresholds = np.array([0, 0.1, 0.2, 0.3])
    accuracy_by_threshold(axes, thresholds, np.array([0.1, 0.7, 0.85, 0.9]), 2, 0.9)
    assert dots(axes)[0] == ([0.2], [0.85])
    assert axes.lines[0].get_ydata()[0] == 0.9
    other = Figure().subplots()
    profit_by_threshold(other, thresholds, np.array([-5e3, 4e3, 9e3, 2e3]), 1, 0.15)
    assert dots(other)[0] == ([0.1], [4e3])
    assert 0.15 in [line.get_xdata()[0] for line in other.lines]


def test_contact_profit_marks_every_order_at_the_same_share(axes):
    shares = np.array([0, 0.5, 1])
    earned = {"uplift": [0, 8e3, 6e3], "chance": [0, 3e3, 6e3], "risk": [0, 2e3, 6e3]}
    contact_profit(axes, {order: (shares, np.array(profit)) for order, profit in earned.items()}, 0.25)
    assert [(x[0], y[0]) for x, y in dots(axes)] == [(0.25, 4e3), (0.25, 1.5e3), (0.25, 1e3)]


def test_weight_bars_are_hollow_when_nobody_should_trust_them(axes):
    weights = pd.Series({"a": 0.6, "b": 0.4})
    weight_bars(axes, weights, trusted=False)
    assert [height for *_, height in bars(axes)] == [0.6, 0.4]
    assert {bar.get_facecolor() for bar in axes.patches} == {(1.0, 1.0, 1.0, 1.0)}
    assert words(axes) == ["60%", "40%"]


def test_a_gauge_puts_its_dot_along_its_line_and_waits_at_the_end(axes):
    gauges(axes, [(5, (0, 10), 2, "limit", "five"), (99, (0, 10), 2, "limit", "off")], trusted=True)
    assert [x[0] for x, _ in dots(axes)] == [0.5, 1]
    assert {"five", "off", "limit"} <= set(words(axes))


def test_the_nps_triangle_puts_a_ring_round_the_firm_that_hides_nobody(axes):
    score_triangle(axes, 50, 20, 15, {"A": (50, 20)})
    assert dots(axes)[0] == dots(axes, "s")[0] == ([50], [20])
    assert axes.lines[-1].get_markerfacecolor() == "none"
    below, above = (line.get_ydata() for line in axes.lines[1:3])
    assert np.allclose(above - below, 2 * 15)
    line = axes.lines[0]
    assert np.allclose(np.subtract(line.get_xdata(), line.get_ydata()), 30)


def test_answer_shares_are_bars_with_their_percent(axes):
    answer_shares(axes, {"9-10": 50, "7-8": 30, "0-6": 20})
    assert [width for _, _, width, _ in bars(axes)] == [50, 30, 20]
    assert words(axes) == ["50%", "30%", "20%"]


def test_the_kano_plane_turns_worse_to_the_right(axes):
    features = pd.DataFrame({"better": [0.7, 0.2], "worse": [-0.5, -0.9], "side": ["above", "right"]}, index=["x", "y"])
    feature_plane(axes, features, 0.4, -0.3)
    assert np.allclose(dots(axes)[0], ([0.5, 0.9], [0.7, 0.2]))
    assert dots(axes)[1] == ([0.3], [0.4])
    assert axes.lines[-1].get_markerfacecolor() == "none"
    beside = next(text for text in axes.texts if text.get_text() == "y")
    assert beside.get_position()[0] > 0.9
    assert beside.get_ha() == "left"


def test_stations_have_a_line_a_group_through_its_mean(axes):
    points = pd.DataFrame({"group": ["all"] * 3, "staff": [40, 60, 80], "profit": [90, 100, 110]})
    districts(axes, points, pd.Series({"all": 0.5}))
    assert np.allclose(dots(axes)[0], ([40, 60, 80], [90, 100, 110]))
    assert np.allclose(axes.lines[1].get_ydata(), [90, 110])


def test_a_relationship_shows_its_months_in_three_panels():
    life = pd.DataFrame({"stage": ["exploration", "formation", "stability", "decline"], "volume": [1, 3, 8, 4]})
    life = life.assign(
        price=[50, 52, 55, 50], unit_cost=[48, 47, 45, 46], profit=[-5, 20, 90, 10], indirect=[0, 1, 9, 2]
    )
    panels = Figure().subplots(3)
    relationship_months(panels, life)
    assert np.concatenate(stairs(panels[0])).tolist() == [1, 3, 8, 4]
    assert [line.tolist() for line in stairs(panels[1])] == [[50, 52, 55, 50], [48, 47, 45, 46]]
    assert [line.tolist() for line in stairs(panels[2])][-1] == [0, 21, 99, 12]


def test_stages_by_month_stack_up_to_those_not_lost(axes):
    shares = np.array([[1, 0, 0, 0], [0.3, 0.4, 0, 0.1]])
    stages_by_month(axes, shares)
    top = axes.collections[3].get_paths()[0].vertices
    assert top[:, 1].max() == 1000
    assert 800 in np.round(top[:, 1], 6)


def test_worth_by_stage_has_a_bar_and_a_line_a_stage(axes):
    worth, before = np.array([140.5, 336.0, 422.2, 111.0]), np.array([100.0, 300, 400, 90])
    worth_by_stage(axes, worth, before)
    assert [width for _, _, width, _ in bars(axes)] == worth.tolist()
    assert np.allclose(dots(axes, "|")[0][0], before)


def test_the_staffing_curve_marks_the_agents_at_work(axes):
    levels = np.array([0, 0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 1.0, 1.0])
    staffing_curve(axes, np.arange(3, 15), levels, 7, 0.85)
    curve, here = dots(axes)
    assert np.allclose(curve[1], levels)
    assert here == ([7], [0.8])
    assert axes.get_xlim() == (2.4, 14.6)
    assert words(axes) == ["promise 85%", "80%"]


def test_closed_by_limit_marks_both_ways_of_counting(axes):
    shares = pd.DataFrame({"all": np.linspace(0, 0.8, 337), "closed": np.linspace(0, 0.9, 337)}, index=range(337))
    closed_by_limit(axes, shares, 48)
    assert np.allclose(dots(axes)[0][1], shares.loc[48])
    assert np.allclose(axes.lines[0].get_ydata(), shares["closed"])


def test_program_estimates_stand_beside_the_truth(axes):
    estimates = pd.Series({"members against others": 1.0, "before and after": 0.2, "both": 0.13})
    program_estimates(axes, estimates, 0.12)
    assert np.allclose(dots(axes)[0][0], estimates)
    assert axes.lines[-1].get_xdata()[0] == 0.12
    assert [label.get_text() for label in axes.get_yticklabels()][2] == "both\n+13.0%"


def test_the_chance_to_find_is_marked_at_the_size_of_the_test(axes):
    chance_to_find(axes, np.array([10, 1000, 100_000]), np.array([0.05, 0.6, 1.0]), 1000, 0.6)
    assert np.allclose(dots(axes)[0], ([3], [0.6]))
    assert np.allclose(axes.lines[0].get_ydata(), [0.05, 0.6, 1.0])


def test_stamp_days_put_each_card_on_its_row(axes):
    stamp_days(axes, {"ten stamps": np.array([3.0, 6, 8.5]), "twelve, two given": np.array([2.0, 4, 8])})
    assert np.allclose(dots(axes, "s")[0], ([3, 6, 8.5], [0, 0, 0]))
    assert np.allclose(dots(axes)[0], ([2, 4, 8], [1, 1, 1]))
    assert words(axes) == ["8.5 days", "8.0 days"]


def test_pareto_bars_mark_the_causes_that_were_ended(axes):
    table = service.pareto_table({"fan": 60, "screen": 30, "box": 10})
    pareto_bars(axes, table, 2, "complaints")
    assert np.allclose([width for _, _, width, _ in bars(axes)], [0.6, 0.3, 0.1])
    assert np.allclose(dots(axes)[0][0], [0.6, 0.9, 1.0])
    assert np.allclose(dots(axes)[1], ([0.9], [1]))


def test_the_gift_budget_marks_the_budget_on_the_chosen_curve(axes):
    counts = np.array([0, 100, 200, 300])
    earned = {"worksheet": np.array([0, 50, 80, 60.0]), "best possible": np.array([0, 150, 180, 120.0])}
    gift_budget(axes, counts, earned, "worksheet", 150, 220)
    assert dots(axes)[0] == ([150], [65.0])
    assert dots(axes, "|")[0][0] == [220]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(earned)
    assert len({line.get_linestyle() for line in axes.lines[:2]}) == 2  # told apart without colour
