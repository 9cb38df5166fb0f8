"""Rows inserted in bulk: the same on both databases, whether there are few or as many as are sent by COPY."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bezant import clock
from bezant.audit import AuditEntry
from bezant.db.inserts import COPY_FROM, Columns, insert_columns
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.ids import new_id

pytestmark = [pytest.mark.plugins(), pytest.mark.usefixtures("as_system")]


@pytest.mark.parametrize("count", [1, COPY_FROM])
def test_columns_become_rows_and_what_is_the_same_stands_in_each(count: int) -> None:
    ids, at, names = [new_id() for _ in range(count)], clock.system(), [f'{n}\t\\"ü\n' for n in range(count)]

    with unit_of_work():
        half = count // 2
        insert_columns(AuditEntry, [_batch(ids[:half], at, names[:half]), _batch(ids[half:], at, names[half:])])

    found = session.scalars(select(AuditEntry).where(AuditEntry.action == "tested").order_by(AuditEntry.id)).all()
    assert [(one.id, one.resource_id, one.changes, one.at, one.actor_id) for one in found] == [
        (id, name, {"ü": 1}, at, None) for id, name in zip(ids, names, strict=True)
    ]


@pytest.mark.parametrize("count", [2, COPY_FROM])
def test_rows_that_the_database_refuses_leave_nothing(count: int) -> None:
    same = new_id()

    with pytest.raises(IntegrityError), unit_of_work():
        insert_columns(AuditEntry, [_batch([same] * count, clock.system(), ["x"])])

    assert session.scalar(select(func.count()).where(AuditEntry.action == "tested")) == 0


def test_values_that_do_not_fill_the_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"), unit_of_work():
        insert_columns(AuditEntry, [_batch([new_id() for _ in range(3)], clock.system(), ["x", "y"])])


def _batch(ids: list[UUID], at: datetime, names: list[str]) -> Columns:
    plain = {
        "at": at,
        "business_at": at,
        "actor_kind": "system",
        "actor_id": None,
        "action": "tested",
        "resource_type": "core.test",
        "request_id": "",
    }
    same = {name: (value,) for name, value in plain.items()}
    return Columns(len(ids), {"id": ids, "resource_id": names, "changes": ({"ü": 1},), **same})
