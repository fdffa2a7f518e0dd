"""A quiz as Moodle XML: a category for each question, from which a quiz draws one of its cases at random.

Source
------
Moodle's own reader, question/format/xml/format.php, and docs.moodle.org, "Moodle XML format" and "Embedded answers".
"""

import html
import re
import xml.etree.ElementTree as ET

from clvlib.course.quiz.items import Choice, Group, Item, Labels, Number, Quiz, shown
from clvlib.course.quiz.xml import decimal, document, element


def written(quiz: Quiz) -> bytes:
    """The file that *Question bank, Import, Moodle XML format* reads."""
    root = ET.Element("quiz")
    for group in quiz.groups:
        _category(root, quiz, group)
        for item in group.items:
            _KINDS[type(item)](root, item)
    return document(root)


def _category(root: ET.Element, quiz: Quiz, group: Group) -> None:
    """What follows goes into this category: it is made where it is not there yet."""
    name, title = (text.replace("/", "//") for text in (quiz.exercise.name, group.title))
    question = element(root, "question", type="category")
    _text(question, "category", f"$course$/top/CLV Notebooks/{name}/{title}")
    _text(question, "info", f"<p>Cases of one question: let the quiz draw one of {len(group.items)}.</p>", "html")


def _number(root: ET.Element, item: Item) -> None:
    """The first answer within whose tolerance a response lies counts: the right one stands first, as in the key."""
    assert isinstance(item, Number)
    question = _question(root, "numerical", item)
    for value, fraction, feedback in [(item.right, 100, ""), *((value, 0, says) for value, says in item.wrong)]:
        answer = element(question, "answer", fraction=str(fraction), format="moodle_auto_format")
        element(answer, "text", decimal(value))
        element(answer, "tolerance", decimal(item.within))
        _text(answer, "feedback", feedback, "html")


def _choice(root: ET.Element, item: Item) -> None:
    assert isinstance(item, Choice)
    question = _question(root, "multichoice", item)
    element(question, "single", "true")
    element(question, "shuffleanswers", "true")
    element(question, "answernumbering", "none")
    for word, option in item.options.items():
        answer = element(question, "answer", fraction="100" if word == item.right else "0", format="html")
        element(answer, "text", f"<p>{option}</p>")
        _text(answer, "feedback", item.wrong.get(word, ""), "html")


def _labels(root: ET.Element, item: Item) -> None:
    """A table with a menu in each cell. A named mistake speaks in each cell that it gets wrong."""
    assert isinstance(item, Labels)
    heads = "".join(f"<th>{html.escape(column)}</th>" for column in item.options)
    rows = [
        f"<tr><td>{name}</td>{''.join(f'<td>{_menu(item, row, column)}</td>' for column in item.options)}</tr>"
        for row, name in enumerate(item.rows)
    ]
    _question(root, "cloze", item, f"<table><tr><th></th>{heads}</tr>{''.join(rows)}</table>")


def _menu(item: Labels, row: int, column: str) -> str:
    right, choices = item.right[column].iloc[row], []
    for label in item.options[column]:
        says = [message for table, message in item.wrong if label != right and table[column].iloc[row] == label]
        fraction = "100" if label == right else "0"
        choices.append(f"%{fraction}%{_escaped(html.escape(shown(label)))}#{_escaped(''.join(says))}")
    return f"{{1:MULTICHOICE:{'~'.join(choices)}}}"


def _escaped(text: str) -> str:
    """A text in a menu, where these signs would end it."""
    return re.sub(r"([~}#])", r"\\\1", text.replace("\\", "&#92;").replace("&#x27;", "'"))


_KINDS = {Number: _number, Choice: _choice, Labels: _labels}


def _question(root: ET.Element, kind: str, item: Item, more: str = "") -> ET.Element:
    question = element(root, "question", type=kind)
    _text(question, "name", item.title)
    _text(question, "questiontext", item.html + more, "html")
    element(question, "defaultgrade", str(item.points))
    element(question, "penalty", "0.1")  # what a hint costs here, too
    element(question, "idnumber", item.ident)
    for hint in item.hints:
        _text(question, "hint", hint, "html")
    return question


def _text(parent: ET.Element, tag: str, text: str, form: str = "") -> None:
    within = element(parent, tag, format=form) if form else element(parent, tag)
    element(within, "text", text)
