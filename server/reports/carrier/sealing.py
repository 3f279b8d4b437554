"""Seals pages and payload into one signed PDF: written once, then two placeholders are filled in, and nothing after."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Sequence
from datetime import datetime

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.x509.oid import NameOID

from server.base.i18n import _
from server.reports.carrier import archival, form, signing
from server.reports.carrier.reading import open_sealed

#: bytes of the payload's stream that are looked for; all of them are compared where these are found
_ENOUGH = 4096
_DIGITS = b"%d" % form.PLACEHOLDER
_HEAD = b"/ByteRange [ 0 %b %b %b ] /Contents <" % (_DIGITS, _DIGITS, _DIGITS)
_TAIL = b"> /Dispatch [ %d %b %b ] /Filter /Adobe.PPKLite /M (D:" % (form.VERSION, _DIGITS, _DIGITS)


def seal_pages(
    pages: bytes,
    payload: bytes,
    *,
    key: EllipticCurvePrivateKey,
    certificate: bytes,
    chain: Sequence[bytes],
    title: str,
    author: str,
    subject: str,
    language: str,
    when: datetime,
    box: tuple[float, float, float, float] | None,
    page: int,
) -> bytes:
    """See `server.reports.carrier.seal`."""
    name = _checked_name(key, certificate)
    stored = zlib.compress(payload, 0)
    room = len(signing.container(bytes(32), key=key, certificate=certificate, chain=chain, dry_run=True))
    properties = archival.Properties(title, author, subject, language, when, form.KEYWORD)
    with pikepdf.open(io.BytesIO(pages)) as pdf:
        archival.dress(pdf, properties)
        archival.attach(pdf, stored, len(payload), _("The data of this report, for Valise"), properties.pdf_time)
        _add_signature_field(pdf, pdf.pages[page].obj, box, _signature_dictionary(name, properties.pdf_time, room))
        written = archival.save(pdf)
    data = bytearray(written)
    del written  # with photos these are large: none of them is held longer than it is needed
    opens, closes = _fill_in(data, stored, room)
    del stored
    digest = hashlib.sha256(memoryview(data)[:opens])
    digest.update(memoryview(data)[closes:])
    signed = signing.container(digest.digest(), key=key, certificate=certificate, chain=chain)
    data[opens + 1 : closes - 1] = signed.hex().encode().ljust(2 * room, b"0")
    sealed = bytes(data)
    del data
    _prove(sealed, payload, certificate)
    return sealed


def _checked_name(key: EllipticCurvePrivateKey, certificate: bytes) -> str:
    """The signer's name as readers show it. Raises ValueError when key and certificate are not a P-256 pair."""
    parsed = x509.load_der_x509_certificate(certificate)
    public = parsed.public_key()
    written = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if not isinstance(public, EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        raise ValueError("a dispatch is signed by a P-256 key")
    if public.public_bytes(*written) != key.public_key().public_bytes(*written):
        raise ValueError("the certificate belongs to another key")
    names = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else parsed.subject.rfc4514_string()


def _signature_dictionary(name: str, when: str, room: int) -> pikepdf.Dictionary:
    """The signature dictionary (ISO 32000-1 §12.8.1) with placeholders: no changes allowed after it (DocMDP P 1)."""
    parameters = pikepdf.Dictionary(Type=pikepdf.Name.TransformParams, V=pikepdf.Name("/1.2"), P=1)
    reference = pikepdf.Dictionary(
        Type=pikepdf.Name.SigRef, TransformMethod=pikepdf.Name.DocMDP, TransformParams=parameters
    )
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Sig,
        Filter=pikepdf.Name("/Adobe.PPKLite"),
        SubFilter=pikepdf.Name("/ETSI.CAdES.detached"),
        ByteRange=pikepdf.Array([0, form.PLACEHOLDER, form.PLACEHOLDER, form.PLACEHOLDER]),
        Contents=pikepdf.String(b"\xff" * room),
        Dispatch=pikepdf.Array([form.VERSION, form.PLACEHOLDER, form.PLACEHOLDER]),
        M=pikepdf.String(when),
        Name=pikepdf.String(name),
        Reference=pikepdf.Array([reference]),
    )


def _add_signature_field(
    pdf: pikepdf.Pdf,
    page: pikepdf.Object,
    box: tuple[float, float, float, float] | None,
    signature: pikepdf.Dictionary,
) -> None:
    """One field that is its own widget. What people see of it is printed on the page: its appearance is empty."""
    signed = pdf.make_indirect(signature)
    field = pikepdf.Dictionary(
        FT=pikepdf.Name.Sig,
        T=pikepdf.String(form.FIELD),
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Widget,
        F=132,  # print, locked
        Rect=pikepdf.Array([round(number, 2) for number in box or (0, 0, 0, 0)]),
        P=page,
        V=signed,
    )
    if box is not None:
        appearance = pikepdf.Stream(pdf, b"")
        appearance.Type = pikepdf.Name.XObject
        appearance.Subtype = pikepdf.Name.Form
        appearance.BBox = pikepdf.Array([0, 0, round(box[2] - box[0], 2), round(box[3] - box[1], 2)])
        appearance.Resources = pikepdf.Dictionary()
        field.AP = pikepdf.Dictionary(N=pdf.make_indirect(appearance))
    field.TU = pikepdf.String(_("Signature of the office"))
    widget = pdf.make_indirect(field)
    _tell_of(pdf, page, widget)
    page.Annots = pikepdf.Array([*(page.Annots if "/Annots" in page else ()), widget])
    pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array([widget]), SigFlags=3))
    pdf.Root.Perms = pikepdf.Dictionary(DocMDP=signed)


def _tell_of(pdf: pikepdf.Pdf, page: pikepdf.Object, widget: pikepdf.Object) -> None:
    """Give the field its place in the structure, as its last element (ISO 14289-1 §7.18.4)."""
    if "/StructTreeRoot" not in pdf.Root:
        return
    tree = pdf.Root.StructTreeRoot
    document, number = tree.K, int(tree.ParentTreeNextKey)
    reference = pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Obj=widget, Pg=page)
    element = pdf.make_indirect(
        pikepdf.Dictionary(S=pikepdf.Name.Form, P=document, K=reference, Alt=widget.TU)
    )
    kids = document.get("/K")
    above = [] if kids is None else list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    document.K = pikepdf.Array([*above, element])
    tree.ParentTree.Nums = pikepdf.Array([*tree.ParentTree.Nums, number, element])
    tree.ParentTreeNextKey = number + 1
    widget.StructParent = number


def _fill_in(data: bytearray, stored: bytes, room: int) -> tuple[int, int]:
    """Write ByteRange and the payload's place over their placeholders; returns where the hole opens and closes."""
    starts, ends = form.STREAM
    offset = data.find(starts + stored[:_ENOUGH]) + len(starts)
    pattern = re.compile(re.escape(_HEAD) + b"f{%d}" % (2 * room) + re.escape(_TAIL))
    found = [one for one in pattern.finditer(data) if not offset <= one.start() < offset + len(stored)]
    with memoryview(data) as view:
        is_there = view[offset : offset + len(stored)] == stored and data.startswith(ends, offset + len(stored))
    if offset < len(starts) or not is_there or len(found) != 1:
        raise RuntimeError("the PDF library wrote the signature dictionary in another way than expected")
    opens = found[0].start() + len(_HEAD) - 1
    closes = opens + 2 * room + 2
    _patch(data, found[0].start(), b"/ByteRange [ 0 ", (opens, closes, len(data) - closes))
    _patch(data, closes, b" /Dispatch [ %d " % form.VERSION, (offset, len(stored)))
    return opens, closes


def _patch(data: bytearray, at: int, before: bytes, numbers: Sequence[int]) -> None:
    start = at + len(before)
    width = len(numbers) * (len(_DIGITS) + 1) - 1
    data[start : start + width] = b" ".join(b"%d" % number for number in numbers).ljust(width)


def _prove(sealed: bytes, payload: bytes, certificate: bytes) -> None:
    """Nothing leaves that would not open: read it back as its receiver will. Raises Refused when it is too large."""
    opened = open_sealed(sealed)
    if opened.payload != payload or opened.certificate != certificate:
        raise RuntimeError("the sealed file does not read back")
