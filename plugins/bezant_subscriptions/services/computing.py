"""The first half of a page: settle, measure, rate, draft. Reads, computes and writes nothing; previews end here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from bezant.sdk.services import setting
from bezant.sdk.values import BillingError, SourceRef, calendars, new_id
from bezant_accounts import services as accounts
from bezant_catalog import services as catalog
from bezant_catalog.contracts import Measurement, PriceModel, Rated
from bezant_invoicing.contracts import DraftInvoice
from bezant_subscriptions.domain.cohorts import Cohorts, draft_like, drafted_alike, settled_alike
from bezant_subscriptions.domain.commitments import settle_commitments
from bezant_subscriptions.domain.drafting import (
    Case,
    Rates,
    add_late_usage,
    add_once,
    add_recurring,
    add_usage,
    carry_over,
    open_once,
)
from bezant_subscriptions.domain.due import DueWindow, Target
from bezant_subscriptions.domain.metering import BilledWindow, changed_late, grown, measurements, requests, unbilled
from bezant_subscriptions.domain.reconcile import Credit
from bezant_subscriptions.domain.settlement import settle
from bezant_subscriptions.services.crediting import GivenBack, add_notes, take_back
from bezant_subscriptions.services.loading import Loaded
from bezant_subscriptions.services.store import Plans, mark_of
from bezant_usage import services as usage
from bezant_usage.contracts import Measured, Window

ONE_DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


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
    back: GivenBack = field(default_factory=GivenBack)
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """A window that usage is asked for; ``billed`` is what was billed of it, None where it is new."""

    index: int
    window: DueWindow
    billed: Sequence[BilledWindow] | None


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
    held, cohorts = _held(page, found), Cohorts()
    invoice_ids: dict[tuple[UUID, str], UUID] = {}
    for mark in page.marks:
        if mark["account_id"] not in held:
            _settle_one(page, mark, horizon, plans, found, invoice_ids, cohorts)
    _drop_troubled(found)
    _add_lines(page, found, rates, cohorts)
    _drop_troubled(found)
    found.back = take_back(found.cases)
    _add_commitments(found)
    add_notes(found.back, found.cases, source)
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
    cohorts: Cohorts,
) -> None:
    subscription_id, currency = mark["subscription_id"], mark["currency"]
    account = page.accounts[mark["account_id"]]
    facts, covered, from_ = page.facts[subscription_id], page.covered.get(subscription_id, ()), mark_of(mark)
    key = None if covered else settled_alike(facts, from_, currency, account.timezone)
    try:
        if key in cohorts.settled:
            settlement = cohorts.settled[key]
        else:
            target = horizon.target(account.timezone)
            settlement = settle(facts, lambda plan: plans.priced(plan, currency), account.timezone, from_, covered, target)
            if key is not None:
                cohorts.settled[key] = settlement
    except BillingError as error:
        found.troubles.append(trouble_of(account.id, subscription_id, error))
        return
    if settlement is not None:
        invoice_id = invoice_ids.setdefault((account.id, currency), new_id())
        windows = page.windows.get(subscription_id, ())
        found.cases.append(
            Case(
                subscription_id,
                account.id,
                invoice_id,
                currency,
                account.timezone,
                account.locale,
                settlement,
                covered,
                windows,
                page.trued_up.get(subscription_id, ()),
                usage_from=mark["usage_from"],
            )
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


def _add_lines(page: Loaded, found: Computed, rates: Rates, cohorts: Cohorts) -> None:
    takes_account_usage = {mark["subscription_id"] for mark in page.marks if mark["takes_account_usage"]}
    metered, answers = _measure(found, takes_account_usage)
    for case in found.cases:
        key = drafted_alike(case)
        pattern = cohorts.drafted.get(key)
        if pattern is not None:
            draft_like(case, pattern)
            continue
        try:
            _add_case_lines(page, case, rates, metered.get(case.subscription_id, ()), answers)
            if key is not None:
                cohorts.drafted[key] = case
        except BillingError as error:
            found.troubles.append(trouble_of(case.account_id, case.subscription_id, error))


def _add_case_lines(page: Loaded, case: Case, rates: Rates, metered: Sequence[Asked], answers: Mapping[str, Measured]) -> None:
    settlement, subscription_id = case.settlement, case.subscription_id
    if settlement.once:
        add_once(case, open_once(settlement.once, page.once.get(subscription_id, ())), rates)
    add_recurring(case, rates)
    for asked in metered:
        parts = measurements(asked.index, asked.window.piece.charge, answers)
        if asked.billed is None:
            add_usage(case, asked.window, parts, catalog.rate_charge)
        else:
            add_late_usage(case, asked.window, parts, catalog.rate_charge, asked.billed)
    carry_over(case)


def _add_commitments(found: Computed) -> None:
    """Minimums come last: they count what this run bills and leave out what it takes back."""
    cases = [case for case in found.cases if case.settlement.commitments or case.trued_up]
    credits: dict[UUID, list[Credit]] = defaultdict(list)
    for credit in found.back.credits if cases else ():
        credits[credit.covered.id].append(credit)
    gone = {row.id for row in found.back.windows}
    for case in cases:
        own = [credit for row in case.covered for credit in credits.get(row.id, ())]
        found.back.commitments += settle_commitments(case, own, gone)


def _measure(found: Computed, takes_account_usage: set[UUID]) -> tuple[dict[UUID, list[Asked]], Mapping[str, Measured]]:
    """Measures all windows of the page at once: windows by subscription, and the answers by key."""
    wanted: list[Window] = []
    asked: dict[UUID, list[Asked]] = {}
    index = 0
    for case in found.cases:
        takes = case.subscription_id in takes_account_usage
        for window, billed in _windows(case):
            index += 1
            asked.setdefault(case.subscription_id, []).append(Asked(index, window, billed))
            wanted += requests(index, window, case.account_id, case.subscription_id, case.zone, account_events=takes)
    return asked, usage.measure(wanted) if wanted else {}


def _windows(case: Case) -> list[tuple[DueWindow, Sequence[BilledWindow] | None]]:
    """The windows to bill, those that have grown since they were billed, and those into which usage came in late."""
    settlement = case.settlement
    case.grown = grown(settlement.windows, case.windows) if settlement.dirty and case.windows else ()
    longer = [one for one, _ in case.grown]
    new: list[tuple[DueWindow, Sequence[BilledWindow] | None]] = [
        (one, None) for one in unbilled(settlement.windows, case.windows) if one not in longer
    ]
    new += case.grown
    if case.usage_from is None:
        return new
    periods = int(str(setting("subscriptions.late_usage_periods")))
    return new + list(changed_late(settlement.windows, case.windows, case.usage_from, settlement.billing_date, periods))


def _invoices(page: Loaded, found: Computed, source: SourceRef | None) -> list[DraftInvoice]:
    """An invoice for each account and currency; those with the lines of one cohort and nothing else are alike."""
    by_invoice: dict[UUID, list[Case]] = {}
    for case in found.cases:
        if case.lines:
            by_invoice.setdefault(case.invoice_id, []).append(case)
    patterns: dict[tuple[int, UUID], DraftInvoice] = {}
    drafts = []
    for invoice_id, cases in by_invoice.items():
        case, entity_id = cases[0], page.accounts[cases[0].account_id].legal_entity_id
        kind = (id(case.pattern or case), entity_id)
        lines = tuple([line for one in cases for line in one.lines])
        pattern = patterns.get(kind) if len(cases) == 1 else None
        if pattern is not None:
            drafts.append(pattern.alike(invoice_id, case.account_id, lines))
            continue
        draft = DraftInvoice(
            id=invoice_id,
            account_id=case.account_id,
            legal_entity_id=entity_id,
            currency=case.currency,
            issued_on=case.settlement.billing_date,
            lines=lines,
            source=source,
        )
        drafts.append(draft)
        if len(cases) == 1:
            patterns[kind] = draft
    return drafts
