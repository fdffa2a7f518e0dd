"""The teaching machinery: explorers, exercises, data."""

from clvlib.course.data import load
from clvlib.course.exercise import Exercise
from clvlib.course.explorer import Explorer, choice, slider, switch
from clvlib.course.practice import assessment, practice

__all__ = ["Exercise", "Explorer", "assessment", "choice", "load", "practice", "slider", "switch"]
