"""Dresses drawn pages as PDF/A-3b (ISO 19005-3): metadata, colour profile, language, properties, an attached file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from xml.sax.saxutils import escape

import pikepdf
from PIL import ImageCms

from server import __version__
from server.reports.carrier import form

#: Program named in the properties.
PROGRAM = f"Valise {__version__}"
#: Date and time of an ICC profile's making (ICC.1:2010 §7.2.1); zeroed so that equal pages are equal bytes.
_PROFILE_DATE = slice(24, 36)

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>{conformance}</pdfaid:conformance>{accessible}
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate><xmp:CreatorTool>{program}</xmp:CreatorTool>
<pdf:Producer>{program}</pdf:Producer><pdf:Keywords>{keywords}</pdf:Keywords>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
#: ISO 14289-1 §5, and the description of its schema that ISO 19005-3 §6.6.2.3 asks for
_ACCESSIBLE = """
<pdfuaid:part xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">1</pdfuaid:part>
<pdfaExtension:schemas xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>"""


@dataclass(frozen=True)
class Properties:
    """What a document says about itself. `language` is a BCP 47 code, `when` an aware time."""

    title: str
    author: str
    subject: str
    language: str
    when: datetime
    keywords: str = ""

    @property
    def pdf_time(self) -> str:
        """`when` in UTC as a PDF date (ISO 32000-1 §7.9.4)."""
        return self.when.astimezone(UTC).strftime("D:%Y%m%d%H%M%S+00'00'")


def archive(pages: bytes, properties: Properties) -> bytes:
    """Drawn pages as PDF/A-3b without data or signature; the same bytes for the same input."""
    with pikepdf.open(io.BytesIO(pages)) as pdf:
        dress(pdf, properties)
        return save(pdf)


def dress(pdf: pikepdf.Pdf, properties: Properties) -> None:
    """Give an open document the metadata, properties, language and colour profile of PDF/A-3.

    Tagged pages are declared as level A and as PDF/UA-1; pages without tags as level B.
    """
    # No text of a person may look like a part of the file: the reader searches the raw bytes for a few such marks.
    told = ("title", "author", "subject", "language", "keywords")
    text = {name: escape(getattr(properties, name), {"/": "&#47;"}) for name in told}
    iso = properties.when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    tagged = "/StructTreeRoot" in pdf.Root
    level = {"conformance": "A" if tagged else "B", "accessible": _ACCESSIBLE if tagged else ""}
    metadata = pikepdf.Stream(pdf, _XMP.format(when=iso, program=PROGRAM, **level, **text).encode())
    metadata.Type = pikepdf.Name.Metadata
    metadata.Subtype = pikepdf.Name.XML
    pdf.Root.Metadata = pdf.make_indirect(metadata)
    pdf.trailer.Info = pdf.make_indirect(_information(properties))
    pdf.Root.Lang = pikepdf.String(properties.language)
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    profile = pikepdf.Stream(pdf, srgb_profile())
    profile.N = 3
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier=pikepdf.String("sRGB"),
        Info=pikepdf.String("sRGB IEC61966-2.1"),
        DestOutputProfile=pdf.make_indirect(profile),
    )
    pdf.Root.OutputIntents = pikepdf.Array([intent])
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", ()):
            if "/F" not in annotation:
                annotation.F = 4  # print: ISO 19005-3 §6.3.2 wants it said, and ReportLab's links do not say it


def attach(pdf: pikepdf.Pdf, stored: bytes, size: int, description: str, when: str) -> None:
    """Attach the payload as an associated file (ISO 19005-3 §6.8, ISO 32000-2 §14.13).

    `stored`: the zlib stream of the payload, which is written as it is; `size`: bytes of the payload itself.
    """
    text = pikepdf.String
    stream = pikepdf.Stream(pdf, stored)
    stream.Type = pikepdf.Name.EmbeddedFile
    stream.Subtype = pikepdf.Name("/" + form.MEDIA_TYPE)
    stream.Filter = pikepdf.Name.FlateDecode
    stream.Params = pikepdf.Dictionary(Size=size, CreationDate=text(when), ModDate=text(when))
    stream = pdf.make_indirect(stream)
    specification = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec,
            F=text(form.ATTACHMENT),
            UF=text(form.ATTACHMENT),
            Desc=text(description),
            AFRelationship=pikepdf.Name.Data,
            EF=pikepdf.Dictionary(F=stream, UF=stream),
        )
    )
    if "/Names" not in pdf.Root:
        pdf.Root.Names = pikepdf.Dictionary()
    pdf.Root.Names.EmbeddedFiles = pikepdf.Dictionary(Names=pikepdf.Array([text(form.ATTACHMENT), specification]))
    pdf.Root.AF = pikepdf.Array([specification])


def save(pdf: pikepdf.Pdf) -> bytes:
    """The document as one revision; streams that are packed already stay as they are, ids follow from the content."""
    out = io.BytesIO()
    pdf.save(
        out,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
        recompress_flate=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        deterministic_id=True,
        force_version="1.7",
        fix_metadata_version=False,
    )
    return out.getvalue()


@cache
def srgb_profile() -> bytes:
    """The sRGB profile that LittleCMS makes, without the date of its making (588 bytes)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_PROFILE_DATE] = bytes(12)
    return bytes(profile)


def _information(properties: Properties) -> pikepdf.Dictionary:
    text = pikepdf.String
    return pikepdf.Dictionary(
        Title=text(properties.title),
        Author=text(properties.author),
        Subject=text(properties.subject),
        Keywords=text(properties.keywords),
        Creator=text(PROGRAM),
        Producer=text(PROGRAM),
        CreationDate=text(properties.pdf_time),
        ModDate=text(properties.pdf_time),
    )
