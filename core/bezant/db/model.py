"""The declarative base of every table, and the session."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, Table, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, Session, declared_attr, mapped_column, scoped_session

from bezant import clock
from bezant.db.types import UTCDateTime

CORE = "core"
"""Who owns the platform's own tables."""

SCOPE_KEY = "bezant_scope"
"""Where a table's ``__scope__`` stands in its ``info``."""

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table says its name and whose its rows are (``db.scope``), and belongs to the package in which its class stands."""

    metadata = MetaData(naming_convention=NAMING)
    __scope__: ClassVar[object] = None


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False, "autoflush": True})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


@event.listens_for(Mapper, "instrument_class")
def _note_package(mapper: Mapper[Any], cls: type) -> None:
    if isinstance(mapper.local_table, Table):
        mapper.local_table.info.setdefault("package", cls.__module__.partition(".")[0])
        mapper.local_table.info.setdefault(SCOPE_KEY, getattr(cls, "__scope__", None))


session = cast("scoped_session[Session]", db.session)
"""The session of the current application context."""


class Versioned:
    """Mixin of resources that people edit: a version for optimistic locking, and when it was made and changed, business time.

    Writing a row that somebody else changed meanwhile raises ``Stale``.
    """

    version: Mapped[int] = mapped_column(default=1, nullable=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now, nullable=False)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now, onupdate=clock.now, nullable=False)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


def tables_of(package: str) -> list[Table]:
    """The tables of one package (``bezant`` for the platform), parents before children."""
    return [t for t in db.metadata.sorted_tables if t.info.get("package") == package]
