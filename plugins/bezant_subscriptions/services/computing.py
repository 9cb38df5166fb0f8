"""The first half of a page: settle, measure, rate, draft. Reads, computes and writes nothing; previews end here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import ids_in, session
from bezant.sdk.values import BillingError, SourceRef, calendars, new_id
from bezant_accounts import services as accounts
from bezant_catalog import services as catalog
from bezant_catalog.contracts import Measurement, PriceModel, Rated
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, DraftCreditNote, DraftInvoice
from bezant_subscriptions.domain.drafting import (
    Case,
    Rates,
    add_commitments,
    add_once,
    add_recurring,
    add_usage,
    open_commitments,
    open_once,
)
from bezant_subscriptions.domain.due import DueWindow, Target
from bezant_subscriptions.domain.metering import BilledWindow, measurements, no_longer_due, requests, unbilled
from bezant_subscriptions.domain.reconcile import Credit, credits_for
from bezant_subscriptions.domain.settlement import settle
from bezant_subscriptions.models import Coverage
from bezant_subscriptions.services.loading import Loaded
from bezant_subscriptions.services.store import Plans, mark_of
from bezant_usage import services as usage
from bezant_usage.contracts import Measured

ONE_DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
CORRECTION = "No longer due by the subscription's timeline"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an account of a page cannot be billed."""

    account_id: UUID
    subscription_id: UUID | None
    code: str
    explanation: str
    remedy: str


@dataclass(slots=True)
class Computed:
    """A page as it will be issued, and what has to be written with it."""

    billing_date: date
    cases: list[Case] = field(default_factory=list)
    invoices: list[DraftInvoice] = field(default_factory=list)
    credit_notes: list[DraftCreditNote] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    windows_back: list[BilledWindow] = field(default_factory=list)
    closing: dict[UUID, UUID] = field(default_factory=dict)
    """Row of coverage or window → the credit note that closes it (a fresh id where there was nothing left to credit)."""
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far a page looks: a billing date, and the instant before which facts count where that is within the day."""

    day: date
    until: datetime | None = None

    def target(self, zone: str) -> Target:
        """The target in a zone: never a day that has not begun there by the instant."""
        day = self.day if self.until is None else min(self.day, calendars.local_day(self.until, zone))
        end = calendars.day_start(day + ONE_DAY, zone)
        return Target(day, end if self.until is None else min(end, self.until + INSTANT))


def compute(page: Loaded, horizon: Horizon, plans: Plans, rates: Rates, source: SourceRef | None) -> Computed:
    """A page's documents. What is wrong with one account is noted as its trouble and keeps none of the others up."""
    found = Computed(horizon.day)
    held = _held(page, found)
    invoice_ids: dict[tuple[UUID, str], UUID] = {}
    for mark in page.marks:
        if mark["account_id"] not in held:
            _settle_one(page, mark, horizon, plans, found, invoice_ids)
    _drop_troubled(found)
    _add_lines(page, found, rates)
    _drop_troubled(found)
    _add_credits(found, source)
    found.invoices = _invoices(page, found, source)
    return found


def rate_quantity(price: PriceModel, quantity: Decimal) -> Rated:
    """What a fixed quantity costs."""
    return catalog.rate(price, Measurement(quantity=quantity))


def _held(page: Loaded, found: Computed) -> set[UUID]:
    """Accounts whose billing a hold stops."""
    if not page.accounts:
        return set()
    held = {account: holds for account, holds in accounts.active_holds(list(page.accounts), "billing").items() if holds}
    found.troubles += [
        Trouble(account, None, "on_hold", f"Billing is held: {holds[0].reason}", "Release the hold; the next run bills what was held back.")
        for account, holds in held.items()
    ]
    archived = [one.id for one in page.accounts.values() if one.archived]
    found.troubles += [
        Trouble(one, None, "archived", "The account is archived but has subscriptions.", "End its subscriptions, or restore the account.")
        for one in archived
        if one not in held
    ]
    return {*held, *archived}


def _settle_one(
    page: Loaded,
    mark: Mapping[str, Any],
    horizon: Horizon,
    plans: Plans,
    found: Computed,
    invoice_ids: dict[tuple[UUID, str], UUID],
) -> None:
    subscription_id, currency = mark["subscription_id"], mark["currency"]
    account = page.accounts[mark["account_id"]]
    covered = page.covered.get(subscription_id, ())
    try:
        settlement = settle(
            page.facts[subscription_id],
            lambda plan: plans.priced(plan, currency),
            account.timezone,
            mark_of(mark),
            covered,
            horizon.target(account.timezone),
        )
    except BillingError as error:
        found.troubles.append(trouble_of(account.id, subscription_id, error))
        return
    if settlement is not None:
        invoice_id = invoice_ids.setdefault((account.id, currency), new_id())
        windows = page.windows.get(subscription_id, ())
        found.cases.append(
            Case(subscription_id, account.id, invoice_id, currency, account.timezone, account.locale, settlement, covered, windows)
        )


def trouble_of(account_id: UUID, subscription_id: UUID | None, error: BillingError) -> Trouble:
    """What went wrong, as something to show and to mend."""
    remedy = "Mend what the explanation names, then run billing again; the account is tried by every run."
    return Trouble(account_id, subscription_id, error.code, error.message, remedy)


def _drop_troubled(found: Computed) -> None:
    """An account is billed whole or not at all."""
    if found.troubles:
        out = {trouble.account_id for trouble in found.troubles}
        found.cases = [case for case in found.cases if case.account_id not in out]


def _add_lines(page: Loaded, found: Computed, rates: Rates) -> None:
    takes_account_usage = {mark["subscription_id"] for mark in page.marks if mark["takes_account_usage"]}
    metered, answers = _measure(found, takes_account_usage)
    for case in found.cases:
        try:
            _add_case_lines(page, case, rates, metered.get(case.subscription_id, ()), answers)
        except BillingError as error:
            found.troubles.append(trouble_of(case.account_id, case.subscription_id, error))


def _add_case_lines(
    page: Loaded, case: Case, rates: Rates, metered: Sequence[tuple[int, DueWindow]], answers: Mapping[str, Measured]
) -> None:
    settlement, subscription_id = case.settlement, case.subscription_id
    if settlement.once:
        add_once(case, open_once(settlement.once, page.once.get(subscription_id, ())), rates)
    add_recurring(case, rates)
    for index, window in metered:
        add_usage(case, window, measurements(index, window.piece.charge, answers), catalog.rate_charge)
    if settlement.commitments:
        add_commitments(case, open_commitments(settlement.commitments, page.commitments.get(subscription_id, ())))


Metered = dict[UUID, list[tuple[int, DueWindow]]]


def _measure(found: Computed, takes_account_usage: set[UUID]) -> tuple[Metered, Mapping[str, Measured]]:
    """Measures all windows of the page at once: windows by subscription with their index, and the answers by key."""
    wanted, metered, index = [], Metered(), 0
    for case in found.cases:
        for window in unbilled(case.settlement.windows, case.windows):
            index += 1
            metered.setdefault(case.subscription_id, []).append((index, window))
            wanted += requests(
                index,
                window,
                case.account_id,
                case.subscription_id,
                case.zone,
                account_events=case.subscription_id in takes_account_usage,
            )
    return metered, usage.measure(wanted) if wanted else {}


def _invoices(page: Loaded, found: Computed, source: SourceRef | None) -> list[DraftInvoice]:
    lines: dict[UUID, list[Any]] = {}
    owners: dict[UUID, Case] = {}
    for case in found.cases:
        if case.lines:
            lines.setdefault(case.invoice_id, []).extend(case.lines)
            owners[case.invoice_id] = case
    return [
        DraftInvoice(
            id=invoice_id,
            account_id=owners[invoice_id].account_id,
            legal_entity_id=page.accounts[owners[invoice_id].account_id].legal_entity_id,
            currency=owners[invoice_id].currency,
            issued_on=owners[invoice_id].settlement.billing_date,
            lines=tuple(some),
            source=source,
        )
        for invoice_id, some in lines.items()
    ]


def _add_credits(found: Computed, source: SourceRef | None) -> None:
    """Credit notes for what is no longer due, one for each invoice that billed it."""
    taken = [one for case in found.cases for one in case.settlement.surplus]
    back = [row for case in found.cases for row in _windows_back(case)]
    if not taken and not back:
        return
    left = _left({row.line_id for row, _ in taken} | {row.line_id for row in back if row.line_id})
    found.credits = credits_for(taken, _open_days({row.line_id for row, _ in taken}), left)
    found.windows_back = back
    lines: dict[UUID, list[CreditLine]] = {}
    for credit in found.credits:
        lines.setdefault(credit.covered.invoice_id, []).append(_credit_line(credit.covered.line_id, credit.amount_minor, credit.span))
    for row in back:
        if row.line_id is not None and row.invoice_id is not None:
            amount = min(row.amount_minor, left[row.line_id])
            lines.setdefault(row.invoice_id, []).append(_credit_line(row.line_id, amount, row.span))
    for invoice_id, some in lines.items():
        _add_credit_note(found, invoice_id, [line for line in some if line.amount_minor], source)


def _windows_back(case: Case) -> Sequence[BilledWindow]:
    settlement = case.settlement
    if not settlement.dirty or not case.windows:
        return ()
    return no_longer_due(settlement.windows, case.windows, settlement.looked_from)


def _left(line_ids: set[UUID]) -> dict[UUID, int]:
    return {line: balance.left_minor for line, balance in invoicing.line_balances(line_ids).items()}


def _open_days(line_ids: set[UUID]) -> dict[UUID, int]:
    """How many days of each line are covered and open."""
    table = Coverage.__table__.c
    statement = select(table.line_id, table.from_day, table.to_day).where(ids_in(table.line_id, line_ids), table.closed_by.is_(None))
    days: dict[UUID, int] = dict.fromkeys(line_ids, 0)
    for line_id, start, end in session.execute(statement):
        days[line_id] += (end - start).days
    return days


def _credit_line(line_id: UUID, amount: int, span: calendars.Span) -> CreditLine:
    return CreditLine(line_id=line_id, amount_minor=amount, from_on=span.start, to_on=span.end)


def _add_credit_note(found: Computed, invoice_id: UUID, lines: Sequence[CreditLine], source: SourceRef | None) -> None:
    note_id = new_id()
    found.closing |= {credit.covered.id: note_id for credit in found.credits if credit.covered.invoice_id == invoice_id}
    found.closing |= {row.id: note_id for row in found.windows_back if row.invoice_id == invoice_id}
    if lines:
        found.credit_notes.append(
            DraftCreditNote(
                id=note_id, invoice_id=invoice_id, issued_on=found.billing_date, lines=tuple(lines), reason=CORRECTION, source=source
            )
        )
