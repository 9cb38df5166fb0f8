"""Reading the flights that ship with the plugin, and importing them."""

import csv
import lzma
from collections.abc import Callable, Collection, Iterator
from importlib.resources import files
from io import TextIOWrapper

from bezant.sdk.services import query
from bezant_demo.domain.flights import COLUMNS, batches, to_event
from bezant_usage import services as usage
from bezant_usage.contracts import NewEvent

DATA = files("bezant_demo").joinpath("data")
TOTAL_FLIGHTS = 328_521
"""Rows of the file."""


def read_carriers() -> dict[str, str]:
    """Name by code of the sixteen carriers."""
    with DATA.joinpath("airlines.csv").open(encoding="utf-8") as file:
        return {row["carrier"]: row["name"] for row in csv.DictReader(file)}


def read_flights(carriers: Collection[str] | None = None, months: Collection[str] | None = None) -> Iterator[NewEvent]:
    """The flights as events, in order of departure; only those of some carriers, or of some months (``2013-01``), if asked."""
    with DATA.joinpath("flights-2013.csv.xz").open("rb") as packed, lzma.open(packed) as file:
        rows = csv.reader(TextIOWrapper(file, encoding="utf-8", newline=""))
        if tuple(next(rows)) != COLUMNS:
            raise ValueError("the file of flights does not have the expected columns")
        for row in rows:
            if (carriers is None or row[1] in carriers) and (months is None or row[0][:7] in months):
                yield to_event(row)


@query("demo.demonstration.run")
def import_flights(on_batch: Callable[[int], None], carriers: Collection[str] | None = None, months: Collection[str] | None = None) -> int:
    """Imports the flights in batches, each a transaction of its own; gives how many there are now. A repeat adds none."""
    count = 0
    for batch in batches(read_flights(carriers, months), usage.MAX_BATCH):
        refused = [o for o in usage.ingest_batch(batch, origin="demo").others.values() if o.status not in ("accepted", "duplicate")]
        if refused:
            raise ValueError(f"{len(refused)} flights were refused; the first: {refused[0].transaction_id}, {refused[0].reason}")
        count += len(batch)
        on_batch(len(batch))
    return count
