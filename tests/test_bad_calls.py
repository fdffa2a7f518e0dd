"""Every bad call in `bad_calls/*.txt` raises a ValueError with exactly the sentence that stands under it."""

import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

TABLES = sorted((Path(__file__).parent / "bad_calls").glob("*.txt"))
NAMES = {path.stem: importlib.import_module(f"clvlib.{path.stem}") for path in TABLES} | {"np": np, "pd": pd}


def entries():
    for path in TABLES:
        for entry in path.read_text(encoding="utf-8").strip().split("\n\n"):
            call, sentence = entry.split("\n")
            yield pytest.param(call, sentence.strip(), id=f"{path.stem}: {sentence.strip()[:60]}")


@pytest.mark.parametrize(("call", "sentence"), list(entries()))
def test_a_bad_call_gets_its_sentence(call, sentence):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole sentence is compared below
        eval(call, dict(NAMES))
    assert str(error.value) == sentence


def test_the_table_is_long_enough_to_mean_something():
    assert len(list(entries())) >= 60
