"""Datasets by name: typed, explained when misspelt; and a forecast held against the simulated future."""

import numpy as np
import pandas as pd
import pytest

from clvlib.course import load, score_forecast, truth
from clvlib.course.data import DATASETS


def future():
    """What the customers of `transactions` really did."""
    customers = truth("transactions")["customers"]
    return pd.Series(customers["future_margin"], index=customers["customer_id"])


def test_a_misspelt_name_is_answered_with_the_nearest_one():
    with pytest.raises(ValueError, match="there is no dataset 'transaction'; did you mean 'transactions'"):
        load("transaction")
    with pytest.raises(ValueError, match="there is no dataset with a planted truth 'lifecylce'; did you mean 'lifecyc"):
        truth("lifecylce")
    with pytest.raises(
        ValueError, match=r"there is no dataset 7\. The datasets are 'ab_email', 'bank'|'bank', 'cards'"
    ):
        load(7)


def test_real_data_have_no_truth():
    with pytest.raises(ValueError, match="'cdnow' is real data"):
        truth("cdnow")


def test_columns_named_as_dates_hold_dates(tmp_path, monkeypatch):
    monkeypatch.setattr("clvlib.course.data.DATASETS", tmp_path)
    (tmp_path / "few.csv").write_text(
        "date,closed_at,birth_date,update,rate\n2024-01-05,2024-01-05 13:05,,x,0.5\n2024-01-06,,2023-02-01,y,1\n"
    )
    few = load("few")
    assert [pd.api.types.is_datetime64_dtype(few[column]) for column in few] == [True, True, True, False, False]
    assert few["closed_at"].iloc[0] == pd.Timestamp("2024-01-05 13:05")
    assert few["birth_date"].isna().tolist() == [True, False]


def test_only_an_empty_cell_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("clvlib.course.data.DATASETS", tmp_path)
    (tmp_path / "few.csv").write_text("city,spend\nN/A,1.5\n,\nnull,2\n")
    few = load("few")
    assert few["city"].isna().tolist() == few["spend"].isna().tolist() == [False, True, False]
    assert few["city"].iloc[0] == "N/A"


def test_a_summary_says_its_unit_of_time_and_a_log_has_none():
    assert load("cdnow_summary").attrs == {"grain": "week"}
    assert load("cdnow").attrs == {}


def test_an_empty_folder_is_explained(tmp_path, monkeypatch):
    monkeypatch.setattr("clvlib.course.data.DATASETS", tmp_path)
    with pytest.raises(ValueError, match="is empty or missing"):
        load("cdnow")


def test_every_truth_has_a_dataset_and_every_synthetic_dataset_a_truth():
    tables = {path.stem for path in DATASETS.glob("*.csv")} - {"cdnow", "cdnow_summary", "claims"}
    assert {path.stem for path in (DATASETS / "truth").glob("*.json")} == tables
    assert all(isinstance(truth(name), dict) for name in tables)


def test_the_true_future_is_a_perfect_forecast():
    score = score_forecast(future().sample(frac=1, random_state=1))
    assert score["rank_correlation"] == pytest.approx(1)
    assert score[["mean_error", "rmse", "top_decile_hits"]].tolist() == [0, 0, 1]
    assert score["profit"] == score["profit_at_best"] > 0


def test_errors_are_forecast_less_truth_in_rmb():
    score = score_forecast(future() + 10)
    assert score["mean_error"] == pytest.approx(10)
    assert score["rmse"] == pytest.approx(10)
    doubled = score_forecast(2 * future())
    assert doubled["mean_error"] == pytest.approx(future().mean())
    assert doubled["rank_correlation"] == pytest.approx(1)


def test_the_same_forecast_for_all_is_no_ranking_and_finds_a_tenth_by_chance():
    score = score_forecast(future() * 0 + future().mean())
    assert score["rank_correlation"] == 0
    assert score["top_decile_hits"] == pytest.approx(0.1)
    assert score["mean_error"] == pytest.approx(0)


def test_the_best_tenth_turned_round_is_never_found():
    actual = future()
    assert score_forecast(actual.max() - actual)["top_decile_hits"] == 0


def test_gifts_go_where_the_forecast_says_they_pay_and_earn_what_really_happened():
    actual = future()
    chosen = actual.index[:100]
    forecast = pd.Series(0.0, index=actual.index)
    forecast[chosen] = 201
    score = score_forecast(forecast, gift_cost=20, lift=0.1)
    assert score["gifts"] == 100
    assert score["profit"] == pytest.approx(0.1 * actual[chosen].sum() - 20 * 100)
    assert score["profit_if_all"] == pytest.approx(0.1 * actual.sum() - 20 * len(actual))
    assert score_forecast(forecast - 1 * (forecast > 0), gift_cost=20, lift=0.1)["gifts"] == 0, "it must earn something"


def test_a_gift_decision_needs_a_ranking_gifts_to_all_lose_and_the_best_ones_earn():
    score = score_forecast(future())
    assert score["profit_if_all"] < 0 < score["profit_at_best"]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda good: good.iloc[1:],
            "forecast leaves out 1 of the 3,000 customers, such as 40001: give 0 to those who",
        ),
        (lambda good: pd.concat([good, good.iloc[:2]]), "forecast has 2 customers more than once, such as 40001"),
        (
            lambda good: good.reset_index(drop=True),
            "3000 index entries that are no customers of 'transactions', such as",
        ),
        (lambda good: good.rename(str), "3000 index entries that are no customers of 'transactions', such as '40001'"),
        (lambda good: good - 1e6, "forecast must be at least 0, got -.*; a customer who will not buy again is worth 0"),
        (
            lambda good: good.map("{:.2f}".format),
            r"forecast must hold numbers, got the text '[\d.]+' for customer 40001",
        ),
        (lambda good: good.where(good.index != 40_003), r"forecast has a missing value \(NaN\) at position 2"),
        (lambda good: good.to_frame(), "forecast must be a Series .* got the type DataFrame"),
        (lambda good: good.tolist(), "forecast must be a Series .* got the type list"),
        (lambda good: 198.0, "forecast must be a Series .* got the type float"),
    ],
)
def test_a_forecast_that_cannot_be_scored_gets_one_sentence(spoil, sentence):
    with pytest.raises(ValueError, match=sentence):
        score_forecast(spoil(future()))


def test_a_dataset_without_a_future_and_odd_gifts_get_one_sentence():
    with pytest.raises(ValueError, match="'bank' has no simulated future to hold a forecast against; 'transactions'"):
        score_forecast(future(), "bank")
    with pytest.raises(ValueError, match=r"lift must be in .* write 10% as 0\.1"):
        score_forecast(future(), lift=10)
    with pytest.raises(ValueError, match="gift_cost must be at least 0"):
        score_forecast(future(), gift_cost=-1)


def test_a_model_beats_last_year():
    log = load("transactions")
    last_year = log[log["date"] > "2024-06-30"].groupby("customer_id")["margin"].sum()
    last_year = last_year.reindex(future().index, fill_value=0)
    known_alive = pd.Series(truth("transactions")["customers"]["p_alive"], index=future().index)
    naive, informed = score_forecast(last_year), score_forecast(known_alive * last_year)
    assert informed["rank_correlation"] > naive["rank_correlation"] + 0.1
    assert informed["rmse"] < naive["rmse"]
    assert informed["profit"] > naive["profit"]
    assert np.isfinite(pd.concat([naive, informed])).all()
