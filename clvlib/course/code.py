"""The code that a student's notebook starts with: what opens the exercise, and the numbers of her case."""

import json
from typing import Any

from clvlib.course.exercise import Case, Exercise


def opening(exercise: Exercise, case: Case, assessed: str = "", seed: int = 0) -> tuple[str, str]:
    """The code that a notebook starts with: what opens the exercise, and the numbers of the case."""
    mode = "assessment" if assessed else "practice"
    if assessed:
        kinds = {key: question.kind for key, question in exercise.questions.items()}
        made = f"{assignment('kinds', kinds)}\nex = assessment({literal(f'{exercise.name}-{assessed}')}, kinds)"
    else:
        made = f"ex = practice({literal(exercise.name)}{f', seed={seed}' if seed else ''})"
    return f"{imports(exercise, mode)}\n\n{made}\nex", numbers(case)


def imports(exercise: Exercise, mode: str = "") -> str:
    """What a student's notebook imports: all that a solution may use."""
    ours = [f"from clvlib import {', '.join(exercise.uses)}"] if exercise.uses else []
    ours += [f"from clvlib.course import {mode}"] if mode else []
    return "\n".join(["import numpy as np", "import pandas as pd", *(["", *ours] if ours else [])])


def numbers(case: Case) -> str:
    """The numbers of a case, as code."""
    return "\n".join(assignment(name, value) for name, value in case.items())


def assignment(name: str, value: Any) -> str:
    """`name = value` as a formatter would lay it out, a long list or dict over several lines."""
    line = f"{name} = {literal(value)}"
    if len(line) <= 120 or not isinstance(value, list | dict):
        return line
    if isinstance(value, dict):
        left, right = "{}"
        entries = [f"{literal(key)}: {literal(entry)}" for key, entry in value.items()]
    else:
        left, right = "[]"
        entries = [literal(entry) for entry in value]
        if len(", ".join(entries)) <= 116:
            return f"{name} = [\n    {', '.join(entries)}\n]"
    return "\n".join([f"{name} = {left}", *(f"    {entry}," for entry in entries), right])


def literal(value: Any) -> str:
    """A value as source code, in double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(key)}: {literal(entry)}' for key, entry in value.items())}}}"
    return repr(value)
