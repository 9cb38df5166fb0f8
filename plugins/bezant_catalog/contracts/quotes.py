"""Price quotes: what a plan or a price costs for given quantities, with nothing stored."""

from dataclasses import dataclass

from bezant_catalog.contracts.rated import Rated


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One charge of a quote; ``amount_minor`` is its one rounded amount, a minimum of the charge included."""

    code: str
    name: str
    rated: Rated
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PriceQuote:
    """What one full period costs: the lines, what a commitment adds, what was billed before, and what is left to bill.

    ``total_minor`` = lines + true-up − already billed.
    """

    currency: str
    lines: tuple[QuoteLine, ...]
    true_up_minor: int = 0
    already_billed_minor: int = 0

    @property
    def subtotal_minor(self) -> int:
        """The lines alone."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        """What is left to bill."""
        return self.subtotal_minor + self.true_up_minor - self.already_billed_minor
