"""A plan like the port's tariff, small enough to reckon by hand."""

from decimal import Decimal

import pytest

from bezant_catalog.contracts import (
    Commitment,
    Flat,
    Graduated,
    Matrix,
    MatrixPrice,
    NewCharge,
    NewMetric,
    NewPlan,
    NewPlanVersion,
    Tier,
)
from bezant_catalog.services import create_metric, create_plan

METRICS = (
    NewMetric("departures", "Departures", event_type="flight"),
    NewMetric("seats", "Seats", "sum", event_type="flight", field="seats", group_by=("origin",)),
)
VERSION = NewPlanVersion(
    currency="USD",
    charges=(
        NewCharge("lease", "Terminal lease", Flat(Decimal(2500)), timing="advance", tax_category="rent"),
        NewCharge(
            "departures",
            "Departures",
            Graduated((Tier(Decimal(1000), Decimal(95)), Tier(Decimal(5000), Decimal(80)), Tier(None, Decimal("62.50")))),
            kind="metered",
            metrics=("departures",),
        ),
        NewCharge(
            "seats",
            "Seats by airport",
            Matrix(("origin",), (MatrixPrice(("EWR",), Decimal("1.35")), MatrixPrice(("JFK",), Decimal("1.60")))),
            kind="metered",
            metrics=("seats",),
        ),
    ),
    commitment=Commitment(10_000_00, "Minimum commitment", "standard"),
)
PLAN = NewPlan("terminal", "Terminal", VERSION)


@pytest.fixture
def terminal(as_system):
    for metric in METRICS:
        create_metric(metric)
    return create_plan(PLAN)
