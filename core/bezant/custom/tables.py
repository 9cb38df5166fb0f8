"""Tables of custom fields, their values, and tags."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from bezant.db.model import Model, Versioned
from bezant.db.scope import Shared
from bezant.db.types import Json, primary_key


class CustomField(Versioned, Model):
    """A field that a deployment declared for a type of resource (``accounts.account``)."""

    __tablename__ = "core_custom_fields"
    __scope__ = Shared("fields are declared for a type of resource")
    __table_args__ = (UniqueConstraint("resource_type", "key"),)

    id: Mapped[UUID] = primary_key()
    resource_type: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(16))
    choices: Mapped[list[str]] = mapped_column(Json, default=list)
    archived: Mapped[bool] = mapped_column(default=False)


class CustomValue(Model):
    """The value of one field on one resource."""

    __tablename__ = "core_custom_values"
    __scope__ = Shared("keyed by resource: whoever shows or sets them has found the resource first")

    field_id: Mapped[UUID] = mapped_column(ForeignKey("core_custom_fields.id"), primary_key=True)
    resource_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True)
    value: Mapped[Any] = mapped_column(Json)


class Tag(Model):
    """A word on a resource."""

    __tablename__ = "core_tags"
    __scope__ = Shared("keyed by resource: whoever shows or sets them has found the resource first")
    __table_args__ = (Index("ix_core_tags_tag", "resource_type", "tag"),)

    resource_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    resource_type: Mapped[str] = mapped_column(String(100))
