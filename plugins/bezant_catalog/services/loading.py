"""Reading the catalog: plan versions and metrics as values, in batches."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import ids_in, session
from bezant.sdk.services import query
from bezant.sdk.values import NotFound
from bezant_catalog.contracts import Charge, Metric, PlanVersion
from bezant_catalog.domain import load_price
from bezant_catalog.domain.plan_codec import load_commitment, load_filters, load_phases, load_prices
from bezant_catalog.models import ChargeRow, MetricRow, Plan, PlanVersionRow, Product
from bezant_catalog.services.common import get
from bezant_catalog.services.kept import keep, kept
from bezant_catalog.services.metrics import metric_of


@query("catalog.plan.view")
def load_plan_versions(ids: Collection[UUID]) -> dict[UUID, PlanVersion]:
    """Plan versions by id; ids that do not exist are left out.

    Published versions are kept in the process, so that asking again costs nothing; else three queries, however many ids.
    """
    found = {one: version for one in ids if (version := kept(one)) is not None}
    missing = [one for one in dict.fromkeys(ids) if one not in found]
    return found | read_versions(missing)


@query("catalog.plan.view")
def find_plan(code: str, on: date | None = None, currency: str | None = None) -> PlanVersion:
    """The version of a plan that a new subscription takes on a day (None: the latest published), priced in ``currency`` if given.

    Raises ``NotFound`` where there is no such plan, or no version of it on that day, and ``Invalid`` for a currency it has no prices in.
    """
    plan = get(Plan, code)
    version = _in_force(_history(_published([plan.id])).get(plan.id, ()), on)
    if version is None:
        raise NotFound(f"Plan {code} has no published version{f' on {on}' if on else ''}; publish one.")
    return version.priced_in(currency) if currency else version


@query("catalog.plan.view")
def load_plan_histories(plan_ids: Collection[UUID]) -> dict[UUID, tuple[PlanVersion, ...]]:
    """All published versions of plans, oldest first, by plan id: what existing subscriptions may have to move through."""
    return _history(_published(plan_ids))


@query("catalog.metric.view")
def find_metrics(codes: Collection[str] | None = None) -> dict[str, Metric]:
    """Metrics by code; all that are not archived where ``codes`` is None."""
    statement = select(MetricRow).order_by(MetricRow.code)
    statement = statement.where(MetricRow.archived_at.is_(None) if codes is None else MetricRow.code.in_(list(codes)))
    return {row.code: metric_of(row) for row in session.scalars(statement)}


@query("catalog.metric.view")
def metrics_of_types(event_types: Collection[str]) -> dict[str, tuple[Metric, ...]]:
    """Metrics that measure events of these types, by event type, archived ones included while plans may use them."""
    found: dict[str, list[Metric]] = {}
    statement = select(MetricRow).where(MetricRow.event_type.in_(list(event_types))).order_by(MetricRow.code)
    for row in session.scalars(statement):
        found.setdefault(row.event_type, []).append(metric_of(row))
    return {event_type: tuple(metrics) for event_type, metrics in found.items()}


def read_versions(ids: Sequence[UUID]) -> dict[UUID, PlanVersion]:
    """Plan versions from the database; published ones are kept."""
    if not ids:
        return {}
    statement = (
        select(PlanVersionRow, Plan, Product.code)
        .join(Plan, Plan.id == PlanVersionRow.plan_id)
        .outerjoin(Product, Product.id == Plan.product_id)
        .where(ids_in(PlanVersionRow.__table__.c.id, ids))
    )
    rows = session.execute(statement).all()
    charges = _charges([row.id for row, _, _ in rows])
    found = {row.id: _version(row, plan, product, charges.get(row.id, ())) for row, plan, product in rows}
    for row, _, _ in rows:
        if row.published_at is not None:
            keep(found[row.id])
    return found


def _published(plan_ids: Collection[UUID]) -> dict[UUID, PlanVersion]:
    columns = PlanVersionRow.__table__.c
    statement = select(columns.id).where(ids_in(columns.plan_id, plan_ids), columns.published_at.is_not(None))
    return load_plan_versions(session.scalars(statement).all())


def _history(versions: Mapping[UUID, PlanVersion]) -> dict[UUID, tuple[PlanVersion, ...]]:
    by_plan: dict[UUID, list[PlanVersion]] = {}
    for version in sorted(versions.values(), key=lambda one: one.number):
        by_plan.setdefault(version.plan_id, []).append(version)
    return {plan_id: tuple(some) for plan_id, some in by_plan.items()}


def _in_force(versions: Iterable[PlanVersion], on: date | None) -> PlanVersion | None:
    """The last version by effective day, then number, of those that are effective on the day."""
    known = [one for one in versions if on is None or one.effective is None or one.effective <= on]
    return max(known, key=lambda one: (one.effective or date.min, one.number), default=None)


def _charges(version_ids: Sequence[UUID]) -> dict[UUID, tuple[Charge, ...]]:
    columns = ChargeRow.__table__.c
    statement = select(ChargeRow).where(ids_in(columns.plan_version_id, version_ids)).order_by(columns.position)
    rows = session.scalars(statement).all()
    metrics = _metrics({UUID(one) for row in rows for one in row.metric_ids})
    found: dict[UUID, list[Charge]] = {}
    for row in rows:
        found.setdefault(row.plan_version_id, []).append(_charge(row, metrics))
    return {version_id: tuple(some) for version_id, some in found.items()}


def _metrics(ids: Collection[UUID]) -> dict[UUID, Metric]:
    if not ids:
        return {}
    return {row.id: metric_of(row) for row in session.scalars(select(MetricRow).where(ids_in(MetricRow.__table__.c.id, ids)))}


def _charge(row: ChargeRow, metrics: Mapping[UUID, Metric]) -> Charge:
    return Charge(
        id=row.id,
        code=row.code,
        name=row.name,
        kind=row.kind,  # type: ignore[arg-type]
        price=load_price(row.price),
        timing=row.timing,  # type: ignore[arg-type]
        prorated=row.prorated,
        quantity_source=row.quantity_source,  # type: ignore[arg-type]
        fixed_quantity=row.fixed_quantity,
        metrics=tuple(metrics[UUID(one)] for one in row.metric_ids),
        filters=load_filters(row.filters),
        tax_category=row.tax_category,
        minimum_minor=row.minimum_minor,
        discountable=row.discountable,
        on_change=row.on_change,  # type: ignore[arg-type]
        other_prices=load_prices(row.other_prices),
        other_minimums=tuple(row.other_minimums.items()),
        names=tuple(row.names.items()),
    )


def _version(row: PlanVersionRow, plan: Plan, product: str | None, charges: tuple[Charge, ...]) -> PlanVersion:
    return PlanVersion(
        id=row.id,
        plan_id=plan.id,
        plan_code=plan.code,
        name=plan.name,
        number=row.number,
        currency=row.currency,
        interval_unit=row.interval_unit,  # type: ignore[arg-type]
        interval_count=row.interval_count,
        charges=charges,
        phases=load_phases(row.phases),
        commitment=load_commitment(row.commitment),
        effective=row.effective,
        existing_policy=row.existing_policy,  # type: ignore[arg-type]
        existing_from=row.existing_from,
        other_currencies=tuple(row.other_currencies),
        product_code=product,
        published=row.published_at is not None,
        revision=row.version,
    )
