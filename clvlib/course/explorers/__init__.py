"""The explorers, one or two a lesson: a plot and the sentence that says what it shows. None takes an argument."""

from clvlib.course.explorers.worth import customer_base, worksheet_ladder

__all__ = ["customer_base", "worksheet_ladder"]
