"""The catalog's lists."""

from typing import Any

from flask import url_for
from sqlalchemy import Select, case, func, select

from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Step, View
from bezant_catalog.models import ChargeRow, MetricRow, Plan, PlanVersionRow, Product

STATES = (Choice("active", "Active", "ok", "dot"), Choice("draft", "Draft", "info", "ring"), Choice("archived", "Archived", "idle", "sq"))
_AGGREGATIONS = ("count", "sum", "max", "latest", "unique_count", "weighted_sum")
AGGREGATIONS = tuple(Choice(name, name.replace("_", " ").capitalize()) for name in _AGGREGATIONS)

_products = Product.__table__.c
_metrics = MetricRow.__table__.c
_plans = Plan.__table__.c
_versions = PlanVersionRow.__table__.c
_current = PlanVersionRow.__table__.alias("current")
_version = _current.c


def _state(archived_at: Any) -> Any:
    return case((archived_at.is_not(None), "archived"), else_="active")


def _newest() -> Any:
    """The number of the newest published version of a plan, else of its draft."""
    published = func.max(case((_versions.published_at.is_not(None), _versions.number)))
    return func.coalesce(published, func.max(_versions.number))


def _plan_rows() -> Select[Any]:
    newest = select(_versions.plan_id, _newest().label("number")).group_by(_versions.plan_id).subquery()
    return (
        select()
        .select_from(Plan.__table__)
        .join(newest, newest.c.plan_id == _plans.id)
        .join(_current, (_version.plan_id == _plans.id) & (_version.number == newest.c.number))
        .outerjoin(Product.__table__, _products.id == _plans.product_id)
    )


_charges = select(func.count()).where(ChargeRow.plan_version_id == _version.id).scalar_subquery()
_plan_state = case((_plans.archived_at.is_not(None), "archived"), (_version.published_at.is_(None), "draft"), else_="active")

PLAN_LIST = ListSpec(
    name="plans",
    title="Plans",
    permission="catalog.plan.view",
    scope=Plan,
    statement=_plan_rows,
    fields=(
        Field("id", "Id", _plans.id, "uuid", hidden=True),
        Field("code", "Code", _plans.code, "code"),
        Field("name", "Name", _plans.name),
        Field("product", "Product", _products.code, "code"),
        Field("number", "Version", _version.number, "integer"),
        Field("currency", "Currency", _version.currency, "code"),
        Field("interval_unit", "Billed by", _version.interval_unit, "code"),
        Field("interval_count", "Every", _version.interval_count, "integer", hidden=True),
        Field("charges", "Charges", _charges, "integer"),
        Field("effective", "Effective", _version.effective, "day"),
        Field("state", "State", _plan_state, "status", choices=STATES),
        Field("created_at", "Created", _plans.created_at, "instant", hidden=True),
    ),
    default_sort="code",
    search=("code", "name"),
    search_hint="Code or name",
    views=(View("all", "All"), View("active", "Active", "state=active"), View("archived", "Archived", "state=archived")),
    record=lambda row: url_for("catalog.plan", code=row["code"]),
    actions=(Step("New plan", lambda: url_for("catalog.new_plan"), "plus", "catalog.plan.create"),),
    empty=EmptyState(
        "No plans yet",
        "A plan says what a subscription costs: its charges, their price models and the metrics that measure them.",
        Step("New plan", lambda: url_for("catalog.new_plan"), permission="catalog.plan.create"),
    ),
    name_field="name",
)

METRIC_LIST = ListSpec(
    name="metrics",
    title="Metrics",
    permission="catalog.metric.view",
    scope=MetricRow,
    statement=lambda: select().select_from(MetricRow.__table__),
    fields=(
        Field("id", "Id", _metrics.id, "uuid", hidden=True),
        Field("code", "Code", _metrics.code, "code"),
        Field("name", "Name", _metrics.name),
        Field("event_type", "Event type", _metrics.event_type, "code"),
        Field("aggregation", "Measures", _metrics.aggregation, "status", choices=AGGREGATIONS),
        Field("field", "Property", _metrics.field, "code"),
        Field("recurring", "Carries over", _metrics.recurring, "boolean"),
        Field("unit", "Unit", _metrics.unit, hidden=True),
        Field("state", "State", _state(_metrics.archived_at), "status", choices=STATES),
        Field("created_at", "Created", _metrics.created_at, "instant", hidden=True),
    ),
    default_sort="code",
    search=("code", "name", "event_type"),
    search_hint="Code, name or event type",
    views=(View("active", "Active", "state=active"), View("archived", "Archived", "state=archived")),
    record=lambda row: url_for("catalog.metric", code=row["code"]),
    actions=(Step("New metric", lambda: url_for("catalog.new_metric_form"), "plus", "catalog.metric.create"),),
    empty=EmptyState(
        "No metrics yet",
        "A metric turns usage events into a quantity that charges can price.",
        Step("New metric", lambda: url_for("catalog.new_metric_form"), permission="catalog.metric.create"),
    ),
    name_field="name",
)

PRODUCT_LIST = ListSpec(
    name="products",
    title="Products",
    permission="catalog.plan.view",
    scope=Product,
    statement=lambda: select().select_from(Product.__table__),
    fields=(
        Field("id", "Id", _products.id, "uuid", hidden=True),
        Field("code", "Code", _products.code, "code"),
        Field("name", "Name", _products.name),
        Field("description", "Description", _products.description, sortable=False),
        Field("state", "State", _state(_products.archived_at), "status", choices=STATES),
    ),
    default_sort="code",
    search=("code", "name"),
    empty=EmptyState("No products yet", "Products group plans; a plan needs none."),
    name_field="name",
)
