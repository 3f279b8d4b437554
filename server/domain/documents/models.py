"""Tables: filed files, knowledge products and agreements."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Base, Synced, Text, When, Whole, ref


class Document(Synced, Base):
    """A filed file: evidence, a signed paper, a photo."""

    __tablename__ = "document"

    #: what it is
    title: Mapped[Text]
    #: "evidence", "minutes", "agreement", "photo" or "other"
    kind: Mapped[Text]
    #: file name as it was given; never used as a path
    file_name: Mapped[Text]
    #: SHA-256 of the content, hex; none when only the reference is known
    sha256: Mapped[Text]
    #: bytes
    size: Mapped[Whole]
    #: media type
    media_type: Mapped[Text]
    #: SHA-256, hex, of the scaled copy of a photo: it travels in the photo's place; none for other files
    copy_sha256: Mapped[Text]
    #: bytes of that copy
    copy_size: Mapped[Whole]
    #: date of the document
    dated: Mapped[When]
    #: where the original lies, or a remark
    note: Mapped[Text]


class KnowledgeProduct(Synced, Base):
    """Terms of reference, a study, a brochure, a newsletter, a guideline."""

    __tablename__ = "knowledge_product"

    #: its title
    title: Mapped[Text]
    #: "tor", "study", "brochure", "newsletter", "guideline", "strategy", "tool" or "other"
    kind: Mapped[Text]
    #: "idea", "outline", "draft", "final" or "published"
    stage: Mapped[Text]
    #: language code or codes
    languages: Mapped[Text]
    #: printed copies
    copies: Mapped[Whole]
    #: the output it serves
    output_id: Mapped[str | None] = ref("output")
    #: the file
    document_id: Mapped[str | None] = ref("document")
    #: date of this stage
    dated: Mapped[When]
    #: remark
    note: Mapped[Text]


class Agreement(Synced, Base):
    """A memorandum of understanding, letter of agreement or endorsement letter."""

    __tablename__ = "agreement"

    #: what it is about
    title: Mapped[Text]
    #: "mou", "loa", "endorsement", "project_document" or "other"
    kind: Mapped[Text]
    #: who signs, in words
    parties: Mapped[Text]
    #: "drafting", "with_legal" or "signed"
    stage: Mapped[Text]
    #: when drafting began
    drafted: Mapped[When]
    #: when the last party signed
    signed: Mapped[When]
    #: the file
    document_id: Mapped[str | None] = ref("document")
    #: remark
    note: Mapped[Text]
