"""Setting up the demonstration, importing, billing, collecting. Every step can be repeated: what is there already is left alone."""

from bezant_demo.services.billing import MONTHS, bill, billing_dates, collect
from bezant_demo.services.flights import TOTAL_FLIGHTS, import_flights
from bezant_demo.services.outcome import outcome
from bezant_demo.services.setup import local_noon, set_up

__all__ = ["MONTHS", "TOTAL_FLIGHTS", "bill", "billing_dates", "collect", "import_flights", "local_noon", "outcome", "set_up"]
