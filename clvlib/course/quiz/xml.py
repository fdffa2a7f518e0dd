"""XML as all three forms write it: every text escaped, the same bytes for the same quiz."""

import xml.etree.ElementTree as ET
from decimal import Decimal


def element(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """A new last child."""
    child = ET.SubElement(parent, tag, attributes)
    child.text = text or None
    return child


def document(root: ET.Element) -> bytes:
    """A whole file. It is not indented: in a text that is HTML, white space counts."""
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def decimal(value: float) -> str:
    """A number in digits, never as 1e-05; twelve of them, so that what a computer rounds away is not seen."""
    return format(Decimal(f"{value:.12g}"), "f")


def edges(value: float, within: float) -> tuple[str, str]:
    """The least and the largest number within a tolerance."""
    middle, most = Decimal(decimal(value)), Decimal(decimal(within))
    return format(middle - most, "f"), format(middle + most, "f")
