"""What a result calls its columns, its index and itself stands in the docstring of its function."""

import inspect
import re

import pandas as pd
import pytest
from test_nonsense import FUNCTIONS, good_call


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
