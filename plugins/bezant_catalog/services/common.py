"""What the services of the catalog share: finding a row by id or code, and refusing stale edits and codes that are taken."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import session
from bezant.sdk.values import Conflict, NotFound, Problem, Stale
from bezant_catalog.models import MetricRow, Plan, PlanVersionRow, Product

Row = TypeVar("Row", Product, MetricRow, Plan)
_NAMES: dict[type, str] = {Product: "product", MetricRow: "metric", Plan: "plan", PlanVersionRow: "plan version"}


def get(model: type[Row], key: UUID | str) -> Row:
    """The row with that id or code. Raises ``NotFound``."""
    condition = model.id == key if isinstance(key, UUID) else model.code == key
    found = session.scalars(select(model).where(condition)).one_or_none()
    if found is None:
        raise NotFound(f"There is no {_NAMES[model]} {key}.")
    return found


def get_version(version_id: UUID) -> PlanVersionRow:
    """The plan version with that id. Raises ``NotFound``."""
    found = session.get(PlanVersionRow, version_id)
    if found is None:
        raise NotFound(f"There is no plan version {version_id}.")
    return found


def refuse_stale(row: Product | MetricRow | Plan | PlanVersionRow, expected_version: int | None) -> None:
    """Raises ``Stale`` where somebody else changed the row since ``expected_version``; ``None`` does not look."""
    if expected_version is not None and row.version != expected_version:
        raise Stale(f"Somebody changed this {_NAMES[type(row)]} meanwhile; read it again and repeat your change.")


def refuse_taken(model: type[Row], code: str) -> None:
    """Raises ``Conflict`` where the code is in use."""
    if session.scalars(select(model.id).where(model.code == code)).first() is not None:
        text = f"There is a {_NAMES[model]} {code} already; choose another code."
        raise Conflict(text, code="code_taken", problems=[Problem("code", "code_taken", text)])
