"""The template `notebooks/your_data.ipynb` on other logs than its own: only its first cell is changed."""

import contextlib
import io
import re
import runpy
from pathlib import Path

import duckdb
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest

from clvlib import course, models
from clvlib.course.figures import describe

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
MESSY = runpy.run_path(str(ROOT / "benchmarks" / "messy_log.py"))
WORDS, messy_log = MESSY["WORDS"], MESSY["messy_log"]

TEMPLATE = nbformat.read(ROOT / "notebooks" / "your_data.ipynb", as_version=4)
SETTINGS, *CELLS = [cell.source for cell in TEMPLATE.cells if cell.cell_type == "code"]
PROSE = [cell.source for cell in TEMPLATE.cells if cell.cell_type == "markdown"]

CDNOW = course.load("cdnow")
SOME = CDNOW[CDNOW["customer_id"] % 5 == 0]  # 471 customers: quick, and enough for a model


class Run:
    """What the template makes of a log: its names, what it prints, what its figures say, the list it writes."""

    def __init__(self, log: pd.DataFrame, folder: Path, kind: str = "csv", **settings: object) -> None:
        path, written = folder / f"orders.{kind}", folder / "list.csv"
        if kind == "parquet":
            duckdb.from_df(log).write_parquet(str(path))
        else:
            log.to_csv(path, index=False)
        self.names: dict = {}
        exec(SETTINGS, self.names)
        assert not set(settings) - set(self.names), "no such setting"
        self.names |= {"path": str(path), "list_file": str(written), **settings}
        self.figures: list[str] = []
        plt.close("all")  # what other tests left open
        printed = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
            patch.setattr(plt, "show", lambda: self.look())
            for number, source in enumerate(CELLS, 2):
                exec(compile(source, f"code cell {number}", "exec"), self.names)
        self.printed = printed.getvalue()
        self.list = pd.read_csv(written, dtype={self.names["columns"]["customer"]: str})

    def look(self) -> None:
        self.figures += [describe(plt.figure(number)) for number in plt.get_fignums()]
        plt.close("all")


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory):
    return Run(SOME, tmp_path_factory.mktemp("cdnow"))


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    written = {name: WORDS[name] for name in ("date_format", "rates")}
    columns = {name: WORDS[name] for name in ("amount", "quantity", "product", "currency")}
    return Run(
        messy_log(20_000),
        tmp_path_factory.mktemp("messy"),
        columns=dict(customer="customer_id", date="date") | columns,
        written=written,
        equal_rows_are_one=True,
        learn_until="2024-08-31",
        unit="EUR",
    )


def test_only_the_first_cell_has_settings_and_each_is_used():
    names: dict = {}
    exec(SETTINGS, names)
    unused = [name for name in names if name != "__builtins__" and name not in "\n".join(CELLS)]
    assert not unused
    assert "cdnow" not in "\n".join(CELLS)


def test_the_prose_has_rules_of_thumb_and_no_number_of_one_shop():
    prose = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", "\n".join(PROSE))
    said, given = (re.findall(r"\d+(?:[.,]\d+)*", text) for text in (prose, " ".join(TEMPLATE.metadata["given"])))
    assert set(said) <= set(given)


def test_each_cell_is_followed_by_what_to_look_at():
    kinds = [cell.cell_type for cell in TEMPLATE.cells]
    assert kinds == ["markdown"] + ["code", "markdown"] * (len(kinds) // 2)
    assert 10 <= kinds.count("code") <= 12


def test_a_messy_log_goes_from_file_to_list(messy):
    for said in ("no customer_id", "negative amount", "the same value as an earlier row", "matches no earlier row"):
        assert said in messy.printed
    assert "Amounts are converted by rates: 'EUR' at 1 and 'GBP' at 1.17." in messy.printed
    assert not messy.names["known"].duplicated().any()
    summary = messy.names["summary"]
    assert messy.list["customer_id"].tolist() == messy.names["table"].index.tolist()
    assert set(messy.list["customer_id"]) == set(summary.index)
    assert len(messy.figures) == 5


def test_the_list_begins_with_the_best_and_keeps_to_the_budget(messy):
    found, cost = messy.list, messy.names["contact_cost"]
    assert found["clv"].is_monotonic_decreasing
    reached = found["do"].notna()
    assert 0 < reached.sum() * cost <= messy.names["budget"] < (reached.sum() + 1) * cost
    assert reached.iloc[: reached.sum()].all()
    assert found["gain"].to_numpy() == pytest.approx(0.10 * found["clv"] - cost, abs=1e-3)
    assert 0.02 < (found.loc[reached, "do"] == "leave alone").mean() < 0.2
    assert f"the list has {reached.sum():,}." in messy.figures[-1]


def test_thirty_customers_are_told_that_they_are_few(tmp_path):
    few = SOME[SOME["customer_id"].isin(SOME["customer_id"].unique()[:30])]
    run = Run(few, tmp_path)
    assert "BGNBD: Too few repeaters" in run.printed
    assert "came: too few customers to tell." in run.figures[2]
    assert len(run.list) <= 30
    assert len(run.figures) == 5


@pytest.mark.parametrize(("grain", "horizon"), [("day", 180), ("month", 6)])
def test_other_names_and_another_unit_of_time(grain, horizon, tmp_path, cdnow):
    log = SOME.rename(columns={"customer_id": "Kunde", "date": "Tag", "amount": "Betrag"})
    log["Tag"] = log["Tag"].dt.strftime("%d.%m.%Y")
    log["Betrag"] = log["Betrag"].map("{:.2f}".format).str.replace(".", ",")
    run = Run(
        log,
        tmp_path,
        columns=dict(customer="Kunde", date="Tag", amount="Betrag"),
        csv=dict(sep=",", decimal=",", encoding="utf-8"),
        written=dict(date_format="%d.%m.%Y"),
        grain=grain,
        horizon=horizon,
    )
    assert "Nothing found" not in run.printed
    assert len(run.list) == len(cdnow.list)
    assert f"{horizon} {grain}s earn us" in run.figures[3]
    half = 26 / 52  # of the weeks that the other run looks ahead
    assert run.names["total"]["estimate"] / cdnow.names["total"]["estimate"] == pytest.approx(half, abs=0.1)
    assert run.names["paid"]["money"].sum() == pytest.approx(SOME["amount"].sum())


def verdict(log, folder):
    run = Run(log, folder)
    title = run.figures[2].partition(". ")[0]
    return re.sub(r"^\d+% ", "", title.rpartition(": ")[2]), run


def test_the_verdict_follows_the_data(tmp_path):
    """A shop that goes on as it was; the same with half of the later purchases lost, and with all of them doubled."""
    world = models.BGNBD(r=0.5, alpha=40, a=0.8, b=2.5)
    log = world.simulate_log(600, seed=2, T=500)
    log["date"] = pd.Timestamp("1997-01-01") + pd.to_timedelta(np.floor(log["time"]), unit="D")
    log["amount"] = np.random.default_rng(1).gamma(6, 5, len(log)).round(2) + 1
    later = log["date"] > "1997-09-30"
    days_after = log[later].assign(date=log["date"] + pd.Timedelta(days=1))
    found, run = verdict(log, tmp_path)
    assert found == "right, within chance"
    assert run.names["low"] < run.names["actual"] < run.names["high"]
    found, run = verdict(log[~later | (log.index % 2 == 0)], tmp_path)
    assert found == "too high"
    assert run.names["worth"]["estimate"].iloc[1] < run.names["worth"]["estimate"].iloc[0]
    found, run = verdict(pd.concat([log, days_after]), tmp_path)
    assert found == "too low"
    assert run.names["worth"]["estimate"].iloc[1] > run.names["worth"]["estimate"].iloc[0]


def test_nobody_is_worth_a_contact_that_costs_too_much(tmp_path):
    run = Run(SOME, tmp_path, contact_cost=1e5, budget=1e6)
    assert f"0 of {len(run.list)} are worth a contact; the list has 0." in run.figures[-1]
    assert "0 contacts cost 0.00 dollars." in run.printed
    assert run.list["do"].isna().all()


def test_a_short_file_is_looked_at_by_week(tmp_path):
    run = Run(SOME[SOME["date"] <= "1997-03-31"], tmp_path, learn_until="1997-02-28", horizon=4)
    assert "buy again in the week after their first" in run.figures[0]


def test_a_setting_that_does_not_fit_the_file_gets_a_sentence(tmp_path):
    later = SOME.assign(date=SOME["date"] + pd.Timedelta(days=10_000))
    with pytest.raises(ValueError, match=r"calibration_end \(1997-09-30\) is before the first day of log"):
        Run(later, tmp_path)
    with pytest.raises(ValueError, match="'customer_id'"):
        Run(SOME.rename(columns={"customer_id": "Kunde"}), tmp_path)


def test_parquet_gives_the_same_list(tmp_path, cdnow):
    run = Run(SOME, tmp_path, kind="parquet")
    assert run.list["clv"].tolist() == cdnow.list["clv"].tolist()
