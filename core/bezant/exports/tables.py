"""Tables of files that are made in the background."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from bezant.db.model import Model
from bezant.db.scope import Scope, Withheld
from bezant.db.types import UTCDateTime, primary_key


class ExportRow(Model):
    """A file that a user asked for: the page whose list it holds, and the job that makes it. ``size`` is set when it is whole."""

    __tablename__ = "core_exports"
    __scope__ = Scope(actor="user_id")

    id: Mapped[UUID] = primary_key()
    user_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    job_id: Mapped[UUID] = mapped_column(Uuid)
    path: Mapped[str] = mapped_column(Text, info={"personal": True})
    title: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    form: Mapped[str] = mapped_column(String(8))
    size: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ExportPiece(Model):
    """A piece of such a file, so that nobody has to hold all of it."""

    __tablename__ = "core_export_pieces"
    __scope__ = Withheld("read with the file that somebody asked for")

    export_id: Mapped[UUID] = mapped_column(ForeignKey("core_exports.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
