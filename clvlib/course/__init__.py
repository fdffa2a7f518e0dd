"""The teaching machinery: explorers, exercises, data."""

from clvlib.course.data import load, score_forecast, truth
from clvlib.course.exercise import Exercise
from clvlib.course.explorer import Explorer, choice, slider, switch
from clvlib.course.learner import assessment, practice
from clvlib.course.setup import check_setup

__all__ = [
    "Exercise",
    "Explorer",
    "assessment",
    "check_setup",
    "choice",
    "load",
    "practice",
    "score_forecast",
    "slider",
    "switch",
    "truth",
]
