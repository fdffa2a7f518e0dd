"""Alternative text for figures drawn in a notebook: their titles, and what is drawn against what."""

import sys
from typing import Any


def describe(figure: Any) -> str:
    """What a matplotlib figure says of itself: titles, labels of the axes, names of what is drawn.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> axes = figure.subplots()
    >>> _ = axes.set(title="Half are gone after nine months", xlabel="month", ylabel="left (%)")
    >>> describe(figure)
    'Half are gone after nine months. Chart of left (%) by month.'
    """
    parts = [figure.get_suptitle()]
    for axes in figure.axes:
        drawn = " by ".join(filter(None, [axes.get_ylabel(), axes.get_xlabel()]))
        legend = axes.get_legend()
        names = ", ".join(text.get_text() for text in legend.get_texts()) if legend else ""
        parts += [*(axes.get_title(loc=side) for side in ("left", "center", "right"))]
        parts.append(": ".join(filter(None, [drawn and f"Chart of {drawn}", names])))
    said = [" ".join(part.split()).rstrip(".") for part in parts]
    return " ".join(f"{part}." if part[-1] not in "?!" else part for part in dict.fromkeys(said) if part)


def register() -> None:
    """In a notebook, give every figure its alternative text, and the same words as its plain text."""
    if "IPython" not in sys.modules:
        return
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is not None:
        shell.display_formatter.mimebundle_formatter.for_type_by_name("matplotlib.figure", "Figure", _described)


def _described(figure: Any, **kwargs: Any) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    words = describe(figure) or "A figure without a title."
    return {"text/plain": words}, {"image/png": {"alt": words}}
