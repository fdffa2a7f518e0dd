"""A quiz as the QTI 1.2 package that Canvas imports, and others read: a question group draws one case of each question.

Canvas knows a wrong answer of a number or of a matching only as wrong, and takes any range that it finds for a right
one. So what to say to each named mistake stands in the feedback for all wrong answers, and a condition of its own for
platforms that follow it, in a form that Canvas passes over: not below and not above.

Source
------
IMS Question and Test Interoperability, ASI XML binding 1.2 (2002); Canvas's own reader, gems/plugins/qti_exporter.
"""

import html
import xml.etree.ElementTree as ET

from clvlib.course.marking.release import zipped
from clvlib.course.quiz.items import Choice, Item, Labels, Number, Quiz, listed, shown
from clvlib.course.quiz.xml import decimal, document, edges, element

_QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
_MANIFEST = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_META = "associatedcontent/imscc_xmlv1p1/learning-application-resource"


def written(quiz: Quiz) -> bytes:
    """The zip that *Settings, Import Course Content, QTI .zip file* reads."""
    folder = quiz.ident
    files = {
        "imsmanifest.xml": document(_manifest(folder)),
        f"{folder}/{folder}.xml": document(_assessment(quiz)),
        f"{folder}/assessment_meta.xml": document(_meta(quiz)),
    }
    return zipped(list(files.items()))


def _manifest(folder: str) -> ET.Element:
    root = ET.Element("manifest", {"identifier": f"{folder}_manifest", "xmlns": _MANIFEST})
    about = element(root, "metadata")
    element(about, "schema", "IMS Content")
    element(about, "schemaversion", "1.1.3")
    element(root, "organizations")
    resources = element(root, "resources")
    resource = element(resources, "resource", identifier=folder, type="imsqti_xmlv1p2")
    element(resource, "file", href=f"{folder}/{folder}.xml")
    element(resource, "dependency", identifierref=f"{folder}_meta")
    meta = f"{folder}/assessment_meta.xml"
    resource = element(resources, "resource", identifier=f"{folder}_meta", type=_META, href=meta)
    element(resource, "file", href=meta)
    return root


def _meta(quiz: Quiz) -> ET.Element:
    """What Canvas wants to know of a quiz besides its questions; it is imported unpublished."""
    root = ET.Element("quiz", {"identifier": quiz.ident, "xmlns": _CANVAS})
    element(root, "title", quiz.exercise.title)
    element(root, "description", f"<p>Exercise {html.escape(quiz.exercise.name)} of the CLV Notebooks.</p>")
    element(root, "shuffle_answers", "true")
    element(root, "scoring_policy", "keep_highest")
    element(root, "quiz_type", "assignment")
    element(root, "points_possible", f"{quiz.points}.0")
    element(root, "show_correct_answers", "false")
    element(root, "allowed_attempts", "1")
    return root


def _assessment(quiz: Quiz) -> ET.Element:
    root = ET.Element("questestinterop", {"xmlns": _QTI})
    assessment = element(root, "assessment", ident=quiz.ident, title=quiz.exercise.title)
    _field(element(assessment, "qtimetadata"), "cc_maxattempts", "1")
    whole = element(assessment, "section", ident="root_section")
    for group in quiz.groups:
        section = element(whole, "section", ident=f"{quiz.ident}_{group.key}", title=group.title)
        selection = element(element(section, "selection_ordering"), "selection")
        element(selection, "selection_number", "1")
        points = element(selection, "selection_extension")  # Canvas's own
        element(points, "points_per_item", str(group.question.points))
        for item in group.items:
            _KINDS[type(item)](section, item)
    return root


def _number(section: ET.Element, item: Item) -> None:
    assert isinstance(item, Number)
    presentation, processing, node = _item(section, item, "numerical_question")
    response = element(presentation, "response_str", ident="response1", rcardinality="Single")
    element(element(response, "render_fib", fibtype="Decimal"), "response_label", ident="answer1")

    low, high = edges(item.right, item.within)
    either = element(_condition(processing, score=True), "or")
    element(either, "varequal", decimal(item.right), respident="response1")
    both = element(either, "and")
    element(both, "vargte", low, respident="response1")
    element(both, "varlte", high, respident="response1")

    for number, (value, _) in enumerate(item.wrong, 1):
        low, high = edges(value, item.within)
        outside = element(element(_condition(processing, f"mistake{number}_fb"), "not"), "or")
        element(outside, "varlt", low, respident="response1")
        element(outside, "vargt", high, respident="response1")
    lines = [(f"{value:.6g}", message) for value, message in item.wrong]
    _otherwise(processing, node, listed(lines) if lines else "")
    for number, (_, message) in enumerate(item.wrong, 1):
        _feedback(node, f"mistake{number}_fb", message)


def _choice(section: ET.Element, item: Item) -> None:
    assert isinstance(item, Choice)
    presentation, processing, node = _item(section, item, "multiple_choice_question")
    response = element(presentation, "response_lid", ident="response1", rcardinality="Single")
    choices, names = element(response, "render_choice", shuffle="Yes"), {}
    for number, (word, option) in enumerate(item.options.items(), 1):
        names[word] = f"choice{number}"
        _material(element(choices, "response_label", ident=names[word]), f"<p>{option}</p>")
    for word in item.wrong:
        element(_condition(processing, f"{names[word]}_fb"), "varequal", names[word], respident="response1")
    element(_condition(processing, score=True), "varequal", names[item.right], respident="response1")
    for word, message in item.wrong.items():
        _feedback(node, f"{names[word]}_fb", message)


def _labels(section: ET.Element, item: Item) -> None:
    """A matching: each cell of the table with its label. Of all labels one may choose any, more than once."""
    assert isinstance(item, Labels)
    presentation, processing, node = _item(section, item, "matching_question")
    labels = list(dict.fromkeys(label for column in item.options.values() for label in column))
    names = {label: f"{number}" for number, label in enumerate(labels, 1)}
    for row, column, name in item.cells():
        head = item.rows[row] + (f": <b>{html.escape(column)}</b>" if len(item.options) > 1 else "")
        response = element(presentation, "response_lid", ident=f"response_{name}")
        _material(response, head)
        choices = element(response, "render_choice")
        for label in labels:
            choice = element(choices, "response_label", ident=names[label])
            element(element(choice, "material"), "mattext", shown(label))
    cells = item.cells()
    each = round(100 / len(cells), 2)
    for number, (row, column, name) in enumerate(cells, 1):
        points = each if number < len(cells) else 100 - each * (number - 1)  # a whole table is worth the whole
        condition = _condition(processing, score=True, points=f"{points:.2f}", goes_on=True)
        element(condition, "varequal", names[item.right[column].iloc[row]], respident=f"response_{name}")
    lines = [("", message) for _, message in item.wrong]
    _otherwise(processing, node, listed(lines) if lines else "")


_KINDS = {Number: _number, Choice: _choice, Labels: _labels}


def _item(section: ET.Element, item: Item, kind: str) -> tuple[ET.Element, ET.Element, ET.Element]:
    """Where the responses, the conditions and the feedback of an item go."""
    node = element(section, "item", ident=item.ident, title=item.title)
    about = element(element(node, "itemmetadata"), "qtimetadata")
    _field(about, "question_type", kind)
    _field(about, "points_possible", f"{item.points}.0")
    presentation = element(node, "presentation")
    _material(presentation, f"<div>{item.html}</div>")
    processing = element(node, "resprocessing")
    limits = {"varname": "SCORE", "vartype": "Decimal", "minvalue": "0", "maxvalue": "100"}
    element(element(processing, "outcomes"), "decvar", **limits)
    return presentation, processing, node


def _condition(
    processing: ET.Element, feedback: str = "", *, score: bool = False, points: str = "100", goes_on: bool = False
) -> ET.Element:
    """A condition that gives points, or says something, and ends the marking unless it `goes_on`."""
    condition = element(processing, "respcondition", **{"continue": "Yes" if goes_on else "No"})
    holds = element(condition, "conditionvar")
    if score:
        element(condition, "setvar", points, action="Add" if goes_on else "Set", varname="SCORE")
    if feedback:
        element(condition, "displayfeedback", feedbacktype="Response", linkrefid=feedback)
    return holds


def _otherwise(processing: ET.Element, node: ET.Element, message: str) -> None:
    """What is said to every other answer: the id is the one by which Canvas knows it."""
    if message:
        element(_condition(processing, "general_incorrect_fb"), "other")
        _feedback(node, "general_incorrect_fb", message)


def _feedback(node: ET.Element, name: str, message: str) -> None:
    _material(element(element(node, "itemfeedback", ident=name), "flow_mat"), message)


def _material(parent: ET.Element, text: str) -> None:
    element(element(parent, "material"), "mattext", text, texttype="text/html")


def _field(parent: ET.Element, label: str, entry: str) -> None:
    field = element(parent, "qtimetadatafield")
    element(field, "fieldlabel", label)
    element(field, "fieldentry", entry)
