"""A quiz as a QTI 2.1 package: a test with a section for each question, which draws one of its cases.

A table is marked as the exercise marks it: right as a whole, and a named mistake is recognised by the whole table.

Source
------
IMS Question and Test Interoperability 2.1 (2012): information model, XML binding, integration guide.
"""

import xml.etree.ElementTree as ET
from pathlib import Path

import pandas as pd

from clvlib.course.marking.release import zipped
from clvlib.course.quiz.items import Choice, Item, Labels, Number, Quiz, shown
from clvlib.course.quiz.xml import decimal, document, element

_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_MANIFEST = "http://www.imsglobal.org/xsd/imscp_v1p1"


def written(quiz: Quiz) -> bytes:
    """The zip: imsmanifest.xml, the test, and a file for each item."""
    items = {f"items/{item.ident}.xml": item for group in quiz.groups for item in group.items}
    files = {"imsmanifest.xml": document(_manifest(quiz, list(items))), "test.xml": document(_test(quiz))}
    files |= {name: document(_KINDS[type(item)](item)) for name, item in items.items()}
    return zipped(list(files.items()))


def _manifest(quiz: Quiz, items: list[str]) -> ET.Element:
    root = ET.Element("manifest", {"identifier": f"{quiz.ident}_manifest", "xmlns": _MANIFEST})
    about = element(root, "metadata")
    element(about, "schema", "QTIv2.1 Package")
    element(about, "schemaversion", "1.0.0")
    element(root, "organizations")
    resources = element(root, "resources")
    for identifier, kind, href in [
        (quiz.ident, "imsqti_test_xmlv2p1", "test.xml"),
        *((Path(name).stem, "imsqti_item_xmlv2p1", name) for name in items),
    ]:
        resource = element(resources, "resource", identifier=identifier, type=kind, href=href)
        element(resource, "file", href=href)
        for name in items if href == "test.xml" else ():
            element(resource, "dependency", identifierref=Path(name).stem)
    return root


def _test(quiz: Quiz) -> ET.Element:
    root = ET.Element("assessmentTest", {"xmlns": _QTI, "identifier": quiz.ident, "title": quiz.exercise.title})
    part = element(root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual")
    for group in quiz.groups:
        section = element(part, "assessmentSection", identifier=group.key, title=group.title, visible="false")
        element(section, "selection", select="1")
        for item in group.items:
            element(section, "assessmentItemRef", identifier=item.ident, href=f"items/{item.ident}.xml")
    return root


def _number(item: Item) -> ET.Element:
    assert isinstance(item, Number)
    root = _item(item)
    _declare(root, "RESPONSE", "float", decimal(item.right))
    body = _body(root, item)
    length = {"responseIdentifier": "RESPONSE", "expectedLength": "12"}
    element(element(body, "p"), "textEntryInteraction", **length)
    answers = [item.right, *(value for value, _ in item.wrong)]
    _process(root, item, [_near(value, item.within) for value in answers], [message for _, message in item.wrong])
    return root


def _near(value: float, within: float) -> ET.Element:
    mode = {"toleranceMode": "absolute", "tolerance": decimal(within)} if within else {"toleranceMode": "exact"}
    equal = ET.Element("equal", mode)
    element(equal, "variable", identifier="RESPONSE")
    element(equal, "baseValue", decimal(value), baseType="float")
    return equal


def _choice(item: Item) -> ET.Element:
    assert isinstance(item, Choice)
    root, names = _item(item), {word: f"choice{number}" for number, word in enumerate(item.options, 1)}
    _declare(root, "RESPONSE", "identifier", names[item.right])
    body = _body(root, item)
    choices = element(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1")
    for word, option in item.options.items():
        choices.append(_parsed("simpleChoice", f"<p>{option}</p>", identifier=names[word]))
    answers = [item.right, *item.wrong]
    _process(root, item, [_is("RESPONSE", names[word]) for word in answers], list(item.wrong.values()))
    return root


def _labels(item: Item) -> ET.Element:
    assert isinstance(item, Labels)
    root = _item(item)
    names = {
        column: {label: f"label{number}" for number, label in enumerate(labels, 1)}
        for column, labels in item.options.items()
    }
    for row, column, name in item.cells():
        _declare(root, name, "identifier", names[column][item.right[column].iloc[row]])
    body = _body(root, item)
    lines = element(element(body, "table"), "tbody")
    heads = element(lines, "tr")
    for head in ["", *item.options]:
        element(heads, "th", head)
    cells = iter(item.cells())
    for head in item.rows:
        line = element(lines, "tr")
        line.append(_parsed("td", head))
        for _, column, name in (next(cells) for _ in item.options):
            menu = element(element(line, "td"), "inlineChoiceInteraction", responseIdentifier=name, shuffle="false")
            for label in item.options[column]:
                element(menu, "inlineChoice", shown(label), identifier=names[column][label])

    def all_of(table: pd.DataFrame) -> ET.Element:
        every = ET.Element("and")
        every.extend(_is(name, names[column][table[column].iloc[row]]) for row, column, name in item.cells())
        return every

    answers = [item.right, *(table for table, _ in item.wrong)]
    _process(root, item, [all_of(table) for table in answers], [message for _, message in item.wrong])
    return root


_KINDS = {Number: _number, Choice: _choice, Labels: _labels}


def _is(response: str, name: str) -> ET.Element:
    match = ET.Element("match")
    element(match, "variable", identifier=response)
    element(match, "baseValue", name, baseType="identifier")
    return match


def _item(item: Item) -> ET.Element:
    about = {"identifier": item.ident, "title": item.title, "adaptive": "false", "timeDependent": "false"}
    return ET.Element("assessmentItem", {"xmlns": _QTI} | about)


def _declare(root: ET.Element, name: str, kind: str, right: str) -> None:
    declaration = element(root, "responseDeclaration", identifier=name, cardinality="single", baseType=kind)
    element(element(declaration, "correctResponse"), "value", right)


def _body(root: ET.Element, item: Item) -> ET.Element:
    """The body with the prompt, below what the item gives: its points, and what it says."""
    most = str(item.points)
    score = element(
        root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float", normalMaximum=most
    )
    element(element(score, "defaultValue"), "value", "0")
    element(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier")
    body = element(root, "itemBody")
    body.append(_parsed("div", item.html))
    return body


def _process(root: ET.Element, item: Item, answers: list[ET.Element], messages: list[str]) -> None:
    """The first condition that holds counts: the right answer gives the points, each named mistake its message."""
    condition = element(element(root, "responseProcessing"), "responseCondition")
    for number, holds in enumerate(answers):
        branch = element(condition, "responseElseIf" if number else "responseIf")
        branch.append(holds)
        outcome = element(branch, "setOutcomeValue", identifier="FEEDBACK" if number else "SCORE")
        kind, value = ("identifier", f"mistake{number}") if number else ("float", str(item.points))
        element(outcome, "baseValue", value, baseType=kind)
    for number, message in enumerate(messages, 1):
        name = {"outcomeIdentifier": "FEEDBACK", "identifier": f"mistake{number}", "showHide": "show"}
        root.append(_parsed("modalFeedback", message, **name))


def _parsed(tag: str, text: str, **attributes: str) -> ET.Element:
    """HTML, which is well-formed here, as the content of an element: this form wants elements, not their text."""
    root = ET.fromstring(f"<{tag}>{text}</{tag}>")
    root.attrib.update(attributes)
    return root
