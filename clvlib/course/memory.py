"""What was answered: as long as the kernel runs, or in a file; and, apart, wrong answers that nobody had planned."""

import csv
import inspect
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from clvlib.course.cards import MARKS

UNRECOGNISED = Path.home() / ".clv-notebooks" / "unrecognised.csv"
_LONGEST, _LARGEST = 1000, 2**20


class Memory:
    """What was answered, as long as the kernel runs."""

    def __init__(self) -> None:
        self.questions: dict[str, dict[str, Any]] = {}

    def refresh(self) -> None:
        """Learn what others wrote in the meantime."""

    def update(self, key: str, **entry: Any) -> None:
        """Change the entry of one question."""
        self.questions[key] = {**self.questions.get(key, {}), **entry}

    def get(self, key: str, what: str, default: Any) -> Any:
        return self.questions.get(key, {}).get(what, default)


class Record(Memory):
    """What was answered, kept in a JSON file; a folder that cannot be written to costs only the memory of it.

    As long as there is no such file, one under an old name is read; it stays as it is. Two notebooks on one file lose
    nothing of each other: it is read anew before each change.
    """

    def __init__(self, name: str, old_name: str = "", folder: Path = Path(".progress")):
        super().__init__()
        self.path = folder / f"{name}.json"
        self.trouble = ""
        if not self._read(self.path) and old_name:
            self._read(self.path.with_name(f"{old_name}.json"))

    def _read(self, path: Path) -> bool:
        """Whether there is such a file; one that cannot be read costs only what is in it."""
        try:
            self.questions = _saved(path)
        except FileNotFoundError:
            return False
        except _DAMAGED:
            self.trouble = f"Your earlier progress could not be read from {path}, so this starts afresh."
        return True

    def refresh(self) -> None:
        with suppress(*_DAMAGED):
            self.questions = _saved(self.path)

    def update(self, key: str, **entry: Any) -> None:
        """Change the entry of one question, in the file as well."""
        self.refresh()
        super().update(key, **entry)
        try:
            self.path.parent.mkdir(exist_ok=True)
            unfinished = self.path.with_suffix(f".{os.getpid()}.tmp")
            unfinished.write_text(json.dumps(self.questions, ensure_ascii=False, indent=1), encoding="utf-8")
            os.replace(unfinished, self.path)
            self.trouble = ""
        except OSError:
            self.trouble = f"Progress cannot be saved in {self.path.parent}: it lasts until the kernel stops."


_DAMAGED = (OSError, ValueError, AttributeError, TypeError)


def _saved(path: Path) -> dict[str, dict[str, Any]]:
    saved = json.loads(path.read_text(encoding="utf-8"))
    return {key: entry for key, entry in saved.items() if _is_whole(entry)}


def _is_whole(entry: dict[str, Any]) -> bool:
    """Whether an entry of a progress file is one that this course writes."""
    numbers = [entry.get(name, 0) for name in ("tries", "hints", "earned")]
    return entry.get("state", "not attempted") in MARKS and all(isinstance(number, int | float) for number in numbers)


def keep_wrong_answers(keep: bool = True) -> None:
    """Whether wrong answers that no named mistake recognises are kept on this machine; `False` also deletes them."""
    _keeps_none().parent.mkdir(parents=True, exist_ok=True)
    if keep:
        _keeps_none().unlink(missing_ok=True)
    else:
        _keeps_none().touch()
        UNRECOGNISED.unlink(missing_ok=True)


def _keeps_none() -> Path:
    return UNRECOGNISED.with_name("keeps_no_wrong_answers")


def keep_unrecognised(exercise: str, case: int, question: str, answer: Any, told: str) -> None:
    """Keep a wrong answer and what was said to it. Nothing is sent anywhere, and nothing that fails here is felt."""
    try:
        if _keeps_none().exists() or (UNRECOGNISED.exists() and UNRECOGNISED.stat().st_size > _LARGEST):
            return
        UNRECOGNISED.parent.mkdir(parents=True, exist_ok=True)
        new = not UNRECOGNISED.exists()
        with UNRECOGNISED.open("a", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            if new:
                rows.writerow(["exercise", "case", "question", "answer", "told"])
            rows.writerow([exercise, case, question, _written(answer), told])
    except Exception:  # her objects may do anything when they are written, and the disk may be full
        return


def _written(answer: Any) -> str:
    if isinstance(answer, pd.DataFrame | pd.Series):
        text = answer.to_csv()
    elif callable(answer):
        text = inspect.getsource(answer)
    else:
        text = repr(answer)
    return text[:_LONGEST]
