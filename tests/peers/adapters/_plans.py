"""Plans with one charge, for questions about dates alone."""

from decimal import Decimal

from bezant import calendars
from bezant_catalog.contracts import Charge, ChargeKind, Flat, PlanVersion, Timing

from ._metrics import NOBODY

MONTHLY = calendars.Interval(calendars.Unit.MONTH)


def plain_plan(interval: calendars.Interval = MONTHLY, kind: ChargeKind = "recurring", timing: Timing = "advance") -> PlanVersion:
    """A plan with one charge."""
    charge = Charge(NOBODY, "charge", "Charge", kind, Flat(Decimal(1)), timing=timing)
    return PlanVersion(NOBODY, NOBODY, "plan", "Plan", 1, "EUR", interval.unit.value, interval.count, (charge,))
