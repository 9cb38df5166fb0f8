"""REST: tax rates."""

from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, if_match, list_endpoint, requires, resolve_id
from bezant.sdk.values import NotFound
from bezant_tax_rates import services
from bezant_tax_rates.contracts import NewRate
from bezant_tax_rates.models import RateRow
from bezant_tax_rates.schemas import RATE_LIST, TaxRateBody, TaxRateEdit, TaxRateSchema

blueprint = ApiBlueprint(
    "tax_rates", __name__, scope=RateRow, url_prefix="/tax-rates", description="Rates by country, region, category and date."
)
list_endpoint(blueprint, RATE_LIST)


@blueprint.route("", methods=["POST"])
@requires("tax_rates.rate.create")
@blueprint.arguments(TaxRateBody)
@blueprint.response(201, TaxRateSchema)
def create_rate(body: dict[str, Any]) -> object:
    """Create a rate."""
    return services.create_rate(NewRate(**body))


@blueprint.route("/<string:reference>")
@requires("tax_rates.rate.view")
@blueprint.response(200, TaxRateSchema)
def get_rate(reference: str) -> object:
    """One rate; ``external:<code>`` names it too."""
    return services.get_rate(_rate_id(reference))


@blueprint.route("/<string:reference>", methods=["PATCH"])
@requires("tax_rates.rate.edit")
@blueprint.arguments(TaxRateEdit)
@blueprint.response(200, TaxRateSchema)
def edit_rate(body: dict[str, Any], reference: str) -> object:
    """Reword a rate, or end it; what it takes changes by another rate."""
    return services.edit_rate(_rate_id(reference), **body, expected_version=if_match())


def _rate_id(reference: str) -> UUID:
    return resolve_id(reference, _find, what="tax rate")


def _find(code: str) -> UUID | None:
    try:
        return services.get_rate(code).id
    except NotFound:
        return None
