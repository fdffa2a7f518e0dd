"""Plots of your own data: a Series or a table in, the axes out.

All have one form, ``plots.survival(data, *, ax=None, title="")``. `data` is what a function of the field returns, or a
table of your own with the same columns. Names of an index or of columns become labels, so name them with their unit. A
column ``actual`` is drawn in black, every other one is a forecast or a group and gets a colour and a dash of its own.
Without `ax` a new figure is made; the title is for what the picture shows. Only `model_check`, which has four panels,
takes no `ax` and returns the figure. ``plt.style.use("clvlib.clv")`` gives your
other figures the same look.
"""

from collections.abc import Callable, Hashable
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator, StrMethodFormatter
from scipy.optimize import isotonic_regression

from clvlib import _checks, value
from clvlib._checks import Range
from clvlib._colours import (
    BLUE,
    DARK_GREY,
    GREY,
    LIGHT_GREY,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
)
from clvlib._formula import NumberColumn, Numbers, OneNumber, ShareColumn, formula
from clvlib.models import Check

STYLE = matplotlib.rc_params_from_file(str(Path(__file__).with_name("clv.mplstyle")), use_default_template=False)

_COLOURS = STYLE["axes.prop_cycle"].by_key()["color"]
_DASHES = ("-", "--", ":", "-.")
_MARKERS = ("o", "s", "^", "D")

# Types, read by `formula` as those of the field are


def _lines_of(allowed: Range) -> Callable[[str, Any], pd.DataFrame]:
    """A table with a line a column; a Series is one line. What is not known (missing) is not drawn."""

    def read(name: str, given: Any) -> pd.DataFrame:
        if not isinstance(given, pd.DataFrame):
            return _checks.flat(name, given, allowed).to_frame()
        table = _checks.table(name, given)
        columns = {}
        for label, column in table.items():
            known = column.notna().to_numpy()
            numbers = np.full(len(column), np.nan)
            numbers[known] = _checks.flat(f"column {label!r} of {name}", column[known], allowed)
            columns[label] = numbers
        return pd.DataFrame(columns, index=table.index).rename_axis(columns=table.columns.name)

    return read


def _with_actual(name: str, given: Any) -> pd.DataFrame:
    """Numbers of at least 0, one column of them `actual`."""
    table = _lines_of(Range(at_least=0))(name, given)
    if "actual" not in table:
        have = ", ".join(map(repr, table.columns))
        raise ValueError(f"{name} has no column 'actual', only {have}: it needs what happened, and a column a forecast")
    return table


def _a_grid(name: str, given: Any) -> pd.DataFrame:
    """Two rows and two columns at least, with rising numbers as labels."""
    if not isinstance(given, pd.DataFrame):
        raise ValueError(f"{name} must be a pandas DataFrame, got {_checks.kind(given)}")
    table = _lines_of(Range())(name, given)
    for what, labels in (("index", table.index), ("columns", table.columns)):
        rising = pd.api.types.is_numeric_dtype(labels) and (np.diff(labels.to_numpy()) > 0).all()
        if len(labels) < 2 or not rising:
            raise ValueError(f"{name} must have rising numbers as its {what}, at least two")
    return table


def _axes(name: str, given: Any) -> Axes:
    if not isinstance(given, Axes):
        raise ValueError(f"{name} must be matplotlib axes, got {_checks.kind(given)}: leave it out for a new figure")
    return given


def _a_check(name: str, given: Any) -> Check:
    if not isinstance(given, Check):
        raise ValueError(f"{name} must be what model.check(holdout) returns, got {_checks.kind(given)}")
    return given


def _text(name: str, given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError(f"{name} must be text, got {_checks.shown(given)}")
    return given


_SHARE = Range(at_least=0, at_most=1, percent=True)
_ASK_FOR_SHARES = Range(at_least=0, at_most=1, hint="cohort_table(..., values='shares') makes shares of the counts")
_ASK_FOR_A_UNIT = Range(at_least=0, at_most=1, hint="values that are no probabilities need a unit: unit='RMB'")

ShareLines = Annotated[pd.DataFrame, _lines_of(_SHARE)]
Cohorts = Annotated[pd.DataFrame, _lines_of(_ASK_FOR_SHARES)]
WithActual = Annotated[pd.DataFrame, _with_actual]
ByRecencyAndFrequency = Annotated[pd.DataFrame, _a_grid]
ModelCheck = Annotated[Check, _a_check]
OnAxes = Annotated[Axes, _axes]
Text = Annotated[str, _text]

# The plots


@formula
@rc_context(STYLE)
def survival(data: ShareLines, *, ax: OnAxes | None = None, title: Text = "") -> Axes:
    """Share of a cohort still there, by the time since its start.

    Parameters
    ----------
    data : Series or DataFrame
        Survival as `clvlib.retention.survival` returns it (fractions), or a column a group or forecast. An index named
        ``time`` (Kaplan-Meier) is drawn in steps.
    ax : Axes, optional
        Where to draw; a new figure if left out.
    title : str, default ""
        What the picture shows, in a sentence.

    Returns
    -------
    Axes
        For changes of your own: ``ax.set_xlabel("Years since she opened the account")``.

    Raises
    ------
    ValueError
        If a share is not a fraction, or `data` is empty.

    Examples
    --------
    >>> ax = survival(pd.Series([1, 0.6, 0.42], name="survival"))
    >>> ax.lines[0].get_ydata().tolist()
    [1.0, 0.6, 0.42]
    """
    ax = _on(ax, title)
    lines = _lines(ax, data, drawstyle="steps-post" if data.index.name == "time" else "default")
    ax.set_ylim(0, 1.03)
    ax.yaxis.set_major_formatter(_ticks("%"))
    ax.grid(axis="y")
    ax.set_xlabel(f"{_label(data.index, 'period')} since the start")
    ax.set_ylabel("Share still there")
    _name_at_the_end(ax, lines)
    return ax


@formula
@rc_context(STYLE)
def retention(data: ShareLines, *, ax: OnAxes | None = None, title: Text = "") -> Axes:
    """Of those who came this far, the share that stays for one more period.

    Parameters
    ----------
    data : Series or DataFrame
        Retention as `clvlib.retention.retention_curve` returns it (fractions per period), or a column a group or
        forecast.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes
        Cut off below, so that small changes are seen; it always ends at 100 %.

    Raises
    ------
    ValueError
        As `survival`.

    Examples
    --------
    >>> ax = retention(pd.Series([0.6, 0.7], index=[1, 2]))
    >>> ax.lines[0].get_xydata().tolist()
    [[1.0, 0.6], [2.0, 0.7]]
    """
    ax = _on(ax, title)
    lines = _lines(ax, data, marker="o")
    ax.set_ylim(max(0, np.floor(10 * float(data.min(axis=None)) - 0.5) / 10), 1.01)
    ax.yaxis.set_major_formatter(_ticks("%"))
    ax.grid(axis="y")
    ax.set_xlabel(f"{_label(data.index, 'period')} since the start")
    ax.set_ylabel("Share that stays, of those still there")
    _name_at_the_end(ax, lines)
    return ax


@formula
@rc_context(STYLE)
def cohort_heatmap(data: Cohorts, *, ax: OnAxes | None = None, title: Text = "") -> Axes:
    """How large a share of each cohort was active so many periods later: a row a cohort, the darker the larger.

    Parameters
    ----------
    data : DataFrame
        As `clvlib.retention.cohort_table` returns it with ``values="shares"``; what is not known yet stays white.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes
        With the share in each cell, or with a scale of colours where there are too many cells to write in.

    Raises
    ------
    ValueError
        If `data` holds counts, or is empty.

    Examples
    --------
    >>> table = pd.DataFrame({0: [1, 1], 1: [0.4, None]}, index=["2024-01", "2024-02"])
    >>> [text.get_text() for text in cohort_heatmap(table).texts]
    ['100%', '40%', '100%']
    """
    ax = _on(ax, title)
    shares = data.to_numpy()
    later = shares[:, 1:]
    top = np.nanmax(later) if np.isfinite(later).any() else 1.0  # column 0 is always 100 %
    image = ax.imshow(shares, aspect="auto", vmin=0, vmax=top or 1.0)
    if shares.shape[0] <= 20 and shares.shape[1] <= 14:
        for (row, column), share in np.ndenumerate(shares):
            if np.isfinite(share):
                ink = "white" if share > 0.65 * top else "black"
                ax.text(column, row, f"{share:.0%}", ha="center", va="center", color=ink, fontsize=8)
    else:
        ax.figure.colorbar(image, ax=ax, format=_ticks("%"), label="Share of the cohort that is active")
    ax.set_xlabel(_label(data.columns, "periods since the first purchase"))
    ax.set_ylabel(_label(data.index, "cohort"))
    for axis, labels, room in ((ax.xaxis, data.columns, 14), (ax.yaxis, data.index, 20)):
        if isinstance(labels, pd.PeriodIndex) and labels.freqstr.startswith("W"):
            labels = labels.start_time.date
        every = -(-len(labels) // room)
        axis.set_ticks(range(0, len(labels), every), list(map(str, labels[::every])))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


@formula
@rc_context(STYLE)
def lorenz(
    data: pd.DataFrame,
    *,
    customers_share: ShareColumn = "customers_share",
    value_share: ShareColumn = "value_share",
    ax: OnAxes | None = None,
    title: Text = "",
) -> Axes:
    """Which share of the value comes from which share of the customers, the least valuable first.

    Parameters
    ----------
    data : DataFrame
        As `clvlib.segments.lorenz` returns it.
    customers_share, value_share : str
        Its columns (fractions).
    ax, title
        As in `survival`.

    Returns
    -------
    Axes
        The area in colour is half of `clvlib.segments.gini`.

    Raises
    ------
    ValueError
        If a column is not there, or a share is not a fraction.

    Examples
    --------
    >>> from clvlib import segments
    >>> lorenz(segments.lorenz([60, 20, 10, 10])).lines[0].get_ydata().tolist()
    [0.0, 0.1, 0.2, 0.4, 1.0]
    """
    ax = _on(ax, title)
    ax.fill_between(customers_share, value_share, customers_share, color=PALE_BLUE)
    ax.plot(customers_share, value_share, color=BLUE)
    _if_all_were_equal(ax)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.01)
    _percent(ax, "Share of the customers, the least valuable first", "Share of the value, added up")
    return ax


@formula
@rc_context(STYLE)
def whale(
    data: pd.DataFrame,
    *,
    customers_share: ShareColumn = "customers_share",
    value_share: NumberColumn = "value_share",
    ax: OnAxes | None = None,
    title: Text = "",
) -> Axes:
    """Cumulative profit, the most valuable customers first: where it climbs above 100 %, the others eat it up again.

    Parameters
    ----------
    data : DataFrame
        As `clvlib.segments.whale_curve` returns it.
    customers_share, value_share : str
        Its columns (fractions of the customers, and of the total).
    ax, title
        As in `survival`.

    Returns
    -------
    Axes
        With a dot at the highest point, if that is not the last one.

    Raises
    ------
    ValueError
        As `lorenz`.

    Examples
    --------
    >>> from clvlib import segments
    >>> ax = whale(segments.whale_curve([60, -20, 50, 10]))
    >>> ax.lines[0].get_ydata().tolist()
    [0.0, 0.6, 1.1, 1.2, 1.0]
    >>> ax.texts[-1].get_text()
    '120% of the total from 75% of the customers'
    """
    ax = _on(ax, title)
    ax.plot(customers_share, value_share, color=BLUE)
    _if_all_were_equal(ax)
    x, y = customers_share.to_numpy(), value_share.to_numpy()
    peak = int(y.argmax())
    losses = y[peak] > 1 + 1e-9
    if losses:
        ax.axhline(1, color=GREY, linestyle=":", linewidth=1)
        ax.plot(x[peak], y[peak], "o", color=ORANGE, markersize=8)
        words = f"{y[peak]:.0%} of the total from {x[peak]:.0%} of the customers"
        side = "left" if x[peak] < 0.5 else "right"
        ax.annotate(words, (x[peak], y[peak]), (0, 8), textcoords="offset points", ha=side, color=ORANGE)
    ax.set_xlim(0, 1.01)
    ax.set_ylim(min(0, y.min()), 1.12 * y[peak] if losses else 1.01)
    _percent(ax, "Share of the customers, the most valuable first", "Share of the total profit, added up")
    return ax


@formula
@rc_context(STYLE)
def frequency_histogram(data: WithActual, *, ax: OnAxes | None = None, title: Text = "") -> Axes:
    """How many customers bought 0, 1, 2, ... times, and how many should have by a model.

    Parameters
    ----------
    data : DataFrame
        A row a number of purchases (the last may be "7+"); the column ``actual`` and a column a model, counts of
        customers.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes
        Bars for what happened, marks for the models.

    Raises
    ------
    ValueError
        If there is no column ``actual``, or a count is below 0.

    Examples
    --------
    >>> counts = pd.DataFrame({"actual": [50, 20, 5], "BG/NBD": [48.5, 21.0, 5.5]}, index=["0", "1", "2+"])
    >>> ax = frequency_histogram(counts)
    >>> [int(bar.get_height()) for bar in ax.patches], ax.lines[0].get_ydata().tolist()
    ([50, 20, 5], [48.5, 21.0, 5.5])
    """
    ax = _on(ax, title)
    places = np.arange(len(data))
    drawn: list[Any] = [ax.bar(places, data["actual"], width=0.7, color=LIGHT_GREY, label="actual")]
    looks = zip(cycle(_COLOURS), cycle(_MARKERS), strict=False)
    for (model, counts), (colour, marker) in zip(data.drop(columns="actual").items(), looks, strict=False):
        drawn += ax.plot(places, counts, marker, color=colour, markersize=8, label=str(model))
    ax.set_xticks(places, list(map(str, data.index)))
    ax.yaxis.set_major_formatter(_ticks(""))
    ax.set_xlabel(_label(data.index, "purchases of a customer"))
    ax.set_ylabel("Customers")
    ax.legend(handles=drawn, loc="upper right")
    return ax


@formula
@rc_context(STYLE)
def tracking(
    data: WithActual,
    *,
    cumulative: bool = True,
    seen: Hashable | None = None,
    ax: OnAxes | None = None,
    title: Text = "",
) -> Axes:
    """Purchases of all customers period by period, and what was expected: do they go on as forecast?

    Parameters
    ----------
    data : DataFrame
        A row a week or another period (its number, date or pandas period), in order; the column ``actual`` and a column
        a model: purchases in this period, not added up.
    cumulative : bool, default True
        Whether to add them up. Each period for itself shows seasons and promotions; the sum shows the drift.
    seen : optional
        The last row that the models were fitted on: up to here the background is grey.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As `frequency_histogram`; also if `seen` is not a row of `data`.

    Examples
    --------
    >>> weeks = pd.DataFrame({"actual": [5, 3, 4], "BG/NBD": [4.5, 4.0, 3.5]}, index=pd.Index([1, 2, 3], name="week"))
    >>> ax = tracking(weeks, seen=2)
    >>> ax.lines[0].get_ydata().tolist(), ax.lines[1].get_ydata().tolist()
    ([5.0, 8.0, 12.0], [4.5, 8.5, 12.0])
    """
    last = None if seen is None else _row("seen", seen, data.index)
    ax = _on(ax, title)
    drawn = data.cumsum() if cumulative else data
    lines = _lines(ax, drawn)
    ax.set_ylim(0, 1.15 * float(drawn.max(axis=None)) or 1)
    if last is not None:
        x = _places(ax, data.index)
        ax.axvspan(x[0], x[last], color=PALE_GREY, alpha=0.5, linewidth=0, zorder=0)
        ax.annotate("seen by the model", (x[0], 1), (4, -4), ("data", "axes fraction"), "offset points", va="top")
    ax.yaxis.set_major_formatter(_ticks(""))
    ax.set_xlabel(_label(data.index, "period"))
    ax.set_ylabel("Purchases, added up" if cumulative else f"Purchases per {data.index.name or 'period'}")
    _name_at_the_end(ax, lines)
    return ax


@formula
@rc_context(STYLE)
def actual_by_frequency(data: WithActual, *, ax: OnAxes | None = None, title: Text = "") -> Axes:
    """Purchases in the holdout by the number of purchases before: does the forecast hold for light and heavy buyers?

    Parameters
    ----------
    data : DataFrame
        A row a number of purchases in the calibration period (the last may be "7+"); the column ``actual`` and a column
        a model: mean purchases of a customer in the holdout. From `clvlib.transactions.calibration_holdout`, with a
        forecast beside it: ``split.groupby("frequency")[["actual", "BG/NBD"]].mean()``.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        As `frequency_histogram`.

    Examples
    --------
    >>> means = pd.DataFrame({"actual": [0.2, 0.7], "BG/NBD": [0.23, 0.52]}, index=["0", "1+"])
    >>> [line.get_ydata().tolist() for line in actual_by_frequency(means).lines]
    [[0.2, 0.7], [0.23, 0.52]]
    """
    ax = _on(ax, title)
    lines = _lines(ax, data, marker="o")
    ax.set_ylim(bottom=0)
    ax.grid(axis="y")
    ax.set_xlabel(_label(data.index, "purchases in the calibration period"))
    ax.set_ylabel("Purchases in the holdout, per customer")
    _name_at_the_end(ax, lines)
    return ax


@formula
@rc_context(STYLE)
def spend_by_frequency(
    data: pd.DataFrame,
    *,
    median: NumberColumn = "median",
    low: NumberColumn = "low",
    high: NumberColumn = "high",
    unit: Text = "RMB",
    ax: OnAxes | None = None,
    title: Text = "",
) -> Axes:
    """What customers spend on a purchase, by how often they buy: is spend unrelated to frequency, as gamma-gamma says?

    Parameters
    ----------
    data : DataFrame
        A row a number of purchases (the last may be "7+"), as ``.spend_by_frequency`` of `clvlib.models.BGNBD.check`.
    median, low, high : str
        Its columns: the median of the customers' mean spend, and where the middle half of them begins and ends.
    unit : str, default "RMB"
        The currency.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a column is not there, or low, median and high do not stand in this order.

    Examples
    --------
    >>> table = pd.DataFrame({"low": [14, 18], "median": [23, 29], "high": [39, 42]}, index=["1", "2+"])
    >>> spend_by_frequency(table).lines[0].get_ydata().tolist()
    [23.0, 29.0]
    """
    errors = _reach(median, low, high, of="median")
    ax = _on(ax, title)
    places = np.arange(len(data))
    ax.errorbar(places, median, errors, fmt="o", color=BLUE, elinewidth=1.5)
    ax.set_xticks(places, list(map(str, data.index)))
    ax.set_ylim(bottom=0)
    ax.grid(axis="y")
    ax.yaxis.set_major_formatter(_ticks(unit))
    ax.set_xlabel(_label(data.index, "repeat purchases"))
    ax.set_ylabel(f"{unit} per purchase: median, middle half")
    return ax


@formula
@rc_context(STYLE)
def model_check(data: ModelCheck, *, unit: Text = "RMB", title: Text = "") -> Figure:
    """A model against what happened, in four panels: frequencies, tracking, forecasts by frequency, spend.

    Parameters
    ----------
    data : Check
        As `clvlib.models.BGNBD.check` returns it.
    unit : str, default "RMB"
        The currency.
    title : str, default ""
        What the picture shows, in a sentence.

    Returns
    -------
    Figure
        With `frequency_histogram`, `tracking`, `actual_by_frequency` and `spend_by_frequency`; the last stays empty
        without a monetary_value. For changes of your own: ``figure.axes[1].set_xlabel("Week of 1997 and 1998")``.

    Raises
    ------
    ValueError
        If data is no such check.

    Examples
    --------
    >>> from clvlib.models import BGNBD
    >>> from clvlib.transactions import calibration_holdout
    >>> log = BGNBD(r=0.3, alpha=30, a=0.8, b=2.5).simulate_log(500, seed=1, T=400)
    >>> log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(log["time"] // 1, unit="D")
    >>> split = calibration_holdout(log.assign(amount=20), calibration_end="2024-07-31")
    >>> figure = model_check(BGNBD.fit(split).check(split))
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Customers by purchases', 'Purchases of all', 'Forecast by frequency', 'Spend by frequency']
    """
    figure, axes = plt.subplots(2, 2, figsize=(11, 8), layout="constrained")
    if title:
        figure.suptitle(title, x=0.01, ha="left", wrap=True)
    frequency_histogram(data.frequencies, ax=axes[0, 0], title="Customers by purchases")
    tracking(data.tracking, seen=data.seen, ax=axes[0, 1], title="Purchases of all")
    means = data.by_frequency[["actual", "model"]]
    actual_by_frequency(means, ax=axes[1, 0], title="Forecast by frequency")
    spend = axes[1, 1]
    if data.spend_by_frequency is not None:
        spend_by_frequency(data.spend_by_frequency, unit=unit, ax=spend, title="Spend by frequency")
    else:
        spend.set_title("Spend by frequency: no monetary_value")
        spend.set_axis_off()
    return figure


@formula
@rc_context(STYLE)
def recency_frequency_matrix(
    data: ByRecencyAndFrequency, *, unit: Text = "%", ax: OnAxes | None = None, title: Text = ""
) -> Axes:
    """P(alive), or what a customer is worth, by how often she bought and how recently: the darker the more.

    Parameters
    ----------
    data : DataFrame
        A row a recency (age at the last purchase), a column a frequency (repeat purchases), rising; a missing cell
        stays white.
    unit : str, default "%"
        ``"%"``: the numbers are probabilities. Otherwise their unit, for values: ``"RMB"``.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the labels of rows or columns are not rising numbers, or a probability is not a fraction.

    Examples
    --------
    >>> from clvlib.models import BGNBD
    >>> world, weeks = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426), [13, 26, 39]
    >>> p_alive = pd.DataFrame({x: world.p_alive(x, weeks, 39) for x in (1, 2, 4)}, index=pd.Index(weeks, name="weeks"))
    >>> ax = recency_frequency_matrix(p_alive)
    >>> bool((ax.collections[0].get_array() == p_alive).all(axis=None))
    True
    """
    if unit == "%":
        _lines_of(_ASK_FOR_A_UNIT)("data", data)
    ax = _on(ax, title)
    colours = ax.pcolormesh(data.columns, data.index, data, shading="nearest", vmin=0 if unit == "%" else None)
    what = "P(alive)" if unit == "%" else f"Value ({unit} per customer)"
    ax.figure.colorbar(colours, ax=ax, format=_ticks(unit), label=what)
    _by_recency_and_frequency(ax, data)
    return ax


@formula
@rc_context(STYLE)
def iso_value(
    data: ByRecencyAndFrequency,
    *,
    levels: Numbers | None = None,
    unit: Text = "RMB",
    ax: OnAxes | None = None,
    title: Text = "",
) -> Axes:
    """Customers of equal worth: lines through all pairs of recency and frequency that have the same value.

    Parameters
    ----------
    data : DataFrame
        Values as in `recency_frequency_matrix` (currency units), without missing cells inside.
    levels : sequence of float, optional
        The values to draw a line for, rising; round ones are chosen if left out.
    unit : str, default "RMB"
        The currency.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes
        With the value on each line.

    Raises
    ------
    ValueError
        As `recency_frequency_matrix`; also if all values are equal, or the levels do not rise.

    Source
    ------
    Fader, Hardie & Lee 2005, RFM and CLV: Using Iso-Value Curves for Customer Base Analysis (Journal of Marketing
    Research).

    Examples
    --------
    >>> grid = pd.DataFrame([[0, 10, 20], [10, 20, 30]], index=[0, 26], columns=[1, 2, 3])
    >>> iso_value(grid, levels=[15]).texts[0].get_text()
    '15'
    """
    numbers = data.to_numpy()
    low, high = np.nanmin(numbers), np.nanmax(numbers)
    if low == high:
        raise ValueError("data must hold different values: a line of equal worth needs others beside it")
    if levels is not None and not (np.diff(levels) > 0).all():
        raise ValueError(f"levels must rise, got {', '.join(f'{level:.12g}' for level in levels)}")
    if levels is not None and not levels.between(low, high, inclusive="neither").any():
        raise ValueError(f"levels must lie among the values, {low:.12g} to {high:.12g}")
    ax = _on(ax, title)
    curves = ax.contour(data.columns, data.index, numbers, levels=levels, colors=BLUE, linewidths=1.6)
    ax.clabel(curves, fmt=_ticks(unit), fontsize=9)
    _by_recency_and_frequency(ax, data)
    look: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 2}
    ax.text(0.99, 0.02, f"lines: {unit} per customer", ha="right", color=BLUE, transform=ax.transAxes, bbox=look)
    return ax


@formula
@rc_context(STYLE)
def calibration(
    data: pd.DataFrame,
    *,
    predicted: ShareColumn = "predicted",
    observed: ShareColumn = "observed",
    low: ShareColumn = "low",
    high: ShareColumn = "high",
    ax: OnAxes | None = None,
    title: Text = "",
) -> Axes:
    """Do as many come as were predicted to? A dot a group of customers, with its interval, against the diagonal.

    Parameters
    ----------
    data : DataFrame
        As `clvlib.experiments.calibration_table` returns it: a row a group of customers.
    predicted, observed, low, high : str
        Its columns: mean predicted probability, rate observed, and the ends of its interval (fractions).
    ax, title
        As in `survival`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a column is not there, a number is not a fraction, or an interval does not hold its rate.

    Examples
    --------
    >>> table = pd.DataFrame({"predicted": [0.1, 0.3], "observed": [0.12, 0.25], "low": [0.1, 0.2], "high": [0.2, 0.3]})
    >>> calibration(table).lines[0].get_xydata().tolist()
    [[0.1, 0.12], [0.3, 0.25]]
    """
    errors = _reach(observed, low, high)
    ax = _on(ax, title)
    ax.errorbar(predicted, observed, errors, fmt="o", color=BLUE, elinewidth=1.5)
    end = 1.08 * max(predicted.max(), high.max())
    ax.plot([0, end], [0, end], color=GREY, linestyle=":", linewidth=1)
    _along_the_diagonal(ax, 0.75 * end, "as predicted")
    ax.set_xlim(0, end)
    ax.set_ylim(0, end)
    _percent(ax, "Predicted probability", "Share observed, with its interval")
    return ax


@formula
@rc_context(STYLE)
def gains(data: ShareLines, *, lift: bool = False, ax: OnAxes | None = None, title: Text = "") -> Axes:
    """Of all who will leave (or buy), the share found among the customers with the highest scores.

    Parameters
    ----------
    data : Series or DataFrame
        As `clvlib.experiments.gains_curve` returns it, or a column a score. The index is the share of customers
        contacted (0 to 1).
    lift : bool, default False
        Whether to draw how many times as many as by lot: the share found, divided by the share contacted.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a share, in the index too, is not a fraction.

    Examples
    --------
    >>> found = pd.DataFrame({"model": [0, 0.8, 1], "recency": [0, 0.7, 1]}, index=[0, 0.5, 1])
    >>> [line.get_ydata().tolist() for line in gains(found).lines[:2]]
    [[0.0, 0.8, 1.0], [0.0, 0.7, 1.0]]
    >>> gains(found["model"], lift=True).lines[0].get_ydata().tolist()
    [1.6, 1.0]
    """
    contacted = _SHARE.read("the index of data", data.index)
    if (np.diff(contacted) < 0).any():
        raise ValueError("the index of data must be the share of customers contacted, rising from 0 to 1")
    ax = _on(ax, title)
    if lift:
        lines = _lines(ax, data[contacted > 0].div(contacted[contacted > 0], axis=0))
        ax.axhline(1, color=GREY, linestyle=":", linewidth=1)
        ax.set_ylim(bottom=0)
    else:
        lines = _lines(ax, data)
        ax.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
        _along_the_diagonal(ax, 0.75, "by lot")
        ax.set_ylim(0, 1.01)
    ax.set_xlim(0, 1.01)
    _percent(ax, "Share of the customers contacted, the highest scores first", "Share found of those searched for")
    if lift:
        ax.yaxis.set_major_formatter(_ticks(""))
        ax.set_ylabel("Times as many found as by lot")
    if len(lines) > 1:  # all end in the same point, where names would not help
        ax.legend(handles=lines, loc="upper right" if lift else "lower right")
    return ax


@formula
@rc_context(STYLE)
def cash_j_curve(data: Numbers, *, unit: Text = "RMB", ax: OnAxes | None = None, title: Text = "") -> Axes:
    """Cash added up from the day a customer is won: down first, and up again through payback.

    Parameters
    ----------
    data : Series
        Cash of each period (currency units), the first one what was paid to win her, below 0. The index names the
        periods: ``year`` 0, 1, 2, .... For discounted payback, present values.
    unit : str, default "RMB"
        The currency.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes
        With a dot at payback, as `clvlib.value.payback` counts it, if there is one.

    Raises
    ------
    ValueError
        If the first number is not below 0.

    Examples
    --------
    >>> ax = cash_j_curve(pd.Series([-100, 40, 40, 40], index=pd.Index([0, 1, 2, 3], name="year")))
    >>> ax.lines[0].get_ydata().tolist()
    [-100.0, -60.0, -20.0, 20.0]
    >>> ax.texts[-1].get_text()
    'paid back after 2.5 years'
    """
    if len(data) < 2 or data.iloc[0] >= 0:
        raise ValueError(
            f"data must begin with what was paid, below 0, and go on with what came in; got {data.iloc[0]:.12g}"
        )
    periods = value.payback(-data.iloc[0], data.iloc[1:])
    ax = _on(ax, title)
    x, cash = _places(ax, data.index), data.cumsum()
    ax.fill_between(x, cash, 0, where=cash <= 0, interpolate=True, color=PALE_ORANGE)
    ax.fill_between(x, cash, 0, where=cash >= 0, interpolate=True, color=PALE_BLUE)
    ax.plot(x, cash, "o-", color=BLUE)
    ax.axhline(0, color="black", linewidth=1)
    for place in {int(cash.argmin()), len(cash) - 1}:
        low = cash.iloc[place] < 0
        ax.annotate(
            _said(cash.iloc[place], unit),
            (x[place], cash.iloc[place]),
            (0, -9 if low else 7),
            textcoords="offset points",
            ha="center",
            va="top" if low else "bottom",
        )
    if np.isfinite(periods):
        name = str(data.index.name or "period")
        at = np.interp(periods, np.arange(len(x)), x)
        ax.plot([at], [0], "o", color=ORANGE, markersize=9, zorder=3)
        words = f"paid back after {periods:.1f} {name if name.endswith('s') else name + 's'}"
        ax.annotate(words, (at, 0), (8, -8), textcoords="offset points", va="top", color=ORANGE)
    ax.margins(y=0.15)
    ax.yaxis.set_major_formatter(_ticks(unit))
    ax.set_xlabel(_label(data.index, "period"))
    ax.set_ylabel(f"Cash added up ({unit})")
    return ax


@formula
@rc_context(STYLE)
def difference_in_differences(
    data: pd.DataFrame,
    *,
    start: Hashable,
    control: str = "control",
    treated: str = "treated",
    unit: Text = "RMB",
    ax: OnAxes | None = None,
    title: Text = "",
) -> Axes:
    """Both groups by period, and the treated without the program: dashed, they would have changed as the others did.

    Parameters
    ----------
    data : DataFrame
        A row a period, in order: the mean outcome of each group.
    start : label
        The first row with the program.
    control, treated : str
        The columns of the two groups; their names are written at the lines.
    unit : str, default "RMB"
        Unit of the outcome: "RMB per customer and month".
    ax, title
        As in `survival`.

    Returns
    -------
    Axes
        With the mean height of the area in colour: the estimate of `clvlib.experiments.difference_in_differences`, if
        every customer is in every period.

    Raises
    ------
    ValueError
        If a column is not there, or `start` is not a row after the first.

    Examples
    --------
    The means of a result are such a table, once turned:

    >>> means = pd.DataFrame({"control": [70, 80], "treated": [110, 135]}, index=["before", "after"])
    >>> ax = difference_in_differences(means, start="after")
    >>> ax.lines[2].get_ydata().tolist(), ax.texts[0].get_text()
    ([110.0, 120.0], 'program: +15 RMB')
    """
    _checks.has_columns("data", data, {"control": control, "treated": treated})
    first = _row("start", start, data.index)
    if first == 0:
        raise ValueError(f"start must be a row after the first, got {_checks.shown(start)}: what was before it?")
    others, those = (_checks.flat(f"column {name!r} of data", data[name], Range()) for name in (control, treated))
    without = others - others[:first].mean() + those[:first].mean()
    effect = (those - without)[first:].mean()
    ax = _on(ax, title)
    x = _places(ax, data.index)
    drawn = [
        *ax.plot(x, those, "o-", color=BLUE, label=treated),
        *ax.plot(x, others, "s-", color=DARK_GREY, label=control),
        *ax.plot(x, without, "--", color=BLUE, label=f"{treated} without it"),
    ]
    ax.fill_between(x[first - 1 :], those[first - 1 :], without[first - 1 :], color=PALE_BLUE)
    between = x[first - 1] + (x[first] - x[first - 1]) / 2
    ax.axvline(between, color=GREY, linestyle=":", linewidth=1.2)
    ax.margins(y=0.18)
    words, late = f"program: {_said(effect, unit, '+')} {unit}", first > 0.6 * len(x)
    ax.annotate(
        words,
        (between, 1),
        (-4 if late else 4, -4),
        ("data", "axes fraction"),
        "offset points",
        ha="right" if late else "left",
        va="top",
        color=DARK_GREY,
    )
    ax.yaxis.set_major_formatter(_ticks(unit))
    ax.set_xlabel(_label(data.index, "period"))
    ax.set_ylabel(f"Mean ({unit})")
    _name_at_the_end(ax, drawn)
    return ax


@formula
@rc_context(STYLE)
def intervals(
    data: pd.DataFrame,
    *,
    estimate: NumberColumn = "estimate",
    low: NumberColumn = "low",
    high: NumberColumn = "high",
    reference: OneNumber | None = None,
    unit: Text = "",
    ax: OnAxes | None = None,
    title: Text = "",
) -> Axes:
    """Estimates with their intervals, one row each, the first on top.

    Parameters
    ----------
    data : DataFrame
        Index the names of the rows.
    estimate, low, high : str
        Its columns: the estimate and the ends of its interval.
    reference : float, optional
        A number to hold them against, drawn as a line: 0 for "no effect", the truth, a break-even.
    unit : str, default ""
        Unit of the estimates, for the axis; ``"%"`` for fractions.
    ax, title
        As in `survival`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a column is not there, or an interval does not hold its estimate.

    Examples
    --------
    >>> table = pd.DataFrame({"estimate": [4.4], "low": [1.8], "high": [7.0]}, index=["e-mail"])
    >>> ax = intervals(table, reference=0, unit="points")
    >>> ax.lines[0].get_xydata().tolist(), ax.get_xlabel()
    ([[4.4, 0.0]], 'Estimate and interval (points)')
    """
    reach = _reach(estimate, low, high)
    ax = _on(ax, title)
    rows = np.arange(len(data))
    ax.errorbar(estimate, rows, xerr=reach, fmt="o", color=BLUE, markersize=8)
    if reference is not None:
        ax.axvline(reference, color=GREY, linestyle="--", linewidth=1.5, zorder=1)
    for row, number in zip(rows, estimate, strict=True):
        look: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        ax.annotate(_said(number, unit), (number, row), (0, 8), textcoords="offset points", ha="center", bbox=look)
    ax.set_yticks(rows, list(map(str, data.index)))
    ax.set_ylim(len(data) - 0.5, -0.6)
    ax.margins(x=0.08)
    ax.xaxis.set_major_formatter(_ticks(unit))
    if max(abs(low).max(), abs(high).max()) >= 1e5:
        ax.locator_params(axis="x", nbins=5)  # room for long numbers
    ax.set_xlabel("Estimate and interval" + f" ({unit})" * bool(unit))
    return ax


# What they share


def _on(ax: Axes | None, title: str) -> Axes:
    """The caller's axes, or those of a new figure, under their title."""
    if ax is None:
        ax = plt.subplots(layout="constrained")[1]
    if title:
        ax.set_title(title, wrap=True)
    return ax


def _places(ax: Axes, labels: pd.Index) -> np.ndarray:
    """Where the rows of a table stand: at their number or date, or one after the other under their names."""
    if isinstance(labels, pd.PeriodIndex):
        labels = labels.to_timestamp()
    if isinstance(labels, pd.DatetimeIndex):
        days = AutoDateLocator(maxticks=8)
        ax.xaxis.set_major_locator(days)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(days))
        return np.asarray(date2num(labels.to_numpy()))
    if pd.api.types.is_numeric_dtype(labels):
        if pd.api.types.is_integer_dtype(labels):
            ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        return labels.to_numpy()
    ax.set_xticks(range(len(labels)), list(map(str, labels)))
    return np.arange(len(labels))


def _lines(ax: Axes, table: pd.DataFrame, **look: Any) -> list[Line2D]:
    """A line a column: `actual` in black and full, each other one in a colour and a dash of its own."""
    x = _places(ax, table.index)
    looks = zip(cycle(_COLOURS), cycle(_DASHES[1:] if "actual" in table else _DASHES), strict=False)
    lines = []
    for label, column in table.items():
        colour, dash = ("black", "-") if label == "actual" else next(looks)
        known = column.notna().to_numpy()
        lines += ax.plot(x[known], column[known], color=colour, linestyle=dash, label=str(label), **look)
    return lines


def _name_at_the_end(ax: Axes, lines: list[Line2D]) -> None:
    """The name of each line beside its last point, moved apart where names would overlap; one line needs none."""
    if len(lines) < 2:
        return
    ends = [np.asarray(line.get_xydata())[-1] for line in lines]
    low, high = ax.get_ylim()
    heights = np.array([(y - low) / (high - low) for _, y in ends])
    gap = 1.25 * plt.rcParams["font.size"] / (ax.bbox.height * 72 / ax.figure.dpi)  # a line of text, in heights of ax
    order, steps = heights.argsort(), gap * np.arange(len(lines))
    heights[order] = np.maximum(isotonic_regression(heights[order] - steps).x, gap / 2) + steps
    for line, (x, y), height in zip(lines, ends, heights, strict=True):
        name, colour, sides = str(line.get_label()), line.get_color(), ("offset points", "axes fraction")
        ax.annotate(name, (x, y), (8, height), textcoords=sides, va="center", color=colour)


def _label(labels: pd.Index, otherwise: str) -> str:
    if labels.name is None and isinstance(labels, pd.DatetimeIndex | pd.PeriodIndex):
        return "Date"
    name = str(labels.name if labels.name is not None else otherwise)
    return name[:1].upper() + name[1:]


def _percent(ax: Axes, x: str, y: str) -> None:
    ax.xaxis.set_major_formatter(_ticks("%"))
    ax.yaxis.set_major_formatter(_ticks("%"))
    ax.set_xlabel(x)
    ax.set_ylabel(y)


def _if_all_were_equal(ax: Axes) -> None:
    ax.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    _along_the_diagonal(ax, 0.3, "if all were equal")


def _along_the_diagonal(ax: Axes, x: float, words: str) -> None:
    look: dict[str, Any] = {"rotation": 45, "rotation_mode": "anchor", "transform_rotates_text": True}
    ax.text(x, 1.03 * x, words, va="bottom", color=DARK_GREY, **look)


def _by_recency_and_frequency(ax: Axes, data: pd.DataFrame) -> None:
    ax.set_xlabel(_label(data.columns, "frequency: repeat purchases"))
    ax.set_ylabel(_label(data.index, "recency: age at the last purchase"))


def _ticks(unit: str) -> Formatter:
    """How to write the numbers of an axis: shares as percent, money with a separator of thousands."""
    if unit == "%":
        return FuncFormatter(lambda share, _: f"{100 * share:.6g}%".replace("-", "−"))
    return StrMethodFormatter("{x:,.12g}")


def _said(number: float, unit: str, sign: str = "") -> str:
    """A number in the words of a picture: three digits or more, none of them a useless 0."""
    shown = 100 * number if unit == "%" else number
    digits = next(digits for digits, size in ((0, 100), (1, 10), (2, 0)) if abs(shown) >= size)
    if round(shown, digits) == round(shown):
        digits = 0
    return f"{shown:{sign},.{digits}f}{'%' if unit == '%' else ''}".replace("-", "−")


def _reach(estimate: pd.Series, low: pd.Series, high: pd.Series, of: str = "estimate") -> np.ndarray:
    """How far each interval reaches below and above its estimate."""
    outside = (estimate < low) | (estimate > high)
    if outside.any():
        first = int(outside.argmax())
        numbers = ", ".join(f"{column.iloc[first]:.12g}" for column in (low, estimate, high))
        raise ValueError(f"low, {of} and high must stand in this order, got {numbers} in row {estimate.index[first]!r}")
    return np.array([estimate - low, high - estimate])


def _row(name: str, given: Any, labels: pd.Index) -> int:
    """The place of one row, by its label."""
    try:
        place = labels.get_loc(given)
    except (KeyError, TypeError, ValueError, pd.errors.InvalidIndexError):
        place = None
    if not isinstance(place, int):
        raise ValueError(f"{name} must be a row of data, {labels[0]} to {labels[-1]}, got {_checks.shown(given)}")
    return place
