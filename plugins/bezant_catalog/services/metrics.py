"""Metrics: once a published plan measures by one, its definition stays; its name and unit may still change."""

from dataclasses import fields
from uuid import UUID

from bezant.sdk.db import session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, use_case
from bezant.sdk.values import Conflict, Invalid, new_id
from bezant_catalog.contracts import Metric, MetricCreated, NewMetric, Rounding
from bezant_catalog.domain import check_metric
from bezant_catalog.domain.plan_codec import dump_metric_filters, load_metric_filters
from bezant_catalog.models import MetricRow
from bezant_catalog.services.common import get, refuse_stale, refuse_taken
from bezant_catalog.services.kept import forget_kept

RENAMABLE = frozenset({"name", "unit"})
"""What may change although plans measure by the metric."""


@use_case("catalog.metric.create")
def create_metric(new: NewMetric) -> Metric:
    """A new metric. Raises ``Invalid`` naming what is wrong with it and ``Conflict`` for a code that is taken."""
    _check(new)
    refuse_taken(MetricRow, new.code)
    row = MetricRow(id=new_id(), **_columns(new))
    session.add(row)
    session.flush()
    audit("catalog.metric.created", "catalog.metric", row.id, {"code": new.code, "aggregation": new.aggregation})
    post_events([MetricCreated(row.id, new.code)])
    return metric_of(row)


@use_case("catalog.metric.edit")
def edit_metric(metric_id: UUID, new: NewMetric, *, expected_version: int | None = None) -> Metric:
    """Replaces a metric's definition. Raises ``Conflict`` where a published plan measures by it and more than name or unit changes."""
    row = get(MetricRow, metric_id)
    refuse_stale(row, expected_version)
    _check(new)
    changed = {name: value for name, value in _columns(new).items() if getattr(row, name) != value}
    _refuse_redefinition(row, set(changed))
    for name, value in changed.items():
        setattr(row, name, value)
    session.flush()
    forget_kept()
    audit("catalog.metric.edited", "catalog.metric", row.id, {"changed": sorted(changed)})
    return metric_of(row)


@use_case("catalog.metric.archive")
def archive_metric(metric_id: UUID) -> Metric:
    """Takes a metric out of choices; plans that use it go on measuring. Raises ``NotFound``."""
    return _set_archived(metric_id, archived=True)


@use_case("catalog.metric.archive")
def restore_metric(metric_id: UUID) -> Metric:
    """Brings an archived metric back. Raises ``NotFound``."""
    return _set_archived(metric_id, archived=False)


def metric_of(row: MetricRow) -> Metric:
    """A metric as a value."""
    return Metric(
        id=row.id,
        code=row.code,
        name=row.name,
        event_type=row.event_type,
        aggregation=row.aggregation,  # type: ignore[arg-type]
        field=row.field,
        filters=load_metric_filters(row.filters),
        group_by=tuple(row.group_by),
        recurring=row.recurring,
        rounding=Rounding(row.rounding_mode, row.rounding_decimals),  # type: ignore[arg-type]
        expression=row.expression,
        unit=row.unit,
    )


def _check(new: NewMetric) -> None:
    problems = check_metric(new)
    if problems:
        raise Invalid(problems=problems)


def _columns(new: NewMetric) -> dict[str, object]:
    columns: dict[str, object] = {one.name: getattr(new, one.name) for one in fields(new) if one.name != "rounding"}
    return columns | {
        "event_type": new.event_type or new.code,
        "filters": dump_metric_filters(new.filters),
        "group_by": list(new.group_by),
        "rounding_mode": new.rounding.mode,
        "rounding_decimals": new.rounding.decimals,
    }


def _refuse_redefinition(row: MetricRow, changed: set[str]) -> None:
    if row.used_at is not None and not changed <= RENAMABLE:
        text = f"Published plans measure by {row.code}: its {', '.join(sorted(changed - RENAMABLE))} cannot change. Create another metric."
        raise Conflict(text, code="metric_in_use")


def _set_archived(metric_id: UUID, *, archived: bool) -> Metric:
    row = get(MetricRow, metric_id)
    if (row.archived_at is not None) != archived:
        row.archived_at = now() if archived else None
        session.flush()
        audit(f"catalog.metric.{'archived' if archived else 'restored'}", "catalog.metric", row.id)
    return metric_of(row)
