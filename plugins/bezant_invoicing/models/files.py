"""What documents keep for the law: who issued them to whom, and the bytes that were sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Json, Model, Scope, UTCDateTime, Withheld, append_only, primary_key


class Party(Model):
    """Name and address of a seller or buyer as documents were issued with; one row for all documents that say the same.

    The id is made from the content, so that documents share it.
    """

    __tablename__ = "invoicing_parties"
    __scope__ = Withheld("kept once for all documents that name it, and read with them")

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(Json, info={"personal": True})

    __table_args__ = ({"info": append_only()},)


class DocumentFile(Model):
    """A rendered document, kept byte for byte."""

    __tablename__ = "invoicing_files"
    __scope__ = Scope(through=(("document_id", "invoicing_invoices"), ("document_id", "invoicing_credit_notes")))

    id: Mapped[UUID] = primary_key()
    document_type: Mapped[str] = mapped_column(String(40))
    document_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(10))
    locale: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    rendered_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("document_id", "kind", name="uq_invoicing_files_document"),
        CheckConstraint("kind IN ('pdf')", name="kind"),
        {"info": append_only()},
    )
