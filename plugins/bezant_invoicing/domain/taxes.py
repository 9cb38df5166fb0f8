"""Tax: per rate on the sum, rounded once, shared over the lines by largest remainder (EN 16931, BR-CO-17 and BG-23).

A rate is either added to the lines (exclusive) or contained in them (inclusive). Contained tax is taken out first; what is added is
computed on the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from bezant.sdk.values import Exact, round_half_away, share
from bezant_invoicing.contracts import TaxRate

Rates = tuple[TaxRate, ...]


@dataclass(frozen=True, slots=True)
class Tax:
    """One rate's tax: ``lines`` are the indices it applies to, ``shares`` its parts on them, in the same order."""

    rate: TaxRate
    lines: tuple[int, ...]
    base_minor: int
    tax_minor: int
    shares: tuple[int, ...]


def compute_taxes(amounts: Sequence[int], rates: Sequence[Rates]) -> list[Tax]:
    """The taxes on lines of ``amounts`` (after discount) with ``rates`` each; in order of first appearance, contained ones first."""
    groups = _group(rates)
    inclusive = [(rate, lines) for rate, lines in groups.items() if rate.inclusive]
    exclusive = [(rate, lines) for rate, lines in groups.items() if not rate.inclusive]
    if not inclusive:
        return [_added(rate, lines, amounts) for rate, lines in exclusive]
    contained = [_contained(rate, lines, amounts, rates) for rate, lines in inclusive]
    nets = net_amounts(amounts, contained)
    based = [_with_base(tax, nets) for tax in contained]
    return based + [_added(rate, lines, nets) for rate, lines in exclusive]


def net_amounts(amounts: Sequence[int], contained: Iterable[Tax]) -> list[int]:
    """The amounts without the tax that they contain."""
    nets = list(amounts)
    for tax in contained:
        for line, part in zip(tax.lines, tax.shares, strict=True):
            nets[line] -= part
    return nets


def added_tax(base_minor: int, percent: Decimal) -> int:
    """Tax that is added to a base, rounded once, half away from zero."""
    numerator, denominator = _ratio(percent)
    return (2 * base_minor * numerator + denominator) // (2 * denominator)


def contained_share(amount_minor: int, rate: TaxRate, rates: Rates) -> Fraction:
    """The exact tax of ``rate`` contained in an amount that contains the tax of all inclusive ones of ``rates``."""
    return Fraction(amount_minor) * Fraction(rate.percent) / (100 + Fraction(inclusive_percent(rates)))


def inclusive_percent(rates: Rates) -> Decimal:
    """The sum of the inclusive rates of a line."""
    return sum((rate.percent for rate in rates if rate.inclusive), Decimal(0))


def effective_percent(net_minor: int, tax_minor: int) -> Decimal | None:
    """The blended rate that an invoice states, to four places; ``None`` where there is nothing to tax."""
    if net_minor == 0:
        return None
    return Decimal(round_half_away(Fraction(tax_minor * 100 * 10_000, net_minor))).scaleb(-4)


def share_tax(tax_minor: int, weights: Sequence[Exact]) -> tuple[int, ...]:
    """A tax over lines by largest remainder."""
    if len(weights) == 1:
        return (tax_minor,)
    return tuple(share(tax_minor, weights)) if tax_minor else (0,) * len(weights)


def _group(rates: Sequence[Rates]) -> dict[TaxRate, list[int]]:
    groups: dict[TaxRate, list[int]] = {}
    for line, of_line in enumerate(rates):
        for rate in of_line:
            groups.setdefault(rate, []).append(line)
    return groups


def _added(rate: TaxRate, lines: Sequence[int], amounts: Sequence[int]) -> Tax:
    weights = [amounts[line] for line in lines]
    base = sum(weights)
    tax = added_tax(base, rate.percent)
    return Tax(rate, tuple(lines), base, tax, share_tax(tax, weights))


def _contained(rate: TaxRate, lines: Sequence[int], amounts: Sequence[int], rates: Sequence[Rates]) -> Tax:
    exact = [contained_share(amounts[line], rate, rates[line]) for line in lines]
    tax = round_half_away(sum(exact, Fraction(0)))
    return Tax(rate, tuple(lines), 0, tax, share_tax(tax, exact))


def _with_base(tax: Tax, nets: Sequence[int]) -> Tax:
    return Tax(tax.rate, tax.lines, sum(nets[line] for line in tax.lines), tax.tax_minor, tax.shares)


@lru_cache(maxsize=1024)
def _ratio(percent: Decimal) -> tuple[int, int]:
    """A percentage as a ratio of whole numbers: the same few rates are asked for again and again."""
    numerator, denominator = percent.as_integer_ratio()
    return numerator, denominator * 100
