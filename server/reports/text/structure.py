"""The logical structure of a document, for readers that speak it aloud: what is a heading, a cell, a figure.

ISO 32000-1, 14.7 (logical structure) and 14.8 (tagged PDF). Blocks say by a `Tag` what they draw; a `Structure` keeps
for one document which marked content on which page belongs to which tag, and writes itself when all pages are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase import pdfdoc


@dataclass(eq=False, slots=True)
class Tag:
    """What something is: a standard structure type (P, H1, L, LI, Table, TR, TH, TD, Figure …) within another.

    `alternative` says a figure in words; `attributes` are PDF entries as written (the scope of a head's cell);
    `identity` is a name in ASCII that no other tag has, as a Note needs it (ISO 14289-1, 7.9).
    """

    kind: str
    within: Tag | None = None
    alternative: str = ""
    attributes: str = ""
    identity: str = ""


@dataclass(eq=False, slots=True)
class Element:
    """A structure element of one document. A kid is an element, a (page, content) pair, or a link's number."""

    kind: str
    parent: Element | None
    alternative: str = ""
    attributes: str = ""
    language: str = ""
    kids: list[Element | tuple[int, int] | int] = field(default_factory=list)
    reference: str = ""
    identity: str = ""


class Structure:
    """The structure tree of one document; pages are counted from 0."""

    def __init__(self, language: str) -> None:
        self.root = Element("Document", None, language=language)
        self.pages: list[list[Element]] = []
        #: the element of each link, in the order of the links
        self.links: list[Element] = []
        self._elements: dict[tuple[Tag, Element], Element] = {}
        self._part = self.root

    def new_page(self, language: str) -> PageTags:
        """The tags of the next page; a change of language begins a part."""
        if language != (self._part.language or language) or self._part is self.root:
            self._part = self._add(Element("Part", self.root, language=language))
        self.pages.append([])
        return PageTags(self, len(self.pages) - 1, self._part)

    def element(self, tag: Tag, base: Element) -> Element:
        """The element of a tag, made at its first use."""
        known = self._elements.get((tag, base))
        if known is None:
            parent = self.element(tag.within, base) if tag.within else base
            known = self._add(Element(tag.kind, parent, tag.alternative, tag.attributes, identity=tag.identity))
            self._elements[tag, base] = known
        return known

    def _add(self, element: Element) -> Element:
        assert element.parent is not None
        element.parent.kids.append(element)
        return element

    def write(self, document: Any, annotations: Sequence[str]) -> None:
        """Add the tree to a ReportLab document whose pages are all shown. `annotations` are the links' object names."""
        tree = _Raw()
        document.Reference(tree, "structure")
        elements = [(element, _Raw()) for element in _walk(self.root)]
        for number, (element, raw) in enumerate(elements):
            document.Reference(raw, f"element{number}")
            element.reference = _reference(document, f"element{number}")
        pages = [_reference(document, f"Page{n + 1}") for n in range(len(self.pages))]
        links = [_reference(document, name) for name in annotations]
        for element, raw in elements:
            parent = element.parent.reference if element.parent else _reference(document, "structure")
            raw.content = _element(element, parent, pages, links)
        nums = [f"{n} [{' '.join(e.reference for e in page)}]" for n, page in enumerate(self.pages)]
        nums += [f"{len(pages) + n} {element.reference}" for n, element in enumerate(self.links)]
        tree.content = (
            f"<</Type/StructTreeRoot/K {self.root.reference}/ParentTree<</Nums[{' '.join(nums)}]>>"
            f"/ParentTreeNextKey {len(nums)}{_names([one for one, _raw in elements])}>>"
        )
        document.Catalog.StructTreeRoot = tree
        document.Catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})


def _names(elements: Sequence[Element]) -> str:
    """The tree of identities, if there are any."""
    named = sorted((element.identity, element.reference) for element in elements if element.identity)
    return f"/IDTree<</Names[{' '.join(f'({name}) {to}' for name, to in named)}]>>" if named else ""


class PageTags:
    """Gives out the numbers of marked content on one page."""

    def __init__(self, structure: Structure, page: int, base: Element) -> None:
        self.structure, self.page, self.base = structure, page, base

    def content(self, tag: Tag) -> int:
        """The number of new marked content that belongs to a tag."""
        element = self.structure.element(tag, self.base)
        owners = self.structure.pages[self.page]
        element.kids.append((self.page, len(owners)))
        owners.append(element)
        return len(owners) - 1

    def link(self, tag: Tag) -> int:
        """The number of a link that belongs to a tag."""
        element = self.structure.element(tag, self.base)
        element.kids.append(len(self.structure.links))
        self.structure.links.append(element)
        return len(self.structure.links) - 1


class _Raw(pdfdoc.PDFObject):  # type: ignore[misc]  # ReportLab ships no types
    """An object whose text is ready."""

    __RefOnly__ = 1

    def __init__(self) -> None:
        self.content = ""

    def format(self, document: Any) -> bytes:
        return self.content.encode("ascii")


def _walk(root: Element) -> Iterator[Element]:
    """All elements in the order they are read."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        waiting += [kid for kid in reversed(element.kids) if isinstance(kid, Element)]


def _reference(document: Any, name: str) -> str:
    number, generation = document.idToObjectNumberAndVersion[name]
    return f"{number} {generation} R"


def _element(element: Element, parent: str, pages: Sequence[str], links: Sequence[str]) -> str:
    """The dictionary of one element."""
    home: int | None = None
    kids = []
    for kid in element.kids:
        if home is None and isinstance(kid, tuple):
            home = kid[0]
        if isinstance(kid, Element):
            kids.append(kid.reference)
        elif isinstance(kid, int):
            kids.append(f"<</Type/OBJR/Obj {links[kid]}>>")
        elif kid[0] == home:
            kids.append(str(kid[1]))
        else:
            kids.append(f"<</Type/MCR/Pg {pages[kid[0]]}/MCID {kid[1]}>>")
    entries = [f"/S/{element.kind}/P {parent}"]
    if home is not None:
        entries.append(f"/Pg {pages[home]}")
    if kids:
        entries.append(f"/K {kids[0]}" if len(kids) == 1 else f"/K[{' '.join(kids)}]")
    if element.identity:
        entries.append(f"/ID({element.identity})")
    if element.language:
        entries.append(f"/Lang({element.language})")
    if element.alternative:
        entries.append(f"/Alt<FEFF{element.alternative.encode('utf-16-be', 'replace').hex()}>")
    if element.attributes:
        entries.append(f"/A<<{element.attributes}>>")
    return f"<<{''.join(entries)}>>"
