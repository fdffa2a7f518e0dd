"""The teaching machinery: explorers, exercises, data."""

from typing import TYPE_CHECKING, Any

from clvlib.course import figures
from clvlib.course.data import load, score_forecast, truth
from clvlib.course.exercise import Exercise
from clvlib.course.learner import assessment, practice
from clvlib.course.lesson import lesson
from clvlib.course.memory import keep_wrong_answers
from clvlib.course.progress import certificate, progress
from clvlib.course.sealed import personal
from clvlib.course.setup import check_setup

if TYPE_CHECKING:
    from clvlib.course.explorer import Explorer, choice, slider, switch

__all__ = [
    "Exercise",
    "Explorer",
    "assessment",
    "certificate",
    "check_setup",
    "choice",
    "keep_wrong_answers",
    "lesson",
    "load",
    "personal",
    "practice",
    "progress",
    "score_forecast",
    "slider",
    "switch",
    "truth",
]

figures.register()


def __getattr__(name: str) -> Any:
    """The explorer and its controls when they are asked for: an exercise opens in half the time without them."""
    if name in __all__:
        from clvlib.course import explorer

        return getattr(explorer, name)
    raise AttributeError(f"module 'clvlib.course' has no attribute {name!r}")
