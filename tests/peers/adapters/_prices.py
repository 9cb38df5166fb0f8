"""Lago's charge models as price models."""

from collections.abc import Callable, Mapping
from typing import Any

from bezant_catalog.contracts import PriceModel
from bezant_catalog.domain import load_price

Params = Mapping[str, Any]


def make_price(model: str, params: Params) -> PriceModel:
    """A charge model with its parameters. Raises ``Invalid`` for tiers with gaps and the like."""
    return load_price(MODELS[model](params))


def _tiers(params: Params, *prices: str) -> list[dict[str, Any]]:
    return [
        {"from": tier.get("from_unit"), "up_to": tier.get("to_unit"), **{name: _text(tier.get(name)) for name in (*prices, "flat_fee")}}
        for tier in params["tiers"]
    ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _percentage(params: Params) -> dict[str, Any]:
    return {
        "model": "percentage",
        "rate_percent": _text(params["rate_percent"]),
        "fixed_fee": _text(params.get("fixed_fee_per_transaction")),
        "free_count": params.get("free_transactions"),
        "free_amount": _text(params.get("free_amount")),
        "minimum": _text(params.get("min_fee_per_transaction")),
        "maximum": _text(params.get("max_fee_per_transaction")),
    }


def _package(params: Params) -> dict[str, Any]:
    return {
        "model": "package",
        "price": _text(params["package_price"]),
        "size": _text(params["package_size"]),
        "free_units": _text(params.get("free_units")),
    }


MODELS: Mapping[str, Callable[[Params], dict[str, Any]]] = {
    "standard": lambda params: {"model": "per_unit", "unit_price": _text(params["unit_price"])},
    "graduated": lambda params: {"model": "graduated", "tiers": _tiers(params, "unit_price")},
    "graduated_percentage": lambda params: {"model": "graduated_percentage", "tiers": _tiers(params, "rate_percent")},
    "volume": lambda params: {"model": "volume", "tiers": _tiers(params, "unit_price")},
    "package": _package,
    "percentage": _percentage,
    "dynamic": lambda _params: {"model": "dynamic"},
}
