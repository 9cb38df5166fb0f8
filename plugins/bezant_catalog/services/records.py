"""Single records, for pages and REST resources."""

from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import session
from bezant.sdk.services import query
from bezant_catalog.contracts import MetricInfo, PlanInfo, PlanVersion, ProductInfo
from bezant_catalog.models import MetricRow, Plan, PlanVersionRow, Product
from bezant_catalog.services.common import get
from bezant_catalog.services.loading import load_plan_versions
from bezant_catalog.services.metrics import metric_of
from bezant_catalog.services.plans import plan_info
from bezant_catalog.services.products import product_info


@query("catalog.plan.view")
def get_product(key: UUID | str) -> ProductInfo:
    """The product with that id or code. Raises ``NotFound``."""
    return product_info(get(Product, key))


@query("catalog.metric.view")
def get_metric(key: UUID | str) -> MetricInfo:
    """The metric with that id or code. Raises ``NotFound``."""
    row = get(MetricRow, key)
    return MetricInfo(metric_of(row), row.used_at is not None, row.archived_at is not None, row.version)


@query("catalog.plan.view")
def get_plan(key: UUID | str) -> PlanInfo:
    """The plan with that id or code. Raises ``NotFound``."""
    return plan_info(get(Plan, key))


@query("catalog.plan.view")
def plan_versions(plan_id: UUID) -> tuple[PlanVersion, ...]:
    """All versions of a plan, drafts included, newest first."""
    statement = select(PlanVersionRow.id).where(PlanVersionRow.plan_id == plan_id)
    found = load_plan_versions(session.scalars(statement).all())
    return tuple(sorted(found.values(), key=lambda one: -one.number))


@query("catalog.plan.view")
def plan_codes() -> list[tuple[str, str]]:
    """Code and name of the plans that are sold, by name: for choices."""
    statement = select(Plan.code, Plan.name).where(Plan.archived_at.is_(None)).order_by(Plan.name, Plan.code)
    return [(code, name) for code, name in session.execute(statement)]
