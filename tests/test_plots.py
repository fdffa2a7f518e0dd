"""Plots draw the data that they are given, read back from the axes: a picture cannot be compared."""

import inspect
import itertools
import zipfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from flit_core.wheel import make_wheel_in
from matplotlib.colors import to_rgb
from test_nonsense import NONSENSE

from clvlib import experiments, plots, retention, segments, value
from clvlib.models import BGNBD, Check

PLOTS = [name for name, each in vars(plots).items() if inspect.isfunction(each) and each.__module__ == plots.__name__]
PLOTS = [name for name in PLOTS if name[0] != "_" and name != "model_check"]  # that draws a figure

SURVIVAL = pd.Series([1, 0.6, 0.42, 0.33], index=pd.Index(range(4), name="years"))
FORECASTS = pd.DataFrame(
    {"actual": [5, 3, 4, 2], "BG/NBD": [4.5, 4, 3.5, 3], "Pareto/NBD": [4.6, 4.1, 3.6, 3.1]},
    index=pd.Index([1, 2, 3, 4], name="week"),
)
GRID = pd.DataFrame([[0.9, 0.5, 0.1], [0.9, 0.8, 0.6]], index=[13, 39], columns=[1, 2, 4])
BINS = pd.DataFrame({"predicted": [0.1, 0.3], "observed": [0.12, 0.25], "low": [0.1, 0.2], "high": [0.2, 0.3]})
MEANS = pd.DataFrame({"control": [70, 80], "treated": [110, 135]}, index=["before", "after"])
ESTIMATES = pd.DataFrame({"estimate": [4.4, -1], "low": [1.8, -3], "high": [7.0, 1]}, index=["e-mail", "letter"])
SPEND = pd.DataFrame({"median": [23, 29], "low": [14, 18], "high": [39, 42]}, index=["1", "2+"])
CALLS = {
    "survival": dict(data=SURVIVAL),
    "retention": dict(data=retention.retention_curve(SURVIVAL)),
    "cohort_heatmap": dict(data=pd.DataFrame({0: [1, 1], 1: [0.4, None]}, index=["2024-01", "2024-02"])),
    "lorenz": dict(data=segments.lorenz([60, 20, 10, 10])),
    "whale": dict(data=segments.whale_curve([60, -20, 50, 10])),
    "frequency_histogram": dict(data=FORECASTS),
    "tracking": dict(data=FORECASTS, seen=2),
    "actual_by_frequency": dict(data=FORECASTS),
    "spend_by_frequency": dict(data=SPEND, unit="USD"),
    "recency_frequency_matrix": dict(data=GRID),
    "iso_value": dict(data=100 * GRID),
    "calibration": dict(data=BINS),
    "gains": dict(data=experiments.gains_curve([1, 0, 1, 0], [4, 3, 2, 1])),
    "cash_j_curve": dict(data=pd.Series([-100, 40, 40, 40], index=pd.Index(range(4), name="year"))),
    "difference_in_differences": dict(data=MEANS, start="after"),
    "intervals": dict(data=ESTIMATES, reference=0, unit="points"),
}


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    yield
    plt.close("all")


def drawn(ax):
    """The points of every line by its name."""
    return {line.get_label(): points(line) for line in ax.lines}


def points(line):
    return np.asarray(line.get_xydata(), float).tolist()


def heights(line):
    return np.asarray(line.get_ydata(), float).tolist()


def words(ax):
    return [text.get_text() for text in ax.texts]


def ticks(axis):
    axis.get_figure().canvas.draw()
    return [label.get_text() for label in axis.get_ticklabels()]


def everything_fits(ax):
    """All words lie inside the figure, and no two names beside the lines on top of one another."""
    figure = ax.figure
    figure.canvas.draw()
    said = [text for text in [*ax.texts, ax._left_title, ax.xaxis.label, ax.yaxis.label] if text.get_text()]
    boxes = [text.get_window_extent() for text in said]
    inside = all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1 for box in boxes)
    names = [text.get_window_extent() for text in ax.texts if text.get_position()[0] == 8]
    apart = not any(one.overlaps(other) for one, other in itertools.combinations(names, 2))
    return inside and apart


# Of all plots


def test_every_plot_is_called_here():
    assert sorted(CALLS) == sorted(PLOTS)


@pytest.mark.parametrize("name", PLOTS)
def test_all_have_one_form(name):
    first, *others = inspect.signature(getattr(plots, name)).parameters.values()
    assert (first.name, first.kind) == ("data", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in others)
    assert [(each.name, each.default) for each in others[-2:]] == [("ax", None), ("title", "")]


@pytest.mark.long
@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.filterwarnings("error")
def test_a_plot_is_titled_labelled_despined_and_silent(name, capsys):
    ax = getattr(plots, name)(**CALLS[name], title="What it shows")
    assert ax.get_title(loc="left") == "What it shows"
    assert ax.get_xlabel()
    assert ax.get_ylabel() or name == "intervals"
    assert not ax.spines["top"].get_visible()
    assert everything_fits(ax)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_draws_where_it_is_told_to_and_leaves_the_callers_style_alone(name):
    mine, _ = plt.subplots(1, 2)[1]
    before = dict(plt.rcParams)
    assert getattr(plots, name)(**CALLS[name], ax=mine) is mine
    assert plt.get_fignums() == [mine.figure.number]
    assert dict(plt.rcParams) == before
    assert getattr(plots, name)(**CALLS[name]).figure is not mine.figure


@pytest.mark.long
@pytest.mark.parametrize("name", PLOTS)
def test_nonsense_gets_a_sentence_and_no_empty_figure(name):
    function, wrong = getattr(plots, name), []
    for parameter in inspect.signature(function).parameters.values():
        for what, nonsense in NONSENSE.items():
            free = parameter.name in ("title", "unit") and what == "text"
            number = parameter.name == "reference" and what in ("-1", "80 for 80 %", "Decimal")
            if free or number or (nonsense is None and parameter.default is None):
                continue
            try:
                function(**CALLS[name] | {parameter.name: nonsense})
            except ValueError as error:
                if "\n" in str(error) or parameter.name not in str(error):
                    wrong.append(f"{parameter.name} = {what}: {error}")
            except Exception as error:
                wrong.append(f"{parameter.name} = {what}: {type(error).__name__}: {error}")
            else:
                wrong.append(f"{parameter.name} = {what}: was taken")
    assert not wrong, "\n".join(wrong)
    assert not plt.get_fignums()


# Of each plot


def test_survival_has_a_line_a_group_and_its_name_at_the_end():
    ax = plots.survival(pd.DataFrame({"actual": SURVIVAL, "sBG": [1, 0.61, 0.4, 0.32], "same": [1, 0.6, 0.36, 0.2]}))
    assert drawn(ax)["actual"] == [[0, 1], [1, 0.6], [2, 0.42], [3, 0.33]]
    assert words(ax) == ["actual", "sBG", "same"]
    assert [text.xy for text in ax.texts] == [(3, 0.33), (3, 0.32), (3, 0.2)]
    assert len({line.get_linestyle() for line in ax.lines}) == 3
    assert len({line.get_color() for line in ax.lines}) == 3
    assert ax.get_xlabel() == "Years since the start"
    assert "100%" in ticks(ax.yaxis)
    assert {line.get_color() for line in ax.get_ygridlines()} == {plots.STYLE["grid.color"]}
    assert everything_fits(ax)


def test_what_is_not_known_yet_is_not_drawn():
    ax = plots.survival(pd.DataFrame({"actual": [1, 0.6, None], "sBG": [1, 0.61, 0.4]}))
    assert drawn(ax) == {"actual": [[0, 1], [1, 0.6]], "sBG": [[0, 1], [1, 0.61], [2, 0.4]]}


def test_kaplan_meier_falls_in_steps():
    survived = retention.kaplan_meier(durations=[1, 2, 2, 3], observed=[True, True, False, True])["survival"]
    assert plots.survival(survived).lines[0].get_drawstyle() == "steps-post"
    assert plots.survival(SURVIVAL).lines[0].get_drawstyle() == "default"


def test_retention_is_cut_off_below_and_ends_at_100_percent():
    ax = plots.retention(pd.Series([0.85, 0.88, 0.92], index=[1, 2, 3]))
    assert points(ax.lines[0]) == [[1, 0.85], [2, 0.88], [3, 0.92]]
    low, high = ax.get_ylim()
    assert low == pytest.approx(0.8)
    assert 1 < high < 1.05
    assert plots.retention(pd.Series([0.02, 0.5])).get_ylim()[0] == 0


def test_the_heat_map_shows_cohort_tables_and_leaves_the_future_white():
    log = pd.DataFrame(
        {"who": ["ann", "bo", "ann", "cy"], "date": ["2024-01-05", "2024-01-31", "2024-02-10", "2024-02-11"]}
    )
    ax = plots.cohort_heatmap(retention.cohort_table(log, customer="who", values="shares"))
    shares = ax.images[0].get_array()
    assert shares.tolist() == [[1, 0.5], [1, None]]
    assert words(ax) == ["100%", "50%", "100%"]
    assert ticks(ax.yaxis) == ["2024-01", "2024-02"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Months since first purchase", "Cohort")


@pytest.mark.long
def test_a_large_heat_map_has_a_scale_of_colours_instead_of_numbers():
    weeks = pd.period_range("2024-01-01", periods=60, freq="W-SUN", name="cohort")
    ax = plots.cohort_heatmap(pd.DataFrame(np.full((60, 30), 0.2), index=weeks))
    assert not ax.texts
    assert len(ax.figure.axes) == 2
    assert len(ticks(ax.yaxis)) == 20
    assert ticks(ax.yaxis)[:2] == ["2024-01-01", "2024-01-22"]


def test_counts_in_a_heat_map_are_told_how_to_become_shares():
    with pytest.raises(ValueError, match=r"column 0 of data must be .* got 5; cohort_table\(\.\.\., values='shares'\)"):
        plots.cohort_heatmap(pd.DataFrame({0: [5], 1: [2]}))


def test_lorenz_draws_the_curve_and_half_of_gini_in_colour():
    revenue = [60, 20, 10, 10]
    ax = plots.lorenz(segments.lorenz(revenue))
    assert points(ax.lines[0]) == [[0, 0], [0.25, 0.1], [0.5, 0.2], [0.75, 0.4], [1, 1]]
    corners = ax.collections[0].get_paths()[0].vertices
    area = abs(np.sum(corners[:-1, 0] * corners[1:, 1] - corners[1:, 0] * corners[:-1, 1])) / 2
    assert area == pytest.approx(segments.gini(revenue) / 2)


def test_whale_marks_its_highest_point_only_where_losses_follow():
    ax = plots.whale(segments.whale_curve([60, -20, 50, 10]))
    assert heights(ax.lines[0]) == [0, 0.6, 1.1, 1.2, 1]
    assert "120% of the total from 75% of the customers" in words(ax)
    assert words(plots.whale(segments.whale_curve([3, 2, 0, 0]))) == ["if all were equal"]


def test_the_histogram_has_a_bar_and_marks_at_each_number():
    ax = plots.frequency_histogram(FORECASTS.set_axis(["0", "1", "2", "3+"]))
    assert [bar.get_height() for bar in ax.patches] == [5, 3, 4, 2]
    assert drawn(ax)["BG/NBD"] == [[0, 4.5], [1, 4], [2, 3.5], [3, 3]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["actual", "BG/NBD", "Pareto/NBD"]
    assert len({line.get_marker() for line in ax.lines}) == 2
    assert ticks(ax.xaxis) == ["0", "1", "2", "3+"]


def test_tracking_adds_up_or_not_and_shades_what_was_seen():
    ax = plots.tracking(FORECASTS, seen=2)
    assert heights(ax.lines[0]) == [5, 8, 12, 14]
    assert heights(ax.lines[1]) == [4.5, 8.5, 12, 15]
    assert (ax.patches[0].get_x(), ax.patches[0].get_width()) == (1, 1)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Week", "Purchases, added up")
    weekly = plots.tracking(FORECASTS, cumulative=False)
    assert heights(weekly.lines[0]) == [5, 3, 4, 2]
    assert not weekly.patches
    assert weekly.get_ylabel() == "Purchases per week"


@pytest.mark.parametrize(
    ("labels", "seen"),
    [
        (pd.date_range("2024-01-07", periods=4, freq="7D"), pd.Timestamp("2024-01-14")),
        (pd.period_range("2024-01-01", periods=4, freq="W-SUN"), pd.Period("2024-01-08", freq="W-SUN")),
    ],
)
@pytest.mark.filterwarnings("error")
def test_tracking_takes_dates_and_periods(labels, seen):
    ax = plots.tracking(FORECASTS.set_axis(labels), seen=seen)
    assert ax.get_xlabel() == "Date"
    assert "Jan" in ax.xaxis.get_major_formatter().format_ticks([19723.0, 19737.0])[0] or "2024" in ticks(ax.xaxis)
    assert np.ptp(ax.lines[0].get_xydata()[:, 0]) == 21
    assert ax.patches[0].get_width() == 7


def test_forecasts_by_frequency_stand_beside_what_happened():
    ax = plots.actual_by_frequency(FORECASTS.set_axis(["0", "1", "2", "3+"]))
    assert drawn(ax)["Pareto/NBD"] == [[0, 4.6], [1, 4.1], [2, 3.6], [3, 3.1]]
    assert words(ax) == ["actual", "BG/NBD", "Pareto/NBD"]
    with pytest.raises(ValueError, match="data has no column 'actual', only 'BG/NBD', 'Pareto/NBD'"):
        plots.actual_by_frequency(FORECASTS.drop(columns="actual"))


def test_the_matrix_has_a_cell_a_pair_and_a_scale_with_its_unit():
    world = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
    p_alive = pd.DataFrame({x: world.p_alive(x, [13, 26, 39], 39) for x in (1, 2, 4)}, index=[13, 26, 39])
    ax = plots.recency_frequency_matrix(p_alive)
    assert ax.collections[0].get_array().tolist() == p_alive.to_numpy().tolist()
    assert ax.figure.axes[1].get_ylabel() == "P(alive)"
    with pytest.raises(ValueError, match="values that are no probabilities need a unit"):
        plots.recency_frequency_matrix(100 * p_alive)
    money = plots.recency_frequency_matrix(100 * p_alive, unit="RMB")
    assert money.figure.axes[1].get_ylabel() == "Value (RMB per customer)"
    with pytest.raises(ValueError, match="data must have rising numbers as its index"):
        plots.recency_frequency_matrix(p_alive[::-1])


def test_iso_value_lines_run_through_points_of_equal_value():
    recency, frequency = np.arange(10.0, 40), np.arange(1.0, 9)
    plane = pd.DataFrame(np.add.outer(recency, 2 * frequency), index=recency, columns=frequency)
    ax = plots.iso_value(plane, levels=[25, 40])
    points = np.vstack([path.vertices for path in ax.collections[0].get_paths()])
    assert set(np.round(points[:, 1] + 2 * points[:, 0], 6)) == {25, 40}
    assert {"25", "40", "lines: RMB per customer"} == set(words(ax))
    for levels, sentence in (([40, 25], "must rise, got 40, 25"), ([1, 2], "must lie among the values, 12 to 55")):
        with pytest.raises(ValueError, match=sentence):
            plots.iso_value(plane, levels=levels)


def test_calibration_draws_dots_and_intervals_against_the_diagonal():
    ax = plots.calibration(BINS)
    assert points(ax.lines[0]) == [[0.1, 0.12], [0.3, 0.25]]
    bars = [segment.tolist() for segment in ax.collections[0].get_segments()]
    assert np.allclose(bars, [[[0.1, 0.1], [0.1, 0.2]], [[0.3, 0.2], [0.3, 0.3]]])
    with pytest.raises(ValueError, match=r"low, estimate and high must stand in this order, got 0\.15, 0\.12, 0\.2"):
        plots.calibration(BINS.assign(low=[0.15, 0.2]))


@pytest.mark.long
def test_gains_draws_scores_against_the_lot_and_lift_divides_by_it():
    left = [1, 0, 1, 0]
    found = pd.DataFrame(
        {"model": experiments.gains_curve(left, [4, 1, 3, 2]), "age": experiments.gains_curve(left, [1, 1, 1, 1])}
    )
    ax = plots.gains(found)
    assert drawn(ax)["model"] == [[0, 0], [0.25, 0.5], [0.5, 1], [0.75, 1], [1, 1]]
    assert drawn(ax)["age"] == [[0, 0], [0.25, 0.25], [0.5, 0.5], [0.75, 0.75], [1, 1]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["model", "age"]
    lift = plots.gains(found, lift=True)
    assert heights(lift.lines[0]) == pytest.approx([2, 2, 4 / 3, 1])
    assert heights(lift.lines[1]) == [1, 1, 1, 1]
    assert lift.get_ylabel() == "Times as many found as by lot"


def test_the_j_curve_marks_payback_where_the_library_counts_it():
    cash = pd.Series([-57.0, 20, 18, 25, 11], index=pd.Index(range(5), name="year"))
    ax = plots.cash_j_curve(cash)
    assert heights(ax.lines[0]) == [-57, -37, -19, 6, 17]
    assert ax.lines[-1].get_xdata()[0] == pytest.approx(value.payback(57, cash[1:])) == pytest.approx(2.76)
    assert words(ax) == ["−57", "17", "paid back after 2.8 years"]
    assert ax.get_ylabel() == "Cash added up (RMB)"
    named = plots.cash_j_curve(cash.set_axis(["now", *(f"year {year}" for year in range(1, 5))]))
    assert ticks(named.xaxis) == ["now", "year 1", "year 2", "year 3", "year 4"]
    assert named.lines[-1].get_xdata()[0] == pytest.approx(2.76)
    never = plots.cash_j_curve(pd.Series([-1000, -500, 300]), unit="USD per shop")
    assert words(never) == ["−1,500", "−1,200"]
    assert never.get_ylabel() == "Cash added up (USD per shop)"


def test_difference_in_differences_says_what_the_library_estimates():
    panel = pd.DataFrame(
        {
            "who": list("aabbccdd"),
            "member": [1] * 4 + [0] * 4,
            "after": [0, 1] * 4,
            "spend": [100, 130, 120, 140, 60, 70, 80, 90],
        }
    )
    result = experiments.difference_in_differences(panel, outcome="spend", unit="who", treated="member", post="after")
    ax = plots.difference_in_differences(result.means[["before", "after"]].T, start="after")
    assert [heights(line) for line in ax.lines[:3]] == [[110, 135], [70, 80], [110, 120]]
    assert words(ax) == [f"program: +{result.estimate:.0f} RMB", "treated", "control", "treated without it"]
    assert ticks(ax.xaxis) == ["before", "after"]


def test_difference_in_differences_by_month():
    months = pd.Index(range(1, 7), name="month")
    means = pd.DataFrame({"others": [10, 12, 11, 14, 13, 12], "members": [20, 21, 22, 30, 31, 29]}, index=months)
    ax = plots.difference_in_differences(means, start=4, control="others", treated="members", unit="RMB a month")
    assert heights(ax.lines[2]) == [20, 22, 21, 24, 23, 22]
    assert words(ax)[0] == "program: +7 RMB a month"
    ax.figure.canvas.draw()
    for line, name in zip(ax.lines, ax.texts[1:], strict=False):
        box, end = name.get_window_extent(), ax.transData.transform(line.get_xydata()[-1])
        assert (box.y0 + box.y1) / 2 == pytest.approx(end[1], abs=3), f"{name.get_text()} is not beside its line"
    assert ax.lines[3].get_xdata()[0] == 3.5
    for start in (1, 7):
        with pytest.raises(ValueError, match="start must be a row"):
            plots.difference_in_differences(means, start=start, control="others", treated="members")


def test_intervals_of_millions_have_room_for_their_numbers():
    _, ax = plt.subplots(figsize=(6, 3), layout="constrained")
    worth = {"estimate": [6_450_000, 3_460_000], "low": [6_200_000, 3_100_000], "high": [6_700_000, 3_900_000]}
    plots.intervals(pd.DataFrame(worth, index=["BG/NBD", "Pareto/NBD"]), unit="RMB", ax=ax)
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
    inside = [box for box in boxes if ax.bbox.x0 <= box.x0 + box.width / 2 <= ax.bbox.x1]
    assert len(inside) > 2
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(inside))


def test_intervals_have_a_row_each_with_its_number():
    ax = plots.intervals(ESTIMATES, reference=0, unit="points")
    assert points(ax.lines[0]) == [[4.4, 0], [-1, 1]]
    assert np.allclose(ax.collections[0].get_segments()[0], [[1.8, 0], [7, 0]])
    assert ax.lines[-1].get_xdata()[0] == 0
    assert words(ax) == ["4.40", "−1"]
    assert ticks(ax.yaxis) == ["e-mail", "letter"]
    assert ax.get_xlabel() == "Estimate and interval (points)"
    assert ax.yaxis_inverted()
    shares = plots.intervals(ESTIMATES / 100, unit="%")
    assert words(shares) == ["4.40%", "−1%"]
    assert {"−2%", "0%", "2%"} <= set(ticks(shares.xaxis))


def test_names_at_the_end_never_lie_on_one_another():
    crowded = pd.DataFrame({f"group {number}": [1, 0.5 + 0.001 * number] for number in range(8)})
    assert everything_fits(plots.survival(crowded))
    at_the_bottom = pd.DataFrame({f"group {number}": [1, 0] for number in range(4)})
    ax = plots.survival(at_the_bottom)
    assert everything_fits(ax)
    assert min(text.get_window_extent().y0 for text in ax.texts) >= ax.bbox.y0 - 1


# The style


def test_the_style_is_one_line_away():
    with plt.style.context("clvlib.clv"):
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        assert cycle[:2] == [plots.BLUE, plots.ORANGE]
        ax = plt.subplots()[1]
        assert not ax.spines["top"].get_visible()
    assert {name: plots.STYLE[name] for name in ("font.size", "axes.spines.top")} == {
        "font.size": 10,
        "axes.spines.top": False,
    }


def luminance(colour):
    """Relative luminance of WCAG 2."""
    parts = np.array(to_rgb(colour))
    return float(np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])


def test_words_can_be_read_and_marks_seen_on_white():
    contrast = {
        name: 1.05 / (luminance(getattr(plots, name)) + 0.05) for name in ("BLUE", "ORANGE", "DARK_GREY", "GREY")
    }
    assert contrast["BLUE"] > 4.5
    assert contrast["DARK_GREY"] > 4.5
    assert contrast["ORANGE"] > 3.8
    assert contrast["GREY"] > 3


def test_the_wheel_ships_the_style(tmp_path):
    wheel = make_wheel_in(Path(__file__).parents[1] / "pyproject.toml", tmp_path).file
    assert "clvlib/clv.mplstyle" in zipfile.ZipFile(wheel).namelist()


def test_spend_by_frequency_has_a_dot_and_the_middle_half_of_each_group():
    ax = plots.spend_by_frequency(SPEND, unit="USD")
    assert heights(ax.lines[0]) == [23, 29]
    assert [segment[:, 1].tolist() for segment in ax.collections[0].get_segments()] == [[14, 39], [18, 42]]
    assert ticks(ax.xaxis) == ["1", "2+"]
    assert ax.get_ylabel().startswith("USD per purchase")
    assert ax.get_ylim()[0] == 0
    with pytest.raises(ValueError, match="low, median and high must stand in this order, got 14, 50, 39 in row '1'"):
        plots.spend_by_frequency(SPEND.assign(median=[50, 29]))


CHECK = Check(
    frequencies=FORECASTS[["actual", "BG/NBD"]].set_axis(["actual", "model"], axis=1),
    tracking=FORECASTS[["actual", "Pareto/NBD"]].set_axis(["actual", "model"], axis=1),
    seen=2,
    by_frequency=pd.DataFrame({"customers": [9, 1], "actual": [0.2, 0.7], "model": [0.3, 0.5]}, index=["0", "1+"]),
    spend_by_frequency=SPEND,
    table=pd.DataFrame(),
)


@pytest.mark.long
@pytest.mark.filterwarnings("error")
def test_a_model_check_has_four_panels_with_the_numbers_of_the_check():
    before = dict(plt.rcParams)
    figure = plots.model_check(CHECK, unit="USD", title="Too low")
    assert dict(plt.rcParams) == before
    assert figure.get_suptitle() == "Too low"
    frequencies, tracking, by_frequency, spend = figure.axes
    assert [bar.get_height() for bar in frequencies.patches] == [5, 3, 4, 2]
    assert heights(frequencies.lines[0]) == [4.5, 4, 3.5, 3]
    assert heights(tracking.lines[0]) == [5, 8, 12, 14]
    assert tracking.patches[0].get_x() + tracking.patches[0].get_width() == 2
    assert [heights(line) for line in by_frequency.lines] == [[0.2, 0.7], [0.3, 0.5]]
    assert heights(spend.lines[0]) == [23, 29]
    assert spend.get_ylabel().startswith("USD")
    assert all(everything_fits(ax) for ax in figure.axes)


def test_a_model_check_without_money_leaves_its_panel_empty():
    spend = plots.model_check(replace(CHECK, spend_by_frequency=None)).axes[3]
    assert not spend.lines
    assert not spend.axison
    assert spend.get_title(loc="left") == "Spend by frequency: no monetary_value"


@pytest.mark.parametrize("data", [None, FORECASTS, "check", 3])
def test_a_model_check_of_something_else_gets_a_sentence(data):
    with pytest.raises(ValueError, match=r"data must be what model.check\(holdout\) returns, got "):
        plots.model_check(data)
    assert not plt.get_fignums()
