"""Answers and lists in words that a learner reads."""

import numbers
from typing import Any

import numpy as np
import pandas as pd


def kind_of(answer: Any) -> str:
    """The kind of thing an answer is, in a learner's words."""
    names = [
        (bool | np.bool_, "True or False"),
        (str, "text"),
        (numbers.Number, "a number"),
        (pd.DataFrame, "a DataFrame"),
        (pd.Series, "a Series (one column)"),
        (np.ndarray, "an array"),
        (list, "a list"),
        (tuple, "a tuple (is there a comma too many?)"),
        (dict, "a dictionary"),
    ]
    if callable(answer):
        return "a function"
    return next((words for kind, words in names if isinstance(answer, kind)), f"of the type {type(answer).__name__}")


def shown(text: str) -> str:
    """A learner's text, in quotes and not too long."""
    return f'"{text if len(text) <= 40 else text[:37] + "..."}"'


def either(words: Any) -> str:
    """`"a", "b" or "c"`."""
    *most, last = [f'"{word}"' for word in words]
    return f"{', '.join(most)} or {last}"


def listing(words: Any) -> str:
    return ", ".join(f'"{word}"' for word in words)


def count(number: float, thing: str) -> str:
    return f"{number:g} {thing}" + ("" if number == 1 else "s")
