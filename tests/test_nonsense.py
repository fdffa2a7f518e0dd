"""Every parameter of every public function of the field is fed nonsense: one sentence, or a right result.

A good call of each function is the first one in its own docstring. One argument after another is then replaced.
"""

import contextlib
import doctest
import functools
import importlib
import inspect
import io
import math
import pkgutil
import signal
import warnings
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from types import FunctionType

import numpy as np
import pandas as pd
import pytest

import clvlib

NOT_FIELD = {"plots", "course"}
NONSENSE = {
    "text": "nonsense",
    "None": None,
    "nested list": [[0.1, 0.2], [0.3]],
    "NaN": math.nan,
    "inf": math.inf,
    "-1": -1,
    "80 for 80 %": 80,
    "Decimal": Decimal("0.3"),
    "complex": 1 + 2j,
    "10**400": 10**400,
    "masked array": np.ma.masked_array([0.1, 0.2], mask=[False, True]),
    "empty": [],
    "ragged Series": pd.Series([[1], [2, 3]]),
    "Ellipsis": ...,
    "dict": {"a": 1},
    "missing in a Series": pd.Series([0.1, None]),
    "missing integers": pd.Series([1, None], dtype="Int64"),
    "list of text": ["0.1", "0.2"],
    "list of dates": [pd.Timestamp("2026-01-31")],
    "empty DataFrame": pd.DataFrame(),
    "DataFrame": pd.DataFrame({"a": ["x"]}),
    "function": math.sqrt,
}


@dataclass(frozen=True)
class GoodCall:
    """A function of the field, by its path, and the arguments of the first call in its docstring."""

    path: str
    function: object
    args: tuple
    kwargs: dict

    def arguments(self):
        return inspect.signature(self.function).bind(*self.args, **self.kwargs)

    def parameters(self):
        signature = inspect.signature(self.function)
        return {name: each for name, each in signature.parameters.items() if name not in ("self", "cls")}

    def with_argument(self, name, value):
        bound = self.arguments()
        bound.apply_defaults()
        bound.arguments[name] = value
        return self.function(*bound.args, **bound.kwargs)


def field_modules():
    for found in pkgutil.walk_packages(clvlib.__path__, "clvlib."):
        parts = found.name.split(".")[1:]
        if not NOT_FIELD & set(parts) and not any(part.startswith("_") for part in parts):
            yield importlib.import_module(found.name)


def public_functions():
    """(owner, name) of each public function and method, where an example may be spied on."""
    for module in field_modules():
        for name, thing in own_names(module).items():
            if inspect.isfunction(thing) and not name.startswith("_"):
                yield module, name
            elif inspect.isclass(thing):
                yield from ((thing, method) for method, each in vars(thing).items() if is_public_method(method, each))


def own_names(module):
    """What a module defines, or takes from a private one below it."""
    of = {name: getattr(thing, "__module__", None) or "" for name, thing in vars(module).items()}
    own = [name for name, home in of.items() if home == module.__name__ or home.startswith(f"{module.__name__}._")]
    return {name: getattr(module, name) for name in own}


def is_public_method(name, thing):
    return not name.startswith("_") and isinstance(thing, FunctionType | classmethod | staticmethod) and thing.__doc__


@functools.cache
def good_call(owner, name):
    """The arguments of the first call in the docstring's examples."""
    function = getattr(owner, name)
    module = importlib.import_module(function.__module__)
    examples = doctest.DocTestParser().get_examples(function.__doc__ or "")
    calls = []
    original = inspect.getattr_static(owner, name)

    def spied(*args, **kwargs):
        calls.append((args, kwargs))
        return unwrapped(*args, **kwargs)

    unwrapped = original.__func__ if isinstance(original, classmethod | staticmethod) else original
    wrapper = type(original)(spied) if isinstance(original, classmethod | staticmethod) else spied
    scope = vars(module) | {"np": np, "pd": pd}
    setattr(owner, name, wrapper)
    if inspect.ismodule(owner):
        scope[name] = spied
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for example in examples:
                exec(compile(example.source, "<example>", "single"), scope)
                if calls:
                    break
    finally:
        setattr(owner, name, original)
    assert calls, f"{owner.__name__}.{name} has no example that calls it"
    args, kwargs = calls[0]
    return GoodCall(path_of(owner, name), unwrapped, args, kwargs)


def path_of(owner, name):
    return ".".join([owner.__name__] if inspect.ismodule(owner) else [owner.__module__, owner.__name__]) + f".{name}"


FUNCTIONS = {path_of(*each): each for each in public_functions()}


@pytest.fixture
def call(request):
    return good_call(*FUNCTIONS[request.param])


@contextlib.contextmanager
def that_ends():
    """A call that hangs is ended, however busy the machine is."""

    def stop(*_):
        raise TimeoutError("the call did not end")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def numbers_in(result):
    """Every number in a result. A missing cell of a table is a statement, a NaN by itself is not."""
    if isinstance(result, float | np.floating):
        yield float(result)
    elif isinstance(result, np.ndarray) and result.dtype.kind == "f":
        yield from result.ravel().tolist()
    elif is_dataclass(result) and not isinstance(result, type):
        for field in fields(result):
            yield from numbers_in(getattr(result, field.name))


@pytest.mark.long
@pytest.mark.parametrize("call", FUNCTIONS, indirect=True)
def test_nonsense_gets_a_sentence(call):
    wrong = []
    for name, parameter in call.parameters().items():
        for what, value in NONSENSE.items():
            with that_ends(), warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    result = call.with_argument(name, value)
                except ValueError as error:
                    sentence = str(error)
                    if "\n" in sentence or name not in sentence:
                        wrong.append(f"{name} = {what}: {sentence!r}")
                except Exception as error:
                    wrong.append(f"{name} = {what}: {type(error).__name__}: {error}")
                else:
                    if any(math.isnan(number) for number in numbers_in(result)):
                        wrong.append(f"{name} = {what}: gave a NaN")
                    elif what in MEANINGLESS - RIGHT.get((call.path, name), set()) and not (
                        value is None and parameter.default is None
                    ):
                        wrong.append(f"{name} = {what}: was taken")
    assert not wrong, "\n".join(wrong)


MEANINGLESS = set(NONSENSE) - {"-1", "80 for 80 %", "Decimal", "inf", "dict"}
RIGHT = {  # for once
    ("clvlib.service.pareto_table", "causes"): {"list of text"},
    ("clvlib.records.find_duplicates", "customers"): {"DataFrame"},
    ("clvlib.records.completeness", "customers"): {"DataFrame"},
    ("clvlib.records.completeness", "placeholders"): {"empty", "list of text"},
}


@pytest.mark.long
@pytest.mark.parametrize("call", FUNCTIONS, indirect=True)
def test_a_decimal_gives_what_its_float_gives(call):
    for name in call.parameters():
        try:
            from_decimal = call.with_argument(name, Decimal("0.3"))
        except ValueError:
            continue
        assert repr(from_decimal) == repr(call.with_argument(name, 0.3)), name


def test_every_public_function_of_the_field_is_tried():
    for module in field_modules():
        functions = [name for name, thing in own_names(module).items() if inspect.isfunction(thing)]
        tried = {name for owner, name in FUNCTIONS.values() if owner is module}
        assert tried == {name for name in functions if not name.startswith("_")}
    assert len(FUNCTIONS) > 100
