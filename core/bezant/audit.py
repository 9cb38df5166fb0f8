"""The audit log: who did what, when and to what. Append-only, with ids and no personal values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from bezant import clock
from bezant.auth.context import principal
from bezant.db.inserts import bulk_insert
from bezant.db.model import Model
from bezant.db.scope import Scope
from bezant.db.triggers import append_only
from bezant.db.types import Json, UTCDateTime, primary_key
from bezant.ids import new_id
from bezant.tracing import request_id


class AuditEntry(Model):
    """One deed: ``at`` by the machine's clock, which cannot be moved, and ``business_at`` in business time."""

    __tablename__ = "core_audit"
    __scope__ = Scope(actor="actor_id")
    __table_args__ = (
        Index("ix_core_audit_resource", "resource_type", "resource_id"),
        {"info": append_only()},
    )

    id: Mapped[UUID] = primary_key()
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    business_at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    action: Mapped[str] = mapped_column(String(100))
    resource_type: Mapped[str] = mapped_column(String(100))
    resource_id: Mapped[str] = mapped_column(String(100))
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
    request_id: Mapped[str] = mapped_column(String(64))


def audit(action: str, resource_type: str, resource_id: object, changes: Mapping[str, Any] | None = None) -> None:
    """Records a deed of the current principal, in the same transaction. Needs a unit of work.

    ``action`` reads like an event (``accounts.account.created``); ``changes`` holds ids and plain values, never personal data.
    """
    audit_many(action, resource_type, {resource_id: changes or {}})


def audit_many(action: str, resource_type: str, changes_by_id: Mapping[Any, Mapping[str, Any]]) -> None:
    """Records one deed done to many records, with one statement."""
    who, at, business_at, request = principal(), clock.system(), clock.now(), request_id.get()
    bulk_insert(
        AuditEntry,
        [
            {
                "id": new_id(),
                "at": at,
                "business_at": business_at,
                "actor_kind": who.kind.value,
                "actor_id": who.id,
                "action": action,
                "resource_type": resource_type,
                "resource_id": str(resource_id),
                "changes": dict(changes),
                "request_id": request,
            }
            for resource_id, changes in changes_by_id.items()
        ],
    )
