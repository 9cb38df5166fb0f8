"""Why an amount is what it is: an explanation (JSON of the catalog's ``Explanation``) as rows to draw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bezant.money import exponent
from bezant.web.formats import number

MODELS = {
    "standard": "a price for each",
    "per_unit": "a price for each",
    "flat": "a flat fee",
    "graduated": "graduated: each tier at its own price",
    "volume": "volume: the tier reached prices all",
    "package": "packages, begun ones count whole",
    "packages": "packages, begun ones count whole",
    "matrix": "a price for each combination",
    "percentage": "a share of the amount",
    "stairstep": "one price for the step reached",
    "commitment": "up to the minimum agreed",
}
NOTES = {
    "flat_fee": "Flat fee",
    "free": "Free",
    "packages": "Packages",
    "minimum": "Minimum",
    "maximum": "Maximum",
    "commitment": "Minimum commitment",
    "counted": "Charges of the period",
    "trued_up": "Filled up before",
    "proration": "Share of the period",
    "not_below_zero": "Usage below zero pays nothing back",
}


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One row: what it is, how full its tier is (thousandths), how many, at what price, how much; texts are ready to print."""

    label: str
    filled: int | None
    quantity: str
    price: str
    amount: str


@dataclass(frozen=True, slots=True)
class Why:
    """An explanation ready to draw: the model in words, the rows, their sum."""

    model: str
    quantity: str
    rows: tuple[WhyRow, ...]
    total: str
    average: str


def why_rows(explanation: Mapping[str, Any], currency: str) -> Why:
    """The explanation as text; amounts with the decimals of ``currency``, more only where they are needed."""
    rows = list(_walk(explanation))
    total = sum((_decimal(row.get("amount")) for _, row in rows), Decimal(0))
    units = _decimal(explanation.get("quantity"))
    digits = exponent(currency)
    return Why(
        model=MODELS.get(str(explanation.get("model", "")), str(explanation.get("model", "")).replace("_", " ")),
        quantity=number(units),
        rows=tuple(_row(label, row, explanation, digits) for label, row in rows),
        total=_exact(total, digits),
        average=number(round(total / units, digits)) if units and len(rows) > 1 else "",
    )


def _walk(explanation: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for row in explanation.get("rows", ()):
        yield prefix, row
    for code, part in _parts(explanation.get("parts", ())):
        yield from _walk(part, f"{prefix}{code}: ")


def _parts(parts: Any) -> Sequence[tuple[str, Mapping[str, Any]]]:
    if isinstance(parts, Mapping):
        return list(parts.items())
    return [(p[0], p[1]) if isinstance(p, list | tuple) else (str(p.get("code", "")), p.get("explanation", p)) for p in parts]


def _row(prefix: str, row: Mapping[str, Any], explanation: Mapping[str, Any], digits: int) -> WhyRow:
    quantity = row.get("quantity")
    price = row.get("unit_price")
    return WhyRow(
        label=prefix + _label(row, explanation),
        filled=_filled(row),
        quantity="" if quantity is None else number(_decimal(quantity)),
        price="" if price is None else _exact(_decimal(price), digits),
        amount=_exact(_decimal(row.get("amount")), digits),
    )


def _label(row: Mapping[str, Any], explanation: Mapping[str, Any]) -> str:
    if row.get("group"):
        return " · ".join(str(value if value is not None else "none") for value in row["group"])
    if row.get("tier") is not None:
        return _tier(row)
    note = str(row.get("note", ""))
    return NOTES.get(note, note.replace("_", " ").capitalize()) or "Each"


def _tier(row: Mapping[str, Any]) -> str:
    """Tier bounds as people count: whole units begin one above the bound below."""
    above, up_to = _decimal(row.get("above")), row.get("up_to")
    if up_to is None:
        return f"Above {number(above)}" if above else "All"
    start = above + 1 if above == above.to_integral_value() else above
    return f"{number(start)} to {number(_decimal(up_to))}"


def _filled(row: Mapping[str, Any]) -> int | None:
    """How much of its tier a row fills, in thousandths; an open tier shows a trace."""
    if row.get("tier") is None:
        return None
    quantity, above = _decimal(row.get("quantity")), _decimal(row.get("above"))
    if row.get("up_to") is None:
        return 30 if quantity else 0
    width = _decimal(row["up_to"]) - above
    return min(int(1000 * quantity / width), 1000) if width > 0 else 0


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def _exact(value: Decimal, digits: int) -> str:
    own = max(-int(value.normalize().as_tuple().exponent), 0)
    return number(value, max(digits, min(own, 8)))
