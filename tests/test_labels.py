"""A docstring says where its formula is from, what each argument is, and what the result calls its parts."""

import inspect
import re

import pandas as pd
import pytest
from test_nonsense import FUNCTIONS, good_call


@pytest.mark.long
@pytest.mark.parametrize("path", FUNCTIONS)
def test_the_names_in_a_result_are_those_that_the_docstring_says(path):
    call = good_call(*FUNCTIONS[path])
    result = call.function(*call.args, **call.kwargs)
    if not isinstance(result, pd.Series | pd.DataFrame):
        return
    says = inspect.getdoc(call.function)
    for name in re.findall(r"[Ii]ndex ``(\w+)``", says):
        assert result.index.name == name
    for name in re.findall(r"named ``(\w+)``", says):
        assert result.name == name
    for name in re.findall(r"columns ``(\w+)``", says):
        assert result.columns.name == name
    own = [*result.columns] if isinstance(result, pd.DataFrame) else [result.name]
    callers = repr((call.args, call.kwargs))
    unsaid = [name for name in [*own, result.index.name] if isinstance(name, str) and name not in callers]
    assert [name for name in unsaid if not re.search(rf"\b{re.escape(name)}\b", says)] == []


@pytest.mark.parametrize("path", FUNCTIONS)
def test_a_docstring_has_a_source_and_explains_each_argument(path):
    owner, name = FUNCTIONS[path]
    function = getattr(owner, name)
    parts = dict(
        re.findall(r"^(\w+)\n-{3,}\n(.*?)(?=^\w+\n-{3,}\n|\Z)", inspect.getdoc(function), re.MULTILINE | re.DOTALL)
    )
    assert parts.get("Source") or inspect.isclass(owner), "who prints this formula? (author, year; or Ours.)"
    heads = re.findall(r"^(\w[\w, *]*?)(?: :.*)?$", parts.get("Parameters", ""), re.MULTILINE)
    explained = [each.strip("* ") for head in heads for each in head.split(",")]
    assert sorted(explained) == sorted(set(inspect.signature(function).parameters) - {"self"})
