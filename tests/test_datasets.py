"""All datasets: rebuilt byte for byte, whole, small, described and typed."""

import hashlib
import importlib.util
import re

import pandas as pd
import pytest

from clvlib.course import load
from clvlib.course.data import DATASETS

pytestmark = pytest.mark.slow

NAMES = sorted(path.stem for path in DATASETS.glob("*.csv"))
REAL = ["cdnow", "cdnow_summary"]
LEDGER = "claims"  # written by hand: tests/test_claims.py holds it


@pytest.fixture(scope="module")
def entries():
    """The entries of the data dictionary, by dataset."""
    text = (DATASETS / "README.md").read_text(encoding="utf-8")
    sections = re.split(r"^### (\w+): ", re.split(r"^## Real data", text, flags=re.MULTILINE)[1], flags=re.MULTILINE)
    return dict(zip(sections[1::2], sections[2::2], strict=True))


def test_the_builder_rebuilds_every_file_byte_for_byte(tmp_path):
    builder = importlib.util.spec_from_file_location("datasets_build", DATASETS / "build.py")
    build = importlib.util.module_from_spec(builder)
    builder.loader.exec_module(build)
    build.main(tmp_path)
    built = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.*")}
    kept = {
        path.relative_to(DATASETS).as_posix()
        for pattern in ("*.csv", "truth/*.json")
        for path in DATASETS.glob(pattern)
    }
    assert set(built) == kept - {"cdnow.csv", f"{LEDGER}.csv"}
    changed = [name for name, path in built.items() if path.read_bytes() != (DATASETS / name).read_bytes()]
    assert changed == []


def test_checksums_hold_for_every_table_that_is_built():
    lines = (DATASETS / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    tables = [path for path in DATASETS.glob("*.csv") if path.stem != LEDGER]
    sums = {f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in tables}
    assert set(lines) == sums


def test_each_table_is_under_1_mb_and_everything_under_6_mb():
    sizes = {path.name: path.stat().st_size for path in [*DATASETS.glob("*.csv"), *DATASETS.glob("truth/*.json")]}
    assert [name for name, size in sizes.items() if size >= 1_000_000] == []
    assert sum(sizes.values()) < 6_000_000


def test_the_dictionary_describes_exactly_the_datasets_there_are(entries):
    assert sorted(entries) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_dictionary_counts_the_rows_and_names_every_column(name, entries):
    table, entry = load(name), entries[name]
    assert re.search(r"^\| Rows \| ([\d,]*\d)", entry, flags=re.MULTILINE)[1] == f"{len(table):,}"
    (columns,) = re.findall(r"^\| Columns \| (.*) \|$", entry, flags=re.MULTILINE)
    assert [column for column in table if f"`{column}`" not in columns] == []


@pytest.mark.parametrize("name", sorted(set(NAMES) - {*REAL, LEDGER}))
def test_a_synthetic_dataset_says_so_first_then_what_was_planted_which_lesson_uses_it_and_its_licence(name, entries):
    (what,) = re.findall(r"^\| What \| (.*) \|$", entries[name], flags=re.MULTILINE)
    assert what.startswith("Synthetic")
    for row in ("Planted", "Used in", "Licence"):
        assert re.search(rf"^\| {row} \| \S", entries[name], flags=re.MULTILINE), row


@pytest.mark.parametrize("name", NAMES)
def test_loading_turns_the_date_columns_and_no_others_into_dates(name):
    table = load(name)
    for column in table:
        is_date = column == "date" or column.endswith(("_date", "_at"))
        assert pd.api.types.is_datetime64_dtype(table[column]) == is_date, column
