"""Keeping the files: asked for, written piece by piece, read, forgotten after a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import IO
from uuid import UUID

from sqlalchemy import delete, select, update

from bezant import clock
from bezant.audit import audit
from bezant.auth.context import principal
from bezant.db.inserts import bulk_insert
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Denied, NotFound
from bezant.exports.tables import ExportPiece, ExportRow
from bezant.ids import new_id
from bezant.jobs.model import Job
from bezant.jobs.queue import enqueue
from bezant.usecases import use_case

KEPT = timedelta(days=1)
"""How long a file waits to be fetched."""

PIECE = 1024 * 1024

PERMISSION = "core.export.make"


@dataclass(frozen=True, slots=True)
class ExportInfo:
    """A file that was asked for. ``path`` is the page, with its parameters, whose list it holds; ``size`` is there when it is whole."""

    id: UUID
    user_id: UUID
    job_id: UUID
    path: str
    title: str
    name: str
    form: str
    size: int | None
    created_at: datetime


@use_case(PERMISSION)
def ask_for(path: str, title: str, name: str, form: str, maker: Job) -> UUID:
    """Has a file made by the job ``maker``; gives its id."""
    acting = principal()
    if acting.id is None:
        raise Denied("Only a person who is signed in can have a file made.")
    id = new_id()
    row = {"id": id, "user_id": acting.id, "path": path, "title": title[:100], "name": name, "form": form, "created_at": clock.system()}
    bulk_insert(ExportRow, [{**row, "job_id": enqueue(maker, export_id=str(id)), "size": None}])
    audit("core.export.asked_for", "core.export", id, {"list": title, "format": form})
    return id


def find_export(id: UUID) -> ExportInfo | None:
    """A file that was asked for, whoever did, if it is still kept."""
    row = session.execute(select(ExportRow.__table__).where(ExportRow.id == id)).mappings().one_or_none()
    return None if row is None else ExportInfo(**row)


def own_export(id: UUID) -> ExportInfo:
    """A file that the principal asked for. Raises ``NotFound``, also for those of others."""
    found = find_export(id)
    if found is None or found.user_id != principal().id:
        raise NotFound("There is no such file, or it is gone: they are kept for a day. Export the list again.")
    return found


def keep(id: UUID, content: IO[bytes]) -> int:
    """Keeps the content, in place of what a crash left; gives its size in bytes."""
    with unit_of_work():
        session.execute(delete(ExportPiece).where(ExportPiece.export_id == id))
    size = 0
    for position, piece in enumerate(iter(lambda: content.read(PIECE), b"")):
        with unit_of_work():
            bulk_insert(ExportPiece, [{"export_id": id, "position": position, "content": piece}])
        size += len(piece)
    with unit_of_work():
        session.execute(update(ExportRow).where(ExportRow.id == id).values(size=size))
    return size


def pieces(id: UUID) -> Iterator[bytes]:
    """The content, a piece at a time."""
    for position in count():
        piece = session.scalar(select(ExportPiece.content).where(ExportPiece.export_id == id, ExportPiece.position == position))
        if piece is None:
            return
        yield piece


def forget_old() -> int:
    """Deletes the files whose time is over; how many."""
    with unit_of_work():
        old = select(ExportRow.id).where(ExportRow.created_at < clock.system() - KEPT)
        session.execute(delete(ExportPiece).where(ExportPiece.export_id.in_(old)))
        gone = session.execute(delete(ExportRow).where(ExportRow.created_at < clock.system() - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]
