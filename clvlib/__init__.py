"""Customer lifetime value: the library behind the CLV Notebooks course.

Field modules (`clvlib.value`, `clvlib.retention`, ...) are pure functions, one module a theme, and import neither plots
nor widgets. `clvlib.plots` draws, `clvlib.course` teaches. A module is loaded when it is first asked for.
"""

import importlib
import pkgutil
from types import ModuleType

__version__ = "0.1.0"  # here alone: the package's metadata are made from it

_MODULES = {found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")}


def __getattr__(name: str) -> ModuleType:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:  # plots and course need more than the field does
        raise AttributeError(
            f"{__name__}.{name} needs a package that is not installed: {error}. pip install 'clvlib[{name}]' brings it"
        ) from error


def __dir__() -> list[str]:
    return sorted({"__version__", *_MODULES})
