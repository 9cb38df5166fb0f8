"""What a credit note gives back: the line's amount, its share of the discount, and the tax of both.

The discount comes back cumulatively: credited so far ÷ line of the whole discount, less what came back before. Tax is computed per rate
on the note's sum, rounded once; the note that exhausts a rate takes its rest. So in whatever parts a line is credited, in the end
exactly what was billed is given back, of the amount, of the discount and of each rate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from uuid import UUID

from bezant.sdk.values import Invalid, Problem, format_plain, new_id, round_half_away
from bezant_invoicing.contracts import (
    CreditKind,
    CreditLine,
    DraftCreditNote,
    IssuedCreditLine,
    IssuedCreditNote,
    IssuedCreditTax,
    IssuedInvoice,
    LineAccounts,
    TaxRate,
)
from bezant_invoicing.domain.taxes import Rates, added_tax, contained_share, share_tax


@dataclass(slots=True)
class CreditableLine:
    """A finalized line, and what was credited of it so far. ``rates`` are those that apply to it; ``charge_key`` is set where a biller
    keeps track of what the line pays for."""

    id: UUID
    amount_minor: int
    discount_minor: int
    rates: Rates
    accounts: LineAccounts
    description: str = ""
    service_from: date | None = None
    service_to: date | None = None
    charge_key: str = ""
    credited_minor: int = 0
    discount_credited_minor: int = 0

    @property
    def left_minor(self) -> int:
        """What may still be credited."""
        return self.amount_minor - self.credited_minor

    @property
    def net_left_minor(self) -> int:
        """What is left after discount."""
        return self.left_minor - (self.discount_minor - self.discount_credited_minor)


@dataclass(slots=True)
class CreditableTax:
    """One rate of a finalized invoice, and what was credited of it so far."""

    id: UUID
    rate: TaxRate
    base_minor: int
    tax_minor: int
    base_credited_minor: int = 0
    tax_credited_minor: int = 0


@dataclass(slots=True)
class CreditableInvoice:
    """A finalized invoice that credit notes correct; it remembers what each of them took."""

    id: UUID
    number: str
    account_id: UUID
    payer_id: UUID
    legal_entity_id: UUID
    currency: str
    issued_on: date
    open_item_id: UUID | None
    closed_as: str = ""
    lines: dict[UUID, CreditableLine] = field(default_factory=dict)
    taxes: list[CreditableTax] = field(default_factory=list)


def compute_credit_note(draft: DraftCreditNote, invoice: CreditableInvoice) -> IssuedCreditNote:
    """The credit note as it would be issued; ``invoice`` then counts what it took, so that several may follow one another.

    Raises ``Invalid`` where a line is not the invoice's, or more is to be credited than is left of it; nothing is counted then.
    """
    _check(draft, invoice)
    backs = [_take_line(line, invoice.lines[line.line_id]) for line in draft.lines]
    nets = _sum_by_line((line.line_id, line.amount_minor - back) for line, back in zip(draft.lines, backs, strict=True))
    included: dict[UUID, int] = dict.fromkeys(nets, 0)
    taxes = [_take_contained(tax, invoice, nets, included) for tax in invoice.taxes if tax.rate.inclusive]
    bases = {line: net - included[line] for line, net in nets.items()} if taxes else nets
    taxes += [_take_added(tax, invoice, bases) for tax in invoice.taxes if not tax.rate.inclusive]
    lines = _credit_lines(draft.lines, backs, included)
    return _note(draft, invoice, lines, tuple(tax for tax in taxes if tax.base_minor or tax.tax_minor))


def void_lines(invoice: CreditableInvoice) -> tuple[CreditLine, ...]:
    """Credit lines that take back a whole invoice, lines of zero included."""
    return tuple(
        CreditLine(line_id=line.id, kind="void", amount_minor=line.left_minor, from_on=line.service_from, to_on=line.service_to)
        for line in invoice.lines.values()
    )


def check_by_hand(draft: DraftCreditNote, invoice: CreditableInvoice) -> None:
    """Raises ``Invalid`` where a person would take back days that a biller keeps track of: he would give them back once more.

    What a correction comes to follows from its days, so the biller makes it from what is to be billed; people give goodwill.
    """
    tracked = {line.id for line in invoice.lines.values() if line.charge_key}
    problems = [
        Problem(f"lines.{index}.kind", "billed_by_subscription", _TRACKED.format(invoice.lines[line.line_id].description))
        for index, line in enumerate(draft.lines)
        if line.kind == "correction" and line.line_id in tracked
    ]
    if problems:
        raise Invalid(problems=problems)


_TRACKED = "A subscription billed {!r}: change the subscription, and the next billing run corrects the line; or credit it as goodwill."


def creditable(invoice: IssuedInvoice) -> CreditableInvoice:
    """An invoice just issued, as something to credit."""
    rates: list[list[TaxRate]] = [[] for _ in invoice.lines]
    for tax in invoice.taxes:
        for index in tax.lines:
            rates[index].append(tax.rate)
    return CreditableInvoice(
        id=invoice.id,
        number=invoice.number,
        account_id=invoice.account_id,
        payer_id=invoice.payer_id,
        legal_entity_id=invoice.legal_entity_id,
        currency=invoice.currency,
        issued_on=invoice.issued_on,
        open_item_id=invoice.open_item_id,
        lines={
            line.draft.id: CreditableLine(
                line.draft.id,
                line.draft.amount_minor,
                line.discount_minor,
                tuple(rates[i]),
                line.accounts,
                line.draft.description,
                line.draft.service_from,
                line.draft.service_to,
                line.draft.charge_key,
            )
            for i, line in enumerate(invoice.lines)
        },
        taxes=[CreditableTax(tax.id, tax.rate, tax.base_minor, tax.tax_minor) for tax in invoice.taxes],
    )


def _take_line(credit: CreditLine, line: CreditableLine) -> int:
    """Counts a credit on its line; the discount that it takes back."""
    line.credited_minor += credit.amount_minor
    due = _discount_due(line)
    back = due - line.discount_credited_minor
    line.discount_credited_minor = due
    return back


def _discount_due(line: CreditableLine) -> int:
    """The discount that must have come back by now."""
    if line.amount_minor == 0:
        return line.discount_minor
    return round_half_away(Fraction(line.discount_minor * line.credited_minor, line.amount_minor))


def _take_contained(tax: CreditableTax, invoice: CreditableInvoice, nets: Mapping[UUID, int], included: dict[UUID, int]) -> IssuedCreditTax:
    lines = [line for line in nets if tax.rate in invoice.lines[line].rates]
    exact = [contained_share(nets[line], tax.rate, invoice.lines[line].rates) for line in lines]
    computed = round_half_away(sum(exact, Fraction(0)))
    given = _rest_or(tax, invoice, computed)
    for line, part in zip(lines, share_tax(given, exact), strict=True):
        included[line] += part
    return _take_tax(tax, invoice, sum(nets[line] - included[line] for line in lines), given)


def _take_added(tax: CreditableTax, invoice: CreditableInvoice, bases: Mapping[UUID, int]) -> IssuedCreditTax:
    base = sum(amount for line, amount in bases.items() if tax.rate in invoice.lines[line].rates)
    return _take_tax(tax, invoice, base, _rest_or(tax, invoice, added_tax(base, tax.rate.percent)))


def _rest_or(tax: CreditableTax, invoice: CreditableInvoice, computed: int) -> int:
    """The computed tax, never more than is left of the rate; all that is left once its lines are exhausted."""
    rest = tax.tax_minor - tax.tax_credited_minor
    return rest if _is_exhausted(tax, invoice) else max(0, min(computed, rest))


def _is_exhausted(tax: CreditableTax, invoice: CreditableInvoice) -> bool:
    return all(line.net_left_minor == 0 for line in invoice.lines.values() if tax.rate in line.rates)


def _take_tax(tax: CreditableTax, invoice: CreditableInvoice, base: int, given: int) -> IssuedCreditTax:
    """Counts what is given back of a rate."""
    if _is_exhausted(tax, invoice):
        base = tax.base_minor - tax.base_credited_minor
    tax.base_credited_minor += base
    tax.tax_credited_minor += given
    return IssuedCreditTax(tax.id, tax.rate, base, given)


def _credit_lines(lines: Sequence[CreditLine], backs: Sequence[int], included: Mapping[UUID, int]) -> tuple[IssuedCreditLine, ...]:
    """Contained tax stands on the first credit line of each invoice line."""
    open_ = dict(included)
    return tuple(IssuedCreditLine(new_id(), line, back, open_.pop(line.line_id, 0)) for line, back in zip(lines, backs, strict=True))


def _note(
    draft: DraftCreditNote, invoice: CreditableInvoice, lines: tuple[IssuedCreditLine, ...], taxes: tuple[IssuedCreditTax, ...]
) -> IssuedCreditNote:
    subtotal = sum(line.draft.amount_minor for line in lines)
    discount = sum(line.discount_minor for line in lines)
    tax, included = sum(t.tax_minor for t in taxes), sum(line.tax_included_minor for line in lines)
    total, kind = subtotal - discount + tax - included, _kind(draft.lines)
    return IssuedCreditNote(
        id=draft.id,
        number="",
        kind=kind,
        reason=draft.reason,
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        payer_id=invoice.payer_id,
        legal_entity_id=invoice.legal_entity_id,
        currency=invoice.currency,
        issued_on=draft.issued_on,
        source=draft.source,
        lines=lines,
        taxes=taxes,
        subtotal_minor=subtotal,
        discount_minor=discount,
        tax_minor=tax,
        tax_included_minor=included,
        total_minor=total,
        credit_item_id=new_id() if total and kind != "void" else None,
    )


def _kind(lines: Sequence[CreditLine]) -> CreditKind:
    kinds = {line.kind for line in lines}
    return "void" if "void" in kinds else "correction" if "correction" in kinds else "goodwill"


def _sum_by_line(parts: Iterable[tuple[UUID, int]]) -> dict[UUID, int]:
    sums: dict[UUID, int] = {}
    for line, amount in parts:
        sums[line] = sums.get(line, 0) + amount
    return sums


def _check(draft: DraftCreditNote, invoice: CreditableInvoice) -> None:
    problems = [] if draft.lines else [Problem("lines", "no_lines", "A credit note needs at least one line to credit.")]
    asked = _sum_by_line((line.line_id, line.amount_minor) for line in draft.lines)
    for index, line in enumerate(draft.lines):
        problems += _line_problems(f"lines.{index}", line, invoice, asked[line.line_id])
    if invoice.closed_as == "voided":
        problems.append(Problem("invoice_id", "voided", f"Invoice {invoice.number} is voided: nothing is left to credit."))
    if problems:
        raise Invalid(problems=problems)


def _line_problems(field_: str, credit: CreditLine, invoice: CreditableInvoice, asked: int) -> list[Problem]:
    line = invoice.lines.get(credit.line_id)
    if line is None:
        return [Problem(f"{field_}.line_id", "unknown_line", f"Invoice {invoice.number} has no such line.")]
    if credit.amount_minor < 0 or (credit.amount_minor == 0 and credit.kind != "void"):
        return [Problem(f"{field_}.amount", "not_positive", "Credit an amount above zero; a line of zero has nothing to give back.")]
    if asked > line.left_minor:
        left = f"{invoice.currency} {format_plain(line.left_minor, invoice.currency)}"
        return [Problem(f"{field_}.amount", "more_than_left", f"Only {left} is left to credit of {line.description!r}.")]
    return [] if _span_fits(credit, line) else [_span_problem(field_, credit, line)]


def _span_fits(credit: CreditLine, line: CreditableLine) -> bool:
    """A correction of a line with a service names which part of it is no longer billed; goodwill names none."""
    if credit.kind == "goodwill":
        return credit.from_on is None and credit.to_on is None
    if credit.kind != "correction" or line.service_from is None or line.service_to is None:
        return True
    if credit.from_on is None or credit.to_on is None:
        return False
    return line.service_from <= credit.from_on < credit.to_on <= line.service_to


def _span_problem(field_: str, credit: CreditLine, line: CreditableLine) -> Problem:
    if credit.kind == "goodwill":
        return Problem(f"{field_}.from_on", "span", "Goodwill takes no days back; leave them out.")
    days = f"{line.service_from} to {line.service_to}"
    message = (
        f"A correction of {line.description!r} names the days it takes back, within {days} (the last excluded); or credit it as goodwill."
    )
    return Problem(f"{field_}.from_on", "span", message)
