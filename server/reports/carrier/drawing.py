"""A digest of what a PDF shows: pages drawn again from the data can be compared with the pages that came.

It covers what a reader sees, hears and can press: contents, fonts and pictures of every page, annotations, bookmarks,
named places and the tagged structure. It does not depend on how a file is compressed, numbered or signed, so a
sealed file and the pages that it was made of have the same one.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from server.base.errors import Refused
from server.base.i18n import _
from server.reports.carrier import form

#: what says where an object stands or how it is packed, not what it shows
_SKIPPED = frozenset(("/Parent", "/P", "/StructParents", "/StructParent", "/Length", "/Filter", "/DecodeParms",
                      "/Annots", "/Metadata", "/Prev", "/First", "/Last", "/Count"))
#: hostile files are deep or endless: more than any of ours has
_DEEPEST, _MOST = 64, 400_000
#: what a page may leave to the node above it (ISO 32000-1 §7.7.3.4)
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
#: of the catalog, what is shown or acts; each is part of the digest when it is there
_ROOT = ("/Lang", "/OpenAction", "/AA", "/OCProperties", "/PageLabels")


def drawing_digest(pdf: bytes) -> bytes:
    """SHA-256 of what is drawn. Errors: Refused (`drawing_unreadable`) when the pages cannot be taken apart."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            return _Reader(opened).digest()
    except Refused:
        raise
    except Exception as failure:  # hostile bytes: the library fails in many ways
        raise _unreadable() from failure


def _unreadable() -> Refused:
    return Refused(
        _("The pages of this file cannot be compared with its data. Ask the sender to send it again."),
        "drawing_unreadable",
    )


class _Reader:
    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        self.known: dict[tuple[int, int], bytes] = {}
        self.left = _MOST

    def digest(self) -> bytes:
        whole = hashlib.sha256(b"valise drawing 1")
        for part in self._parts():
            whole.update(part)
        return whole.digest()

    def _parts(self) -> Iterator[bytes]:
        root: Any = self.pdf.Root
        for page in self.pdf.pages:
            yield self._page(page)
        for name in _ROOT:
            if name in root:
                yield name.encode() + self._of(root[name], 0)
        names = root.get("/Names")
        for name in ("/JavaScript", "/AP", "/Dests"):
            if names is not None and name in names:
                yield name.encode() + self._of(names[name], 0)
        if "/Dests" in root:
            yield b"places" + self._of(root["/Dests"], 0)
        if "/Outlines" in root:
            yield b"outline" + b"".join(self._outline(root["/Outlines"].get("/First"), 0))
        if "/StructTreeRoot" in root:
            yield b"structure" + self._structure(root["/StructTreeRoot"].get("/K"), 0)
        for field in (root["/AcroForm"].get("/Fields", ()) if "/AcroForm" in root else ()):
            if not _is_our_signature(field):
                yield b"field" + self._of(field, 0)

    def _page(self, page: pikepdf.Page) -> bytes:
        """A page: its content streams as one, and everything else it names."""
        content = page.obj.get("/Contents")
        streams = [] if content is None else list(content) if isinstance(content, pikepdf.Array) else [content]
        written = b"\n".join(stream.read_bytes() for stream in streams)
        digest = hashlib.sha256(b"page" + hashlib.sha256(written).digest())
        named = {**{key: _inherited(page.obj, key) for key in _INHERITED}, **dict(page.obj.items())}
        for key in sorted(named):
            if key not in _SKIPPED and key != "/Contents" and named[key] is not None:
                digest.update(key.encode() + self._of(named[key], 0))
        for annotation in page.obj.get("/Annots", ()):
            if not _is_our_signature(annotation):
                digest.update(b"annotation" + self._of(annotation, 0))
        return digest.digest()

    def _of(self, value: Any, depth: int) -> bytes:
        """The digest of any object; the same for the same content, wherever it stands in the file."""
        self.left -= 1
        if depth > _DEEPEST or self.left < 0:
            raise _unreadable()
        place = getattr(value, "objgen", (0, 0)) if isinstance(value, pikepdf.Object) else (0, 0)
        if place in self.pages:
            return hashlib.sha256(b"page %d" % self.pages[place]).digest()
        if place != (0, 0) and place in self.known:
            return self.known[place]
        if place != (0, 0):
            self.known[place] = b"again"  # a ring of objects ends here
        made = self._content(value, depth)
        if place != (0, 0):
            self.known[place] = made
        return made

    def _content(self, value: Any, depth: int) -> bytes:
        digest = hashlib.sha256()
        if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
            digest.update(b"dictionary")
            for key in sorted(value.keys()):
                if key not in _SKIPPED:
                    digest.update(key.encode() + self._of(value[key], depth + 1))
        elif isinstance(value, pikepdf.Array):
            digest.update(b"array")
            for one in value:
                digest.update(self._of(one, depth + 1))
        else:
            digest.update(type(value).__name__.encode() + b" " + _told(value))
        if isinstance(value, pikepdf.Stream):
            digest.update(hashlib.sha256(_bytes_of(value)).digest())
        return digest.digest()

    def _outline(self, entry: Any, depth: int) -> Iterator[bytes]:
        while entry is not None and depth < _DEEPEST and self.left > 0:
            self.left -= 1
            target = entry.get("/Dest", entry.get("/A"))
            yield b"%d" % depth + _told(entry.get("/Title", "")) + (self._of(target, 0) if target is not None else b"")
            yield from self._outline(entry.get("/First"), depth + 1)
            entry = entry.get("/Next")

    def _structure(self, node: Any, depth: int) -> bytes:
        """What is read aloud: kinds, words and order; where an element hangs does not count."""
        self.left -= 1
        if depth > _DEEPEST or self.left < 0:
            raise _unreadable()
        if isinstance(node, pikepdf.Array):
            return b"".join(self._structure(one, depth + 1) for one in node)
        digest = hashlib.sha256()
        if isinstance(node, pikepdf.Dictionary):
            if _tells_of_our_signature(node):
                return b""
            for key in ("/S", "/Alt", "/ActualText", "/E", "/Lang", "/T", "/A", "/MCID"):
                if key in node:
                    digest.update(key.encode() + self._of(node[key], depth))
            page = node.get("/Pg")
            digest.update(b"page %d" % self.pages.get(page.objgen, -1) if page is not None else b"")
            digest.update(self._structure(node.get("/K"), depth + 1))
        elif node is not None:
            digest.update(_told(node))
        return digest.digest()


def _inherited(page: Any, key: str) -> Any:
    node = page
    for _level in range(_DEEPEST):
        if node is None or key in node:
            break
        node = node.get("/Parent")
    return None if node is None else node.get(key)


def _is_our_signature(field: Any) -> bool:
    """The dispatch's own field, as long as it shows nothing by itself."""
    if field.get("/FT") != pikepdf.Name.Sig or str(field.get("/T", "")) != form.FIELD:
        return False
    appearance = field.get("/AP")
    return appearance is None or all(
        isinstance(one, pikepdf.Stream) and not one.read_bytes().strip() for one in appearance.as_dict().values()
    )


def _tells_of_our_signature(node: Any) -> bool:
    """The element that sealing adds for the signature's field."""
    kid = node.get("/K")
    named = isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == pikepdf.Name.OBJR and "/Obj" in kid
    return node.get("/S") == pikepdf.Name.Form and named and _is_our_signature(kid.Obj)


def _bytes_of(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:  # pictures stay as their cameras packed them
        return stream.read_raw_bytes()


def _told(value: Any) -> bytes:
    if isinstance(value, (pikepdf.Object, pikepdf.String)):
        return value.unparse(resolved=True)
    return repr(value).encode("utf-8", "surrogatepass")
