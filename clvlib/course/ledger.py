"""The ledger of claims: what the sources say, where a lesson judges it, and the page that shows all of it.

`datasets/claims.csv` is written by hand, one claim a row; `notebooks/CLAIMS.md` is written from it:

    python -m clvlib.course.ledger
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from clvlib.course.data import DATASETS, ROOT

CLAIMS, PAGE = DATASETS / "claims.csv", ROOT / "notebooks" / "CLAIMS.md"
VERDICTS = {
    "supported": "what is said holds",
    "depends": "it holds under a condition that the source does not name",
    "unsupported": "it may be so, but nothing in the source shows it",
    "wrong": "what is said does not hold",
}
SOURCES = {
    "Redbaby talk": "Zhang Yan of Redbaby (红孩子), slides on lifetime value in an online shop",
    "trade magazine": "articles of a Chinese call-centre magazine, 2005 to 2012; authors and years stand in the rows",
    "textbook chapter": "the slides of a textbook's chapter on the customer lifecycle",
    "CLV collection": "web pages collected on customer lifetime value: glossary, term page, model page, articles, "
    "a student's homework, a paper on retail banks",
    "stickiness deck": "a slide deck on customer stickiness",
}
LEFT_OUT = {
    "duplicate": "another claim of the ledger says it, and is treated",
    "trivial": "true of nearly anything, or nothing to decide by",
    "opinion": "a view or a wish, with nothing in it to check",
    "advice": "what to do, without a word on what it brings",
    "list": "names of things, with nothing said of them",
    "heading": "a heading whose text is lost",
    "anecdote": "one case, told without a figure",
    "later": "worth a place, not yet taken up",
}


class Audited(NamedTuple):
    """One row of a lesson's audit: the claims that it names, how it words them, and its verdict."""

    ids: list[str]
    wording: str
    verdict: str


def claims() -> pd.DataFrame:
    """The ledger as text, one claim a row, ids in the index; an empty cell is an empty text."""
    return pd.read_csv(CLAIMS, dtype=str, keep_default_na=False, index_col="id")


def audited(lesson: Path) -> Iterator[Audited]:
    """The rows of a lesson's audit tables: those whose first heading holds "source says"."""
    for cell in json.loads(lesson.read_text(encoding="utf-8"))["cells"]:
        inside = False
        for line in "".join(cell["source"]).splitlines() if cell["cell_type"] == "markdown" else []:
            first, *others = [part.strip() for part in line.strip().strip("|").split("|")]
            if not line.startswith("|"):
                inside = False
            elif not inside:
                inside = "source says" in first.lower()
            elif not set(first) <= set("-: "):
                named = re.match(r"\[([\w, ]+)\]", first)
                verdict = re.match(r"\*\*(\w+)\*\*", others[0])
                yield Audited(named[1].split(", ") if named else [], first, verdict[1] if verdict else others[0])


def page() -> str:
    """The text of `notebooks/CLAIMS.md`."""
    ledger = claims()
    treated, left = ledger[ledger["lesson"] != ""], ledger[ledger["lesson"] == ""]
    judged = treated[treated["verdict"] != ""]
    count = judged["verdict"].value_counts()
    counted = ", ".join(f"{count.get(verdict, 0)} {verdict}" for verdict in VERDICTS)
    parts = [
        "# Claims",
        f"""\
The five sources of this course make {len(ledger)} claims that can be told apart. Each stands here in our words, with
the decisive Chinese term of the source (at most ten characters), what the source leaves open, and what we make of it.
{len(treated)} of them are treated in a lesson. {len(judged)} of these are judged in its part *Audit the claim*:
{counted}. The others are told or used there. {len(left)} are left out, with the reason in one word.

A verdict is ours. It is on the claim as the source words it, on nothing wider; synthetic data can show that a thing is
possible, never that a claim about another firm is wrong. The same as a table: `datasets/claims.csv`.
Where the inventory of the course is taught: [Coverage](COVERAGE.md).""",
        _table(["Verdict", "Means", "Claims"], [[f"**{v}**", means, count.get(v, 0)] for v, means in VERDICTS.items()]),
        _table(["Source", "What it is", "Claims"], [[s, w, (ledger["source"] == s).sum()] for s, w in SOURCES.items()]),
    ]
    for number, rows in treated.groupby("lesson"):
        parts += [f"## {_title(str(number))}", *_lesson(rows)]
    parts += ["## Left out"]
    for reason, rows in left.groupby("reason"):
        parts += [
            f"### {reason}: {LEFT_OUT[str(reason)]}",
            _table(["Claim", "The source says"], [[i, _said(row)] for i, row in rows.iterrows()]),
        ]
    return "\n\n".join(parts) + "\n"


def _lesson(rows: pd.DataFrame) -> Iterator[str]:
    judged, told = rows[rows["verdict"] != ""], rows[rows["verdict"] == ""]
    if judged.empty:
        yield "Told in the lesson; the verdicts are not yet on this ledger."
    else:
        yield _table(
            ["Claim", "The source says", "It leaves open", "Verdict", "Why, and what would settle it"],
            [[i, _said(row), row["open"], f"**{row['verdict']}**", row["reason"]] for i, row in judged.iterrows()],
        )
    if len(told):
        yield _table(
            ["Claim", "Told, not judged: the source says", "It leaves open", "In"],
            [[i, _said(row), row["open"], row["section"]] for i, row in told.iterrows()],
        )


def _said(row: pd.Series) -> str:
    return f"{row['says']} ({row['term']}; {row['source']})"


def _title(number: str) -> str:
    """The lesson's number and title, with a link, or the number alone as long as it is not written."""
    for path in sorted((ROOT / "notebooks").glob(f"{number}_*.ipynb")):
        first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]
        return f"Lesson {int(number)}: [{''.join(first).splitlines()[0].lstrip('# ')}]({path.name})"
    return f"Lesson {int(number)}"


def _table(heads: list[str], rows: list[list[Any]]) -> str:
    lines: list[list[Any]] = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{PAGE.relative_to(ROOT)} is written")
