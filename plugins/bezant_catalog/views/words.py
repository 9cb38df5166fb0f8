"""Price models for people: a short name, and their parameters as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bezant.sdk.values import Money, round_to_minor, to_major
from bezant.sdk.web import Column, TableRow
from bezant_catalog.contracts import (
    Blocks,
    Capacity,
    Charge,
    Dynamic,
    Flat,
    Formula,
    Graduated,
    GraduatedPercentage,
    Matrix,
    Package,
    Percentage,
    PerUnit,
    PriceModel,
    Volume,
    plain,
)

MODELS = {
    "flat": "Flat",
    "per_unit": "Per unit",
    "graduated": "Graduated",
    "volume": "Volume",
    "package": "Package",
    "percentage": "Percentage",
    "graduated_percentage": "Graduated percentage",
    "blocks": "Blocks",
    "capacity": "Capacity",
    "matrix": "Matrix",
    "dynamic": "Dynamic",
    "formula": "Formula",
}
MEANINGS = {
    "flat": "One amount, whatever the quantity.",
    "per_unit": "Every unit costs the same.",
    "graduated": "Each part of the quantity is priced by its own tier.",
    "volume": "The tier that the whole quantity falls in prices all of it.",
    "package": "Units are sold in packages; a started one counts whole.",
    "percentage": "A percentage of measured money, with fees and bounds per transaction.",
    "graduated_percentage": "Each part of the measured money pays the percentage of its own tier.",
    "blocks": "Tiers of blocks; a started block counts whole.",
    "capacity": "The peak picks the tier, the tier sets the price.",
    "matrix": "The price depends on one or two properties of the event.",
    "dynamic": "The events carry their price.",
    "formula": "An expression over quantity, events and metrics.",
}


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The parameters of a price as a table."""

    columns: Sequence[Column]
    rows: Sequence[TableRow]


def words(price: PriceModel) -> str:
    """A price in a few words: ``Graduated, 3 tiers``."""
    name = MODELS[price.kind]
    match price:
        case Graduated() | Volume() | GraduatedPercentage() | Blocks() | Capacity():
            return f"{name}, {len(price.tiers)} tiers"
        case Package():
            free = f", {plain(price.free_units)} free" if price.free_units else ""
            return f"{name} of {plain(price.size)}{free}"
        case Matrix():
            return f"{name}, {' × '.join(price.dimensions)}"
        case Percentage():
            return f"{plain(price.rate_percent)} %"
        case _:
            return name


def measured_by(charge: Charge) -> str:
    """What a charge's quantity is, in a few words."""
    if charge.metrics:
        return ", ".join(metric.name for metric in charge.metrics)
    return "seats" if charge.quantity_source == "seats" else "–"


def price_table(price: PriceModel, currency: str) -> PriceTable:
    """A price's parameters, tiers with their bounds."""
    headings, rows = _TABLES[type(price)](price)
    prices = [heading.endswith(("price", "fee")) for heading in headings]
    columns = [
        Column(heading, numeric=number > 0 or price.kind != "matrix", currency=currency if is_price else "")
        for number, (heading, is_price) in enumerate(zip(headings, prices, strict=True))
    ]
    return PriceTable(columns, [TableRow([_cell(*pair, currency) for pair in zip(row, prices, strict=True)]) for row in rows])


def _cell(value: Any, is_price: bool, currency: str) -> object:
    """A price with the decimals of its currency, where it has no more of them."""
    if value is None:
        return "no limit"
    minor = round_to_minor(value, currency) if is_price else 0
    return Money(minor, currency) if is_price and to_major(minor, currency) == value else value


Table = tuple[Sequence[str], Sequence[Sequence[Any]]]


def _tiers(price: Graduated | Volume) -> Table:
    rows = [(above, tier.up_to, tier.unit_price, tier.flat_fee) for above, tier in zip(_above(price), price.tiers, strict=True)]
    return ("Above", "Up to", "Unit price", "Flat fee"), rows


def _rate_tiers(price: GraduatedPercentage) -> Table:
    rows = [(above, tier.up_to, tier.rate_percent, tier.flat_fee) for above, tier in zip(_above(price), price.tiers, strict=True)]
    return ("Above", "Up to", "Per cent", "Flat fee"), rows


def _above(price: Graduated | Volume | GraduatedPercentage) -> list[Any]:
    return [0, *(tier.up_to for tier in price.tiers[:-1])]


def _blocks(price: Blocks) -> Table:
    return ("Units in a block", "Blocks", "Block price"), [(tier.size, tier.max_blocks, tier.price) for tier in price.tiers]


def _capacity(price: Capacity) -> Table:
    codes = [code for code, _ in price.tiers[0].limits]
    return (*(f"{code} up to" for code in codes), "Tier price"), [
        (*(limit for _, limit in tier.limits), tier.price) for tier in price.tiers
    ]


def _matrix(price: Matrix) -> Table:
    rows = [(" · ".join(row.values), row.unit_price) for row in price.prices]
    default = [("everything else", price.default_unit_price)] if price.default_unit_price is not None else []
    return (" × ".join(price.dimensions), "Unit price"), [*rows, *default]


def _percentage(price: Percentage) -> Table:
    headings = ("Per cent", "Fee per transaction", "Free transactions", "Free amount", "Least", "Most")
    values = (price.rate_percent, price.fixed_fee, price.free_count or 0, price.free_amount or 0, price.minimum or 0, price.maximum)
    return headings, [values]


_TABLES: Mapping[type, Callable[..., Table]] = {
    Flat: lambda price: (("Flat price",), [(price.amount,)]),
    PerUnit: lambda price: (("Unit price",), [(price.unit_price,)]),
    Graduated: _tiers,
    Volume: _tiers,
    Package: lambda price: (("Units in a package", "Free units", "Package price"), [(price.size, price.free_units, price.price)]),
    Percentage: _percentage,
    GraduatedPercentage: _rate_tiers,
    Blocks: _blocks,
    Capacity: _capacity,
    Matrix: _matrix,
    Dynamic: lambda price: (("Property of the event",), [(price.amount_property,)]),
    Formula: lambda price: (("Expression",), [(price.expression,)]),
}
