"""Plans and their versions: drafted, published once, replaced by the next version."""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import delete, func, select

from bezant.sdk.db import bulk_insert, ids_in, session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, use_case
from bezant.sdk.values import Conflict, Invalid, Problem, new_id
from bezant_catalog.contracts import (
    Metric,
    NewCharge,
    NewPlan,
    NewPlanVersion,
    PlanArchived,
    PlanCreated,
    PlanInfo,
    PlanVersion,
    PlanVersionPublished,
)
from bezant_catalog.domain import check_code, check_version, dump_price, editable, with_charge, without_charge
from bezant_catalog.domain.plan_codec import dump_commitment, dump_filters, dump_phases, dump_prices
from bezant_catalog.models import ChargeRow, MetricRow, Plan, PlanVersionRow, Product
from bezant_catalog.services.common import get, get_version, refuse_stale, refuse_taken
from bezant_catalog.services.kept import forget_kept
from bezant_catalog.services.loading import find_metrics, read_versions


@use_case("catalog.plan.create")
def create_plan(new: NewPlan, *, publish: bool = True) -> PlanVersion:
    """A plan with its first version, published unless told otherwise.

    Raises ``Invalid`` with every problem at its field (tiers by number), ``Conflict`` for a code that is taken.
    """
    metrics = _check(new.first, check_code(new.code), draft=not publish)
    refuse_taken(Plan, new.code)
    product = get(Product, new.product) if new.product else None
    plan = Plan(id=new_id(), code=new.code, name=new.name, product_id=product.id if product else None)
    session.add(plan)
    session.flush()
    version_id = _insert_version(plan.id, 1, new.first, metrics)
    audit("catalog.plan.created", "catalog.plan", plan.id, {"code": plan.code})
    post_events([PlanCreated(plan.id, plan.code)])
    return publish_plan_version(version_id) if publish else read_versions([version_id])[version_id]


@use_case("catalog.plan.edit")
def draft_plan_version(plan_id: UUID, new: NewPlanVersion) -> PlanVersion:
    """The next version of a plan as a draft. Raises ``Invalid``, and ``Conflict`` where a draft exists already."""
    plan = get(Plan, plan_id)
    metrics = _check(new, draft=True)
    open_draft = select(PlanVersionRow.number).where(PlanVersionRow.plan_id == plan.id, PlanVersionRow.published_at.is_(None))
    number = session.scalars(open_draft).first()
    if number is not None:
        raise Conflict(f"Version {number} of {plan.code} is a draft already; change that one, or publish it.", code="draft_exists")
    last = session.scalars(select(func.max(PlanVersionRow.number)).where(PlanVersionRow.plan_id == plan.id)).one() or 0
    version_id = _insert_version(plan.id, last + 1, new, metrics)
    audit("catalog.plan.drafted", "catalog.plan", plan.id, {"number": last + 1})
    return read_versions([version_id])[version_id]


@use_case("catalog.plan.edit")
def replace_draft(version_id: UUID, new: NewPlanVersion, *, expected_version: int | None = None) -> PlanVersion:
    """Puts a new content into a draft. Raises ``Conflict`` where it is published, ``Stale`` where somebody was faster."""
    row = _draft(version_id)
    refuse_stale(row, expected_version)
    metrics = _check(new, draft=True)
    session.execute(delete(ChargeRow).where(ChargeRow.plan_version_id == row.id))
    for name, value in _columns(new).items():
        setattr(row, name, value)
    row.updated_at = now()
    session.flush()
    _insert_charges(row.id, new.charges, metrics)
    audit("catalog.plan.redrafted", "catalog.plan", row.plan_id, {"number": row.number})
    return read_versions([row.id])[row.id]


@use_case("catalog.plan.edit")
def save_charge(version_id: UUID, charge: NewCharge, *, replaces: str | None = None, expected_version: int | None = None) -> PlanVersion:
    """Adds a charge to a draft, or puts it where the one with the code ``replaces`` is. Raises as ``replace_draft`` does."""
    current = editable(read_versions([version_id])[version_id])
    return replace_draft(version_id, with_charge(current, charge, replaces), expected_version=expected_version)


@use_case("catalog.plan.edit")
def remove_charge(version_id: UUID, code: str) -> PlanVersion:
    """Takes a charge out of a draft. Raises ``Conflict`` where it is published."""
    current = editable(read_versions([version_id])[version_id])
    return replace_draft(version_id, without_charge(current, code))


@use_case("catalog.plan.publish")
def publish_plan_version(version_id: UUID) -> PlanVersion:
    """Makes a draft what is sold from its effective day on; it cannot change any more.

    Raises ``Conflict`` where it is published already, ``Invalid`` where it lacks what a plan needs.
    """
    row = _draft(version_id)
    _check(editable(read_versions([row.id])[row.id]))
    row.published_at = now()
    session.flush()
    version = read_versions([row.id])[row.id]
    _mark_used([metric.id for charge in version.charges for metric in charge.metrics])
    audit("catalog.plan.published", "catalog.plan", row.plan_id, {"number": row.number, "plan_version_id": str(row.id)})
    post_events([PlanVersionPublished(row.plan_id, row.id, version.plan_code, row.number)])
    return version


@use_case("catalog.plan.edit")
def edit_plan(plan_id: UUID, *, name: str | None = None, product: str | None = None, expected_version: int | None = None) -> PlanInfo:
    """Renames a plan or puts it under another product (by code; empty: none). Raises ``NotFound`` and ``Stale``."""
    row = get(Plan, plan_id)
    refuse_stale(row, expected_version)
    row.name = row.name if name is None else name
    if product is not None:
        row.product_id = get(Product, product).id if product else None
    session.flush()
    forget_kept()
    audit("catalog.plan.edited", "catalog.plan", row.id, {"name": row.name})
    return plan_info(row)


@use_case("catalog.plan.archive")
def archive_plan(plan_id: UUID) -> PlanInfo:
    """Stops the sale of a plan; subscriptions that have it go on. Raises ``NotFound``."""
    return _set_archived(plan_id, archived=True)


@use_case("catalog.plan.archive")
def restore_plan(plan_id: UUID) -> PlanInfo:
    """Brings an archived plan back. Raises ``NotFound``."""
    return _set_archived(plan_id, archived=False)


def plan_info(row: Plan) -> PlanInfo:
    """A plan as a value."""
    product = session.get(Product, row.product_id) if row.product_id else None
    return PlanInfo(row.id, row.code, row.name, product.code if product else None, row.archived_at is not None, row.version)


def _check(new: NewPlanVersion, problems: Sequence[Problem] = (), *, draft: bool = False) -> dict[str, Metric]:
    """The metrics that a version names, by code. Raises ``Invalid`` with everything that is wrong."""
    metrics = find_metrics({code for charge in new.charges for code in charge.metrics})
    found = [*problems, *check_version(new, metrics, draft=draft)]
    if found:
        raise Invalid(problems=found)
    return metrics


def _draft(version_id: UUID) -> PlanVersionRow:
    row = get_version(version_id)
    if row.published_at is not None:
        raise Conflict(f"Version {row.number} is published and cannot change; draft the next version.", code="published")
    return row


def _insert_version(plan_id: UUID, number: int, new: NewPlanVersion, metrics: dict[str, Metric]) -> UUID:
    row = PlanVersionRow(id=new_id(), plan_id=plan_id, number=number, **_columns(new))
    session.add(row)
    session.flush()
    _insert_charges(row.id, new.charges, metrics)
    return row.id


def _columns(new: NewPlanVersion) -> dict[str, object]:
    columns: dict[str, object] = {one.name: getattr(new, one.name) for one in fields(new) if one.name != "charges"}
    return columns | {
        "phases": dump_phases(new.phases),
        "commitment": dump_commitment(new.commitment),
        "other_currencies": list(new.other_currencies),
    }


def _insert_charges(version_id: UUID, charges: Sequence[NewCharge], metrics: dict[str, Metric]) -> None:
    bulk_insert(ChargeRow, [_charge_row(version_id, position, one, metrics) for position, one in enumerate(charges)])


def _charge_row(version_id: UUID, position: int, new: NewCharge, metrics: dict[str, Metric]) -> dict[str, object]:
    return {
        "id": new_id(),
        "plan_version_id": version_id,
        "position": position,
        "code": new.code,
        "name": new.name,
        "names": dict(new.names),
        "kind": new.kind,
        "timing": new.timing,
        "prorated": new.prorated,
        "quantity_source": new.source,
        "fixed_quantity": new.fixed_quantity,
        "price": dump_price(new.price),
        "other_prices": dump_prices(new.other_prices),
        "filters": dump_filters(new.filters),
        "metric_ids": [str(metrics[code].id) for code in new.metrics],
        "tax_category": new.tax_category,
        "minimum_minor": new.minimum_minor,
        "other_minimums": dict(new.other_minimums),
        "discountable": new.discountable,
        "on_change": new.change_policy,
    }


def _mark_used(metric_ids: Sequence[UUID]) -> None:
    unused = select(MetricRow).where(ids_in(MetricRow.__table__.c.id, metric_ids), MetricRow.used_at.is_(None))
    for row in session.scalars(unused):
        row.used_at = now()


def _set_archived(plan_id: UUID, *, archived: bool) -> PlanInfo:
    row = get(Plan, plan_id)
    if (row.archived_at is not None) != archived:
        row.archived_at = now() if archived else None
        session.flush()
        audit(f"catalog.plan.{'archived' if archived else 'restored'}", "catalog.plan", row.id)
        post_events([PlanArchived(row.id, row.code)] if archived else [])
    return plan_info(row)
