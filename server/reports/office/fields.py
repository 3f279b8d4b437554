"""What Word works out or follows: fields, and links to addresses of the web."""

from __future__ import annotations

from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor

from server.reports import styles


def lead_out(paragraph: Any, run: Any, address: str) -> None:
    """Make a run lead to an address of the web."""
    run.font.underline, run.font.color.rgb = True, RGBColor.from_string(styles.DEEP.lstrip("#"))
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run._r.getparent().replace(run._r, link)
    link.append(run._r)


def open_field(paragraph: Any, code: str) -> None:
    """Begin a field; what is written until `close_field` is shown until it is worked out."""
    for name, kind in (("w:fldChar", "begin"), ("w:instrText", ""), ("w:fldChar", "separate")):
        element = OxmlElement(name)
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = code
        paragraph.add_run()._r.append(element)


def close_field(paragraph: Any) -> None:
    """The end of the field that `open_field` began."""
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), "end")
    paragraph.add_run()._r.append(element)
