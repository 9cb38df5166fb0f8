"""Charge models: the fee for a measured usage, exactly and rounded."""

from decimal import Decimal
from typing import Any

from bezant.money import round_to_minor, to_major
from bezant_catalog.contracts import Delta, Measurement
from bezant_catalog.domain import rate

from . import Answer, Given
from ._metrics import measure_amounts, number
from ._prices import make_price


def answer(given: Given, asked: Any) -> Answer:
    """``{currency, model, params, usage}`` → ``amount``, ``amount_rounded_2dp``, ``unit_amount``."""
    currency = given.get("currency") or "EUR"
    rated = rate(make_price(given["model"], given.get("params") or {}), _measurement(given["usage"], currency))
    rounded = to_major(round_to_minor(rated.exact, currency), currency)
    return {"amount": rated.exact, "amount_rounded_2dp": rounded, "unit_amount": rated.unit_amount}


def _measurement(usage: Given, currency: str) -> Measurement:
    if "transactions" in usage:
        measured = measure_amounts(usage["transactions"])
        single = tuple(map(number, usage["transactions"]))
        return Measurement(measured.units, measured.events_count, transactions=single)
    if "deltas" in usage:
        return _of_deltas([Delta(number(one["full"]), number(one["prorated"])) for one in usage["deltas"]])
    full = usage.get("full_units")
    carried = usage.get("event_amounts_minor")
    return Measurement(
        number(usage.get("prorated_units", usage.get("units"))),
        events=int(usage.get("events_count", 1)),
        full_quantity=None if full is None else number(full),
        carried_amount=None if carried is None else _carried([_major(one, currency) for one in carried]),
    )


def _of_deltas(deltas: list[Delta]) -> Measurement:
    weighed, full = (measure_amounts(values).units for values in ([one.prorated for one in deltas], [one.full for one in deltas]))
    return Measurement(weighed, len(deltas), full_quantity=full, deltas=tuple(deltas))


def _carried(amounts: list[Decimal]) -> Decimal:
    return measure_amounts(amounts).units


def _major(minor: str, currency: str) -> Decimal:
    """Minor units with decimals as major units."""
    return number(minor) * to_major(1, currency)
