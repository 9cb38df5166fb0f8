"""Phases, filters, prices in further currencies and commitments as JSON and back, as plan versions store them."""

from collections.abc import Mapping, Sequence
from typing import Any

from bezant_catalog.contracts import ChargeFilter, Commitment, MetricFilter, OtherPrices, Phase
from bezant_catalog.domain.codec import dump_price, load_price

Json = dict[str, Any]


def dump_prices(prices: OtherPrices) -> Json:
    """Prices by currency."""
    return {currency: dump_price(price) for currency, price in prices}


def load_prices(data: Mapping[str, Any], field: str = "other_prices") -> OtherPrices:
    """The reverse of :func:`dump_prices`. Raises ``Invalid``."""
    return tuple((currency, load_price(price, f"{field}.{currency}")) for currency, price in data.items())


def dump_filters(filters: Sequence[ChargeFilter]) -> list[Json]:
    """Filters of a charge."""
    return [
        {
            "code": one.code,
            "name": one.name,
            "match": {name: list(values) for name, values in one.match},
            "price": dump_price(one.price),
            "other_prices": dump_prices(one.other_prices),
        }
        for one in filters
    ]


def load_filters(data: Sequence[Mapping[str, Any]], field: str = "filters") -> tuple[ChargeFilter, ...]:
    """The reverse of :func:`dump_filters`. Raises ``Invalid``."""
    return tuple(
        ChargeFilter(
            code=one["code"],
            name=one.get("name", one["code"]),
            match=tuple((name, tuple(values)) for name, values in one["match"].items()),
            price=load_price(one["price"], f"{field}.{number}.price"),
            other_prices=load_prices(one.get("other_prices", {}), f"{field}.{number}.other_prices"),
        )
        for number, one in enumerate(data)
    )


def dump_phases(phases: Sequence[Phase]) -> list[Json]:
    """Phases of a plan version."""
    return [
        {
            "code": one.code,
            "kind": one.kind,
            "unit": one.unit,
            "count": one.count,
            "prices": dump_prices(one.prices),
            "other_prices": {currency: dump_prices(prices) for currency, prices in one.other_prices},
        }
        for one in phases
    ]


def load_phases(data: Sequence[Mapping[str, Any]], field: str = "phases") -> tuple[Phase, ...]:
    """The reverse of :func:`dump_phases`. Raises ``Invalid``."""
    return tuple(
        Phase(
            code=one["code"],
            kind=one["kind"],
            unit=one.get("unit"),
            count=one.get("count"),
            prices=load_prices(one.get("prices", {}), f"{field}.{number}.prices"),
            other_prices=tuple(
                (currency, load_prices(prices, f"{field}.{number}.other_prices.{currency}"))
                for currency, prices in one.get("other_prices", {}).items()
            ),
        )
        for number, one in enumerate(data)
    )


def dump_commitment(commitment: Commitment | None) -> Json | None:
    """A commitment, its minimums in minor units."""
    if commitment is None:
        return None
    return {
        "minimum_minor": commitment.minimum_minor,
        "name": commitment.name,
        "tax_category": commitment.tax_category,
        "other_minimums": dict(commitment.other_minimums),
    }


def load_commitment(data: Mapping[str, Any] | None) -> Commitment | None:
    """The reverse of :func:`dump_commitment`."""
    if data is None:
        return None
    return Commitment(data["minimum_minor"], data["name"], data["tax_category"], tuple(data["other_minimums"].items()))


def dump_metric_filters(filters: Sequence[MetricFilter]) -> list[Json]:
    """Conditions of a metric."""
    return [{"property": one.property, "operator": one.operator, "values": list(one.values)} for one in filters]


def load_metric_filters(data: Sequence[Mapping[str, Any]]) -> tuple[MetricFilter, ...]:
    """The reverse of :func:`dump_metric_filters`."""
    return tuple(MetricFilter(one["property"], one.get("operator", "in"), tuple(one.get("values", ()))) for one in data)
