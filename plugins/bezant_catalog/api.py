"""REST: products, metrics, plans and their versions, price quotes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, if_match, list_endpoint, requires, resolve_id
from bezant.sdk.db import Shared
from bezant.sdk.values import Invalid, NotFound, parse_plain
from bezant_catalog import services
from bezant_catalog.contracts import NewProduct, PlanVersion, PriceQuote
from bezant_catalog.domain import load_price
from bezant_catalog.models import MetricRow, Plan, Product
from bezant_catalog.schemas import (
    METRIC_LIST,
    PLAN_LIST,
    PRODUCT_LIST,
    MeasureBody,
    MeasuredSchema,
    MetricBody,
    MetricEdit,
    MetricSchema,
    PlanBody,
    PlanEdit,
    PlanSchema,
    PlanVersionBody,
    PlanVersionEdit,
    PlanVersionSchema,
    PriceQuoteBody,
    PriceQuoteSchema,
    ProductBody,
    ProductEdit,
    ProductSchema,
    events_of,
    measured_resource,
    measurement_of,
    metric_of_definition,
    metric_resource,
    new_metric,
    new_plan,
    new_version,
    plan_resource,
    quote_resource,
    version_resource,
    window_of,
)

products = ApiBlueprint("products", __name__, scope=Product, url_prefix="/products", description="Products group plans.")
metrics = ApiBlueprint("metrics", __name__, scope=MetricRow, url_prefix="/metrics", description="Metrics measure usage events.")
plans = ApiBlueprint("plans", __name__, scope=Plan, url_prefix="/plans", description="Plans, in versions that never change once published.")
quotes = ApiBlueprint(
    "price_quotes",
    __name__,
    scope=Shared("prices of the catalog; nothing is stored"),
    url_prefix="/price-quotes",
    description="What something costs; nothing is stored.",
)
BLUEPRINTS = (products, metrics, plans, quotes)

list_endpoint(products, PRODUCT_LIST)
list_endpoint(metrics, METRIC_LIST)
list_endpoint(plans, PLAN_LIST)


def _by_code(find: Callable[[str], Any]) -> Callable[[str], UUID | None]:
    """The id behind a code, for references such as ``external:terminal``."""

    def look(code: str) -> UUID | None:
        try:
            found: UUID = find(code).id
        except NotFound:
            return None
        return found

    return look


def _product_id(reference: str) -> UUID:
    return resolve_id(reference, _by_code(services.get_product), what="product")


def _metric_id(reference: str) -> UUID:
    return resolve_id(reference, _by_code(lambda code: services.get_metric(code).metric), what="metric")


def _plan_id(reference: str) -> UUID:
    return resolve_id(reference, _by_code(services.get_plan), what="plan")


def _version(reference: str, number: int) -> PlanVersion:
    for version in services.plan_versions(_plan_id(reference)):
        if version.number == number:
            return version
    raise NotFound(f"The plan has no version {number}.")


# -- Products ----------------------------------------------------------------------------------------------------------------


@products.route("", methods=["POST"])
@requires("catalog.plan.create")
@products.arguments(ProductBody)
@products.response(201, ProductSchema)
def create_product(body: dict[str, Any]) -> object:
    """Create a product."""
    return services.create_product(NewProduct(**body))


@products.route("/<string:reference>")
@requires("catalog.plan.view")
@products.response(200, ProductSchema)
def get_product(reference: str) -> object:
    """One product."""
    return services.get_product(_product_id(reference))


@products.route("/<string:reference>", methods=["PATCH"])
@requires("catalog.plan.edit")
@products.arguments(ProductEdit)
@products.response(200, ProductSchema)
def edit_product(body: dict[str, Any], reference: str) -> object:
    """Rename or describe a product."""
    return services.edit_product(_product_id(reference), **body, expected_version=if_match())


@products.route("/<string:reference>/archive", methods=["POST"])
@requires("catalog.plan.archive")
@products.response(200, ProductSchema)
def archive_product(reference: str) -> object:
    """Take a product out of choices."""
    return services.archive_product(_product_id(reference))


@products.route("/<string:reference>/restore", methods=["POST"])
@requires("catalog.plan.archive")
@products.response(200, ProductSchema)
def restore_product(reference: str) -> object:
    """Bring an archived product back."""
    return services.restore_product(_product_id(reference))


# -- Metrics -----------------------------------------------------------------------------------------------------------------


@metrics.route("", methods=["POST"])
@requires("catalog.metric.create")
@metrics.arguments(MetricBody)
@metrics.response(201, MetricSchema)
def create_metric(body: dict[str, Any]) -> object:
    """Create a metric."""
    return metric_resource(services.get_metric(services.create_metric(new_metric(body)).id))


@metrics.route("/<string:reference>")
@requires("catalog.metric.view")
@metrics.response(200, MetricSchema)
def get_metric(reference: str) -> object:
    """One metric."""
    return metric_resource(services.get_metric(_metric_id(reference)))


@metrics.route("/<string:reference>", methods=["PATCH"])
@requires("catalog.metric.edit")
@metrics.arguments(MetricEdit(partial=True))
@metrics.response(200, MetricSchema)
def edit_metric(body: dict[str, Any], reference: str) -> object:
    """Change a metric; once published plans measure by it, only its name and unit."""
    info = services.get_metric(_metric_id(reference))
    stored = MetricEdit().load(MetricEdit().dump(metric_resource(info)))
    services.edit_metric(info.metric.id, new_metric({**stored, **body}), expected_version=if_match())
    return metric_resource(services.get_metric(info.metric.id))


@metrics.route("/<string:reference>/archive", methods=["POST"])
@requires("catalog.metric.archive")
@metrics.response(200, MetricSchema)
def archive_metric(reference: str) -> object:
    """Take a metric out of choices; plans that use it go on measuring."""
    return metric_resource(services.get_metric(services.archive_metric(_metric_id(reference)).id))


@metrics.route("/<string:reference>/restore", methods=["POST"])
@requires("catalog.metric.archive")
@metrics.response(200, MetricSchema)
def restore_metric(reference: str) -> object:
    """Bring an archived metric back."""
    return metric_resource(services.get_metric(services.restore_metric(_metric_id(reference)).id))


@metrics.route("/measure", methods=["POST"])
@requires("catalog.metric.view")
@metrics.arguments(MeasureBody)
@metrics.response(200, MeasuredSchema)
def measure(body: dict[str, Any]) -> object:
    """What a metric measures from given events. Nothing is stored."""
    if ("metric" in body) == ("definition" in body):
        raise Invalid.field("metric", "one_of", "Name a metric, or write a definition: one of the two.")
    metric = services.get_metric(body["metric"]).metric if "metric" in body else metric_of_definition(body["definition"])
    carried = body["carried_level"] or Decimal(0)
    return measured_resource(services.aggregate(metric, events_of(body), window_of(body), prorated=body["prorated"], carried_level=carried))


# -- Plans -------------------------------------------------------------------------------------------------------------------


@plans.route("", methods=["POST"])
@requires("catalog.plan.create")
@plans.arguments(PlanBody)
@plans.response(201, PlanSchema)
def create_plan(body: dict[str, Any]) -> object:
    """Create a plan with its first version, published unless told otherwise."""
    version = services.create_plan(new_plan(body), publish=body["publish"])
    return plan_resource(services.get_plan(version.plan_id), [version])


@plans.route("/<string:reference>")
@requires("catalog.plan.view")
@plans.response(200, PlanSchema)
def get_plan(reference: str) -> object:
    """One plan with all its versions."""
    return _plan(_plan_id(reference))


@plans.route("/<string:reference>", methods=["PATCH"])
@requires("catalog.plan.edit")
@plans.arguments(PlanEdit)
@plans.response(200, PlanSchema)
def edit_plan(body: dict[str, Any], reference: str) -> object:
    """Rename a plan, or put it under another product; its prices change by a new version."""
    changes = {name: value or "" for name, value in body.items()}
    return _plan(services.edit_plan(_plan_id(reference), **changes, expected_version=if_match()).id)


@plans.route("/<string:reference>/archive", methods=["POST"])
@requires("catalog.plan.archive")
@plans.response(200, PlanSchema)
def archive_plan(reference: str) -> object:
    """Stop the sale of a plan; subscriptions that have it go on."""
    return _plan(services.archive_plan(_plan_id(reference)).id)


@plans.route("/<string:reference>/restore", methods=["POST"])
@requires("catalog.plan.archive")
@plans.response(200, PlanSchema)
def restore_plan(reference: str) -> object:
    """Bring an archived plan back."""
    return _plan(services.restore_plan(_plan_id(reference)).id)


@plans.route("/<string:reference>/versions", methods=["POST"])
@requires("catalog.plan.edit")
@plans.arguments(PlanVersionBody)
@plans.response(201, PlanVersionSchema)
def draft_version(body: dict[str, Any], reference: str) -> object:
    """Draft the next version of a plan."""
    return version_resource(services.draft_plan_version(_plan_id(reference), new_version(body)))


@plans.route("/<string:reference>/versions/<int:number>")
@requires("catalog.plan.view")
@plans.response(200, PlanVersionSchema)
def get_version(reference: str, number: int) -> object:
    """One version of a plan."""
    return version_resource(_version(reference, number))


@plans.route("/<string:reference>/versions/<int:number>", methods=["PATCH"])
@requires("catalog.plan.edit")
@plans.arguments(PlanVersionEdit(partial=True))
@plans.response(200, PlanVersionSchema)
def edit_version(body: dict[str, Any], reference: str, number: int) -> object:
    """Change a draft; what is named replaces what the draft says."""
    version = _version(reference, number)
    stored = PlanVersionBody().load(PlanVersionBody().dump(version_resource(version)))
    return version_resource(services.replace_draft(version.id, new_version({**stored, **body}), expected_version=if_match()))


@plans.route("/<string:reference>/versions/<int:number>/publish", methods=["POST"])
@requires("catalog.plan.publish")
@plans.response(200, PlanVersionSchema)
def publish_version(reference: str, number: int) -> object:
    """Publish a draft: it is sold from its effective day on and cannot change any more."""
    return version_resource(services.publish_plan_version(_version(reference, number).id))


def _plan(plan_id: UUID) -> dict[str, Any]:
    return plan_resource(services.get_plan(plan_id), services.plan_versions(plan_id))


# -- Price quotes ------------------------------------------------------------------------------------------------------------


@quotes.route("", methods=["POST"])
@requires("catalog.price_quote.create")
@quotes.arguments(PriceQuoteBody)
@quotes.response(200, PriceQuoteSchema)
def quote(body: dict[str, Any]) -> object:
    """What a plan costs for a full period, or a price for one measurement. Nothing is stored."""
    if ("plan" in body) == ("price" in body):
        raise Invalid.field("plan", "one_of", "Name a plan, or write a price: one of the two.")
    return quote_resource(_quote_plan(body) if "plan" in body else _quote_price(body))


def _quote_plan(body: dict[str, Any]) -> PriceQuote:
    version = services.find_plan(body["plan"], body.get("on"), body.get("currency"))
    quantities = {code: measurement_of(one) for code, one in body["quantities"].items()}
    return services.quote(version, quantities, already_billed_minor=_minor(body["already_billed"], version.currency))


def _quote_price(body: dict[str, Any]) -> PriceQuote:
    if "measurement" not in body or "currency" not in body:
        raise Invalid.field("measurement", "required", "A quote of one price needs a measurement and a currency.")
    price = load_price(body["price"])
    return services.quote(price, measurement_of(body["measurement"]), body["currency"], body["already_billed"] or 0)


def _minor(amount: Any, currency: str) -> int:
    """Money whose currency was not in the body is still a decimal."""
    return parse_plain(f"{amount:f}", currency, "already_billed") if isinstance(amount, Decimal) else amount or 0
