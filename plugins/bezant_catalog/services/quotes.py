"""Price quotes: computed, never stored."""

from collections.abc import Mapping

from bezant.sdk.services import query
from bezant.sdk.values import Invalid
from bezant_catalog.contracts import Measurement, PlanVersion, PriceModel, PriceQuote
from bezant_catalog.domain import check_price, quote_plan, quote_price


@query("catalog.price_quote.create")
def quote(
    what: PlanVersion | PriceModel,
    quantities: Mapping[str, Measurement] | Measurement,
    currency: str | None = None,
    already_billed_minor: int = 0,
) -> PriceQuote:
    """What one full period of a plan costs (``quantities`` by charge code), or one price for one measurement.

    ``already_billed_minor`` is taken off the total. Raises ``Invalid`` for a price that is not sound, for charges that the plan
    lacks, and for measurements that lack what a price needs.
    """
    if isinstance(what, PlanVersion):
        version = what.priced_in(currency) if currency else what
        return quote_plan(version, quantities if isinstance(quantities, Mapping) else {}, already_billed_minor)
    problems = check_price(what)
    if problems:
        raise Invalid(problems=problems)
    if isinstance(quantities, Mapping) or currency is None:
        raise Invalid.field("currency", "required", "A quote of one price needs one measurement and a currency.")
    return quote_price(what, quantities, currency, already_billed_minor)
