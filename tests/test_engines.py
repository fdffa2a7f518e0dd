"""The same log gives the same summary in every engine as in pandas, and the same fits, checks and forecasts.

Engines are those that are installed. `make engines` installs all of them, and then none may be missing.
"""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from clvlib.models import BGBB, BGNBD, MBGNBD, GammaGamma, ParetoNBD, compare
from clvlib.transactions import calibration_holdout, histories, rfm_summary, weekly_repeats

NEEDS = {  # way in -> the package
    "polars": "polars",
    "polars lazy": "polars",
    "duckdb": "duckdb",
    "own connection": "duckdb",
    "parquet": "duckdb",
    "csv": "duckdb",
    "arrow": "pyarrow",
    "dask": "dask",
    "ibis": "ibis",
    "spark": "pyspark",
}
ALL = os.environ.get("CLV_ENGINES_REQUIRED")
WAYS = [way for way, package in NEEDS.items() if ALL or importlib.util.find_spec(package)]
DRAWN = {"polars": 20, "polars lazy": 12, "dask": 4, "spark": 2}  # logs; 5 in other engines
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning"
)


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", 2).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(params=WAYS)
def way(request):
    return request.param


@pytest.fixture
def there(way, request, tmp_path):
    """A pandas table, in the engine."""
    match way:
        case "polars":
            import polars as pl

            return lambda table: pl.DataFrame(columns(table))
        case "polars lazy":
            import polars as pl

            return lambda table: pl.LazyFrame(columns(table))
        case "duckdb":
            import duckdb

            return duckdb.from_df
        case "own connection":
            import duckdb

            connection = duckdb.connect()
            return connection.from_df
        case "parquet" | "csv":
            import duckdb

            def written(table):
                path = tmp_path / f"log.{way}"
                relation = duckdb.from_df(table)
                (relation.write_parquet if way == "parquet" else relation.write_csv)(str(path))
                return str(path) if way == "csv" else path

            return written
        case "arrow":
            import pyarrow as pa

            return pa.Table.from_pandas
        case "dask":
            import dask.dataframe as dd

            return lambda table: dd.from_pandas(table, npartitions=2)
        case "ibis":
            import ibis

            return ibis.memtable
        case "spark":
            return request.getfixturevalue("spark").createDataFrame


def columns(table):
    return {name: table[name].to_list() for name in table}


def here(frame, index="customer_id"):
    """What an engine gave, as pandas gives it."""
    kind = type(frame).__module__.partition(".")[0]
    if kind == "polars":
        frame = frame.lazy().collect()
        table = pd.DataFrame({name: frame[name].to_numpy() for name in frame.columns})
    else:
        fetch = {"dask": "compute", "pyspark": "toPandas", "ibis": "to_pandas", "pyarrow": "to_pandas"}
        table = getattr(frame, fetch.get(kind, "df"))()
    return table.set_index(index).sort_index()


def assert_same(frame, expected):
    found = here(frame, expected.index.name)
    assert_frame_equal(found, expected, rtol=1e-11, check_index_type=False)


def drawn_log(seed, text=False):
    """With refunds, zeros, ties on a day, times of day, one-time buyers, customers who bought nothing."""
    rng = np.random.default_rng(seed)
    n, customers, days = int(rng.integers(30, 250)), int(rng.integers(2, 60)), int(rng.choice([20, 90, 800]))
    date = pd.Timestamp("2023-11-20") + pd.to_timedelta(rng.integers(0, days * 24, n), unit="h")
    who = rng.integers(0, customers, n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{each:03}" for each in who] if text else who,
            "date": date.as_unit("us"),
            "amount": rng.choice([-7.5, 0.0, 0.1, 3.25, 20.0, 999.99], n, p=[0.1, 0.1, 0.2, 0.2, 0.2, 0.2]),
        }
    )


OPTIONS = st.fixed_dictionaries(
    {
        "grain": st.sampled_from(["day", "week", "month", "quarter", "year"]),
        "zeros": st.sampled_from(["count", "drop"]),
        "merge": st.sampled_from(["day", "week", "month"]),
        "include_first": st.booleans(),
    }
)


def ending(log, end):
    """A day in the log."""
    first, last = log["date"].min(), log["date"].max()
    return str((first + end * (last - first)).date())


@pytest.mark.slow
def test_random_logs_have_the_summary_and_the_split_of_pandas(way, there):
    @settings(
        deadline=None,
        max_examples=DRAWN.get(way, 5),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.integers(0, 10**6), OPTIONS, st.sampled_from([None, 0.5, 0.9, 1.2]), st.booleans())
    def same(seed, options, end, text):
        log = drawn_log(seed, text)
        last = None if end is None else ending(log, end)
        expected = rfm_summary(log, observation_end=last, **options)
        assert_same(rfm_summary(there(log), observation_end=last, **options), expected)
        middle = ending(log, 0.4)
        if log[(log["amount"] > 0) & (log["date"] < middle)].empty or end == 0.5:
            return
        split = calibration_holdout(log, calibration_end=middle, observation_end=last, **options)
        lazy = calibration_holdout(there(log), calibration_end=middle, observation_end=last, **options)
        assert_same(lazy, split)
        del options["grain"], options["include_first"]
        weeks = weekly_repeats(there(log), calibration_end=middle, observation_end=last, **options)
        assert weeks == split.attrs["weekly_repeats"]

    same()


@pytest.fixture(scope="module")
def shop():
    """A year of a shop, by the day, with amounts."""
    log = BGNBD(r=0.6, alpha=30, a=0.8, b=2.5, grain="day").simulate_log(1500, seed=1, T=364)
    rng = np.random.default_rng(1)
    log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(log["customer_id"] % 90 + log["time"] // 1, unit="D")
    log["date"] = log["date"].dt.as_unit("us")
    own = rng.gamma(4, 10, 1501)[log["customer_id"]]
    return log[["customer_id", "date"]].assign(amount=(own * rng.gamma(5, 0.2, len(log))).round(2) + 1)


SPLIT = dict(grain="week", calibration_end="2024-09-30")


@pytest.mark.long
def test_counts_of_histories_fit_check_and_compare_as_the_customers_do(shop, there):
    split = calibration_holdout(shop, **SPLIT)
    lazy = calibration_holdout(there(shop), **SPLIT)
    counts = histories(lazy, grain="week")
    assert_frame_equal(counts, histories(split))
    assert counts["customers"].sum() == len(split)
    assert len(counts) < len(split)
    counts.attrs["weekly_repeats"] = weekly_repeats(there(shop), calibration_end=SPLIT["calibration_end"])
    spend = histories(lazy, of="spend")
    assert spend["customers"].sum() == len(split)
    fits = []
    for family, data, table in [(BGNBD, counts, split), (ParetoNBD, counts, split), (GammaGamma, spend, split)]:
        of_counts, of_customers = family.fit(data), family.fit(table)
        assert of_counts.log_likelihood == pytest.approx(of_customers.log_likelihood, rel=1e-9)
        assert of_counts.parameters == pytest.approx(of_customers.parameters, rel=1e-4)
        assert of_counts.diagnosis == of_customers.diagnosis
        fits.append(of_customers)
    bgnbd, pareto, _ = fits
    assert_frame_equal(compare([bgnbd, pareto], counts), compare([bgnbd, pareto], split))
    without_money = split.drop(columns="monetary_value")
    without_money.attrs = split.attrs
    found, expected = bgnbd.check(counts), bgnbd.check(without_money)
    for name in ("frequencies", "tracking", "by_frequency", "table"):
        assert_frame_equal(getattr(found, name), getattr(expected, name), rtol=1e-9)


@pytest.mark.long
def test_a_forecast_is_joined_to_its_customers_in_the_engine(shop, there, way):
    summary = rfm_summary(shop, grain="week")
    model, spend = BGNBD.fit(summary), GammaGamma.fit(summary)
    lazy = rfm_summary(there(shop), grain="week")
    forecast = model.predict(lazy, 26, spend, margin_rate=0.3, rate=0.002, timing="start")
    assert type(forecast) is type(lazy)
    expected = model.predict(summary, 26, spend, margin_rate=0.3, rate=0.002, timing="start").drop(columns="rank")
    assert_frame_equal(here(forecast), pd.concat([summary, expected], axis=1), rtol=1e-9, check_index_type=False)
    if way != "spark":
        purchases = here(model.predict(lazy, 26))
        assert purchases["expected_purchases"].to_numpy() == pytest.approx(expected["expected_purchases"].to_numpy())
        assert "expected_spend" not in purchases


@pytest.mark.long
def test_the_frame_comes_back_as_it_came(shop, there, way):
    log = there(shop)
    summary = rfm_summary(log)
    if way in ("parquet", "csv"):
        import duckdb

        assert isinstance(summary, duckdb.DuckDBPyRelation)
    elif way != "ibis":
        assert type(summary) is type(log)
    else:
        assert type(summary).__name__ == "Table"


@pytest.mark.long
def test_dates_in_text_are_read_and_never_guessed(there):
    log = pd.DataFrame({"customer_id": [1, 1, 2], "date": ["03/04/2024", "05/04/2024", "04/04/2024"], "amount": 1.0})
    expected = rfm_summary(log, date_format="%d/%m/%Y")
    assert_same(rfm_summary(there(log), date_format="%d/%m/%Y"), expected)
    assert expected["recency"].tolist() == [2, 0]
    with pytest.raises(ValueError, match=r"log cannot be read: .*date_format='%d/%m/%Y'"):
        rfm_summary(there(log))
    log["date"] = ["2024-04-03", "2024-04-05 23:10:00", "2024-04-04T00:00:00"]
    assert_same(rfm_summary(there(log)), expected)


@pytest.mark.long
@pytest.mark.parametrize("column", ["customer_id", "date", "amount"])
def test_a_missing_cell_is_said(shop, there, column):
    log = shop[:9].copy()
    log["customer_id"] = "c" + log["customer_id"].astype(str)
    log["date"] = log["date"].dt.strftime("%Y-%m-%d").astype(object)
    log[column] = log[column].astype(object).where(log.index != 3, None)
    if column == "amount":
        log[column] = log[column].astype(float)
    argument = column.removesuffix("_id")
    with pytest.raises(ValueError, match=rf"^{argument} is missing.* in 1 of 9 rows of log: "):
        rfm_summary(there(log))


BAD = [
    (dict(refunds="net"), "^refunds='net' follows each customer's purchases one by one, .*write refunds='drop'"),
    (dict(observation_end="2023-01-01"), r"^observation_end \(2023-01-01\) is before the first day of log"),
    (dict(customer="who"), "^log has no column 'who'; its columns are 'customer_id', 'date', 'amount': name yours"),
    (dict(customer="date"), "must be different columns of log"),
    (dict(amount="customer_id", customer="amount"), None),
    (dict(date="amount", amount="customer_id", customer="date"), "must hold dates"),
    (dict(grain="weeks"), "^grain must be"),
]


@pytest.mark.long
@pytest.mark.parametrize(("options", "sentence"), BAD)
def test_a_bad_call_gets_a_sentence(shop, there, options, sentence, way):
    log = there(shop[:50])
    if sentence is None:
        assert here(rfm_summary(log, **options), "amount").index.name == "amount"
        return
    if way == "csv" and "must hold dates" in sentence:
        sentence = "log cannot be read"  # a file's date column is text
    with pytest.raises(ValueError, match=sentence):
        rfm_summary(log, **options)


@pytest.mark.long
def test_what_engines_do_without_is_refused_by_name(shop, there):
    with pytest.raises(ValueError, match=r"^quantity needs log as a pandas DataFrame, .*leave quantity out"):
        rfm_summary(there(shop), quantity="pieces")
    with pytest.raises(ValueError, match=r"^refunds='match' follows each customer's purchases one by one"):
        rfm_summary(there(shop), refunds="match")
    with pytest.raises(ValueError, match=r"^date_format must be one in an engine"):
        rfm_summary(there(shop), date_format=["%Y-%m-%d", "%d/%m/%Y"])
    summary = rfm_summary(there(shop), grain="week")
    model = BGNBD(r=0.6, alpha=4, a=0.8, b=2.5, grain="week")
    with pytest.raises(ValueError, match=r"^interval needs summary as a pandas DataFrame, .*leave interval out"):
        model.predict(summary, 26, interval=0.9)
    with pytest.raises(ValueError, match=r"^calibration_end must be before observation_end"):
        calibration_holdout(there(shop), calibration_end="2024-09-30", observation_end="2024-08-31")
    with pytest.raises(ValueError, match=r"^summary has no column 'frequency', 'recency' and 'T'"):
        histories(there(shop))
    with pytest.raises(ValueError, match=r"^summary has no column 'monetary_value'"):
        model.predict(
            there(here(summary).drop(columns="monetary_value").reset_index()), 26, GammaGamma(p=6, q=4, gamma=15)
        )


# --- in pandas alone ----------------------------------------------------------------------------------------------


def test_counts_serve_every_model(shop):
    summary = rfm_summary(shop, grain="week")
    assert histories(summary).attrs == {"grain": "week"}
    assert BGNBD.fit(histories(summary)) == BGNBD.fit(summary)
    assert MBGNBD.fit(histories(summary)).grain == "week"
    with pytest.raises(ValueError, match=r"grain is 'day', but the summary is in weeks"):
        histories(summary, grain="day")
    donors = BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78).simulate(2000, seed=1, T=6)
    assert BGBB.fit(histories(donors)) == BGBB.fit(donors)
    assert len(histories(donors)) < 25


@pytest.mark.long
def test_a_check_weighs_spend_by_its_customers(shop):
    split = calibration_holdout(shop, **SPLIT)
    model = BGNBD.fit(split)
    twice = pd.concat([split, split])
    twice.attrs = split.attrs
    weighted = split.assign(customers=2)
    weighted.attrs = split.attrs
    found, expected = model.check(weighted), model.check(twice)
    assert_frame_equal(found.table, expected.table)
    assert_frame_equal(found.spend_by_frequency, expected.spend_by_frequency)


@pytest.mark.parametrize("method", ["predict", "predict_total"])
def test_a_forecast_of_counts_is_refused(shop, method):
    counts = histories(rfm_summary(shop, grain="week"))
    model = BGNBD.fit(counts)
    with pytest.raises(ValueError, match=r"summary counts customers by history.*leave out the column 'customers'"):
        getattr(model, method)(counts, periods=26)
    assert len(model.predict(counts.drop(columns="customers"), periods=26)) == len(counts)


def test_a_path_that_is_none_gets_a_sentence(tmp_path):
    for path in ("log.xlsx", tmp_path / "log.parquet"):
        with pytest.raises(ValueError, match=r"^log must be a pandas DataFrame, a frame of an engine or the path"):
            rfm_summary(path)
    (tmp_path / "log.parquet").write_bytes(b"no parquet")
    with pytest.raises(ValueError, match=r"^log cannot be read from"):
        rfm_summary(tmp_path / "log.parquet")


# --- without an engine --------------------------------------------------------------------------------------------

WITHOUT = """
import sys
sys.modules[{missing!r}] = None
from clvlib.transactions import rfm_summary
{code}
try:
    print(len(rfm_summary(log)))
except Exception as error:
    print(f"{{type(error).__name__}}: {{error}}")
"""
LOG = "dict(customer_id=[1, 1], date=['2024-01-01', '2024-01-09'], amount=[1.0, 2.0])"


def said_without(missing, code):
    code = WITHOUT.format(missing=missing, code=code)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("customer_id,date,amount\n1,2024-01-01,1\n1,2024-01-09,2\n", encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_without_duckdb_a_path_says_what_to_install_and_frames_still_work(csv):
    assert said_without("duckdb", f"log = {csv!r}") == (
        "ModuleNotFoundError: log is a path, which DuckDB reads: pip install 'clvlib[engines]' brings it"
    )
    assert said_without("duckdb", f"import polars; log = polars.DataFrame({LOG})") == "1"
    assert said_without("duckdb", f"import pandas; log = pandas.DataFrame({LOG})") == "1"


@pytest.mark.slow
def test_without_narwhals_a_frame_says_what_to_install_and_pandas_still_works(csv):
    brings = "for which clvlib needs Narwhals: pip install 'clvlib[engines]' brings it"
    assert said_without("narwhals", f"log = {csv!r}") == f"ModuleNotFoundError: log is a str, {brings}"
    without = said_without("narwhals", f"import polars; log = polars.DataFrame({LOG})")
    assert without == f"ModuleNotFoundError: log is a DataFrame, {brings}"
    assert said_without("narwhals", f"import pandas; log = pandas.DataFrame({LOG})") == "1"


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["polars", "pyarrow", "dask", "ibis", "pyspark"])
def test_without_an_engine_the_others_work(missing, csv):
    count = "; rfm = rfm_summary; rfm_summary = lambda log: rfm(log).fetchall()"
    assert said_without(missing, f"log = {csv!r}{count}") == "1"
