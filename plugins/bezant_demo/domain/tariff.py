"""The tariff of the Port of New York (demo): one plan, four things measured from one kind of event, a minimum, a coupon."""

from datetime import date
from decimal import Decimal

from bezant_catalog.contracts import (
    Commitment,
    Flat,
    Graduated,
    Matrix,
    MatrixPrice,
    MetricFilter,
    NewCharge,
    NewMetric,
    NewPlan,
    NewPlanVersion,
    Package,
    Tier,
    Volume,
)

CURRENCY = "USD"
ZONE = "America/New_York"
ENTITY_CODE = "PNY"
ENTITY_NAME = "Port of New York (demo)"
PLAN = "terminal-2013"
EVENT_TYPE = "flight"

FIRST_DAY, END_DAY = date(2013, 1, 1), date(2014, 1, 1)
"""Subscriptions run over these days, the second one excluded."""

TAXED = "lease"
"""Tax category of the lease, the only thing that is taxed."""
UNTAXED = "untaxed"
TAX_PERCENT = Decimal("8.875")

DISCOUNTED = ("F9", "HA", "OO", "YV")
"""Carriers with ten per cent off their first three invoices."""
COUPON = "WELCOME10"

NIGHT_HOURS = ("22", "23", "0", "1", "2", "3", "4", "5")
"""Local hours of departure that count as night: 22:00 to 05:59."""

METRICS = (
    NewMetric("departures", "Departures", event_type=EVENT_TYPE, unit="flights"),
    NewMetric("seats", "Seats", "sum", event_type=EVENT_TYPE, field="seats", unit="seats"),
    NewMetric("night", "Night movements", event_type=EVENT_TYPE, filters=(MetricFilter("local_hour", "in", NIGHT_HOURS),), unit="flights"),
    NewMetric("aircraft", "Aircraft", "unique_count", event_type=EVENT_TYPE, field="tailnum", unit="aircraft"),
)


def _tier(up_to: int | None, price: str) -> Tier:
    return Tier(Decimal(up_to) if up_to else None, Decimal(price))


def _metered(code: str, name: str, price: Graduated | Matrix | Package | Volume) -> NewCharge:
    return NewCharge(code, name, price, kind="metered", timing="arrears", prorated=False, metrics=(code,), tax_category=UNTAXED)


CHARGES = (
    NewCharge("lease", "Terminal lease", Flat(Decimal("2500")), timing="advance", tax_category=TAXED),
    _metered("departures", "Departures", Graduated((_tier(1000, "95"), _tier(5000, "80"), _tier(None, "62.50")))),
    _metered(
        "seats",
        "Seats by airport",
        Matrix(("origin",), tuple(MatrixPrice((port,), Decimal(p)) for port, p in (("EWR", "1.35"), ("JFK", "1.60"), ("LGA", "1.10")))),
    ),
    _metered("night", "Night movements", Package(Decimal("500"), Decimal(10), Decimal(5))),
    _metered("aircraft", "Aircraft", Volume((_tier(50, "40"), _tier(200, "30"), _tier(None, "22")))),
)

THE_PLAN = NewPlan(
    PLAN,
    "Terminal 2013",
    NewPlanVersion(CURRENCY, CHARGES, commitment=Commitment(10_000_00, "Minimum commitment", UNTAXED)),
)
