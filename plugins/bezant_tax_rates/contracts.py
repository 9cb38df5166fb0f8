"""What others may know of tax rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from bezant.sdk.values import DomainEvent, ReadModel

Category = Literal["S", "Z", "E", "AE", "G", "O"]
"""Of EN 16931 (UNCL 5305): standard, zero, exempt, reverse charge, export, outside scope."""

ANY = ""
"""Where a rate's country, region or tax category matches everything."""

RATES = ReadModel("tax_rates_rates", id="uuid", code="text", label="text", country="text", region="text", tax_category="text")


@dataclass(frozen=True, slots=True)
class NewRate:
    """A rate to be created.

    ``tax`` says which tax it is (``vat``, ``sales_tax``, ``city_tax``): of the rates of one tax the most specific applies, different
    taxes add up. ``percent`` 8.875 is 8.875 %. ``country`` (ISO 3166-1), ``region`` and ``tax_category`` (of the line) match
    everything where they are empty. ``inclusive``: the line's amount contains the tax. ``reverse_charge``: due from the customer
    instead, where that has a VAT id in another country of the EU. It holds from ``valid_from`` to ``valid_to``, exclusive.
    """

    code: str
    label: str
    percent: Decimal
    tax: str = "vat"
    country: str = ANY
    region: str = ANY
    tax_category: str = ANY
    inclusive: bool = False
    reverse_charge: bool = False
    category: Category = "S"
    reason: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as it is stored; fields as in :class:`NewRate`."""

    id: UUID
    code: str
    label: str
    percent: Decimal
    tax: str
    country: str
    region: str
    tax_category: str
    inclusive: bool
    reverse_charge: bool
    category: Category
    reason: str
    valid_from: date | None
    valid_to: date | None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who is taxed: where they are, whether exempt, and the country of their checked EU VAT id, if any."""

    country: str
    region: str
    exempt: bool = False
    vat_country: str = ""


@dataclass(frozen=True, slots=True)
class RateCreated(DomainEvent):
    """A tax rate was created."""

    type: ClassVar[str] = "tax_rates.rate.created"
    code: str


@dataclass(frozen=True, slots=True)
class RateEnded(DomainEvent):
    """A tax rate no longer holds from a day on."""

    type: ClassVar[str] = "tax_rates.rate.ended"
    code: str
    valid_to: date
