"""Every service that takes an id answers for what is out of reach as for what there never was, and changes nothing."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from bezant.auth.context import SYSTEM, acting_as
from bezant.db.model import db, session
from bezant.db.scope import Scope, scope_of
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import BillingError, Denied, Invalid
from bezant.platform import platform
from bezant.sdk.values import SourceRef, new_id
from bezant_accounts import services as accounts
from bezant_accounts.contracts import Address, NewAccount, NewAddress, NewContact, NewHold
from bezant_catalog.services import find_metrics
from bezant_coupons import services as coupons
from bezant_coupons.contracts import NewRedemption
from bezant_gateway_bank_transfer import services as transfers
from bezant_gateway_bank_transfer.contracts import NewTransfer
from bezant_gateway_bank_transfer.domain import reference_of
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, DraftCreditNote, DraftEdit, DraftInvoice, LineEdit, NewInvoice, NewLine, NewPendingCharge
from bezant_ledger import services as ledger
from bezant_ledger.contracts import NewAllocation, NewEntry, NewPosting
from bezant_payments import services as payments
from bezant_payments.contracts import NewMethod, NewPayment, NewReceipt, NewRefund
from bezant_statements import services as statements
from bezant_statements.contracts import NewRun, NewStatement
from bezant_subscriptions import services as subscriptions
from bezant_subscriptions.contracts import NewSubscription
from bezant_tax_rates import services as tax_rates
from bezant_usage import services as usage
from bezant_usage.contracts import NewEvent, Window

from .world import FEB, JAN, NOON, Side

pytestmark = pytest.mark.plugins("bundled")

MAR = date(2013, 3, 1)
LINE = NewLine(description="Work", unit_price=Decimal(5))
HOME = Address("Street 1", "", "10115", "Berlin", "", "DE")


def entry(side: Side) -> NewEntry:
    postings = (NewPosting("cash", 5), NewPosting("revenue", -5, account_id=side.account))
    return NewEntry(new_id(), FEB, side.entity, side.currency, SourceRef("ledger.manual", new_id(), "M"), "By hand", postings)


def draft(side: Side) -> DraftInvoice:
    line = invoicing.load_invoice(side.mine).lines[0].draft  # any line will do
    lines = (type(line)(id=new_id(), kind="one_time", description="Work", amount_minor=500),)
    given = {"account_id": side.account, "legal_entity_id": side.entity, "currency": side.currency, "issued_on": FEB}
    return DraftInvoice(id=new_id(), lines=lines, **given)


def note(side: Side) -> DraftCreditNote:
    lines = (CreditLine(line_id=side.line, amount_minor=1, kind="goodwill"),)
    return DraftCreditNote(id=new_id(), invoice_id=side.invoice, issued_on=FEB, lines=lines)


def start(side: Side) -> NewSubscription:
    return NewSubscription(account_id=side.account, plan=f"plan_{side.currency.lower()}", start_on=FEB)


def event(side: Side) -> NewEvent:
    return NewEvent("again", "calls", NOON, account=side.word.lower(), replaces=f"{side.word}-1", deleted=True)


def window(side: Side) -> Window:
    return Window("w", side.account, find_metrics(["calls"])["calls"], datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 2, 1, tzinfo=UTC))


def receipt(side: Side) -> NewReceipt:
    return NewReceipt(side.account, "bank_transfer", f"{side.word}-money", 5, side.currency, FEB, legal_entity_id=side.entity)


def transfer(side: Side) -> NewTransfer:
    return NewTransfer(FEB, 5, side.currency, f"{side.word}-again", "", "Payer", side.account)


def quoting(side: Side) -> NewTransfer:
    """Nobody said whose money it is, but the number of the side's account is quoted."""
    return NewTransfer(FEB, 5, side.currency, f"{side.word}-quoted", reference_of(side.quoted), "Payer")


Call = Callable[[Side], Any]
CALLS: dict[str, Call] = {
    "accounts.active_holds": lambda s: accounts.active_holds([s.account]),
    "accounts.all_holds": lambda s: accounts.all_holds(s.account, 5),
    "accounts.archive_account": lambda s: accounts.archive_account(s.account),
    "accounts.archive_address": lambda s: accounts.archive_address(s.address),
    "accounts.archive_contact": lambda s: accounts.archive_contact(s.contact),
    "accounts.archive_legal_entity": lambda s: accounts.archive_legal_entity(s.entity),
    "accounts.create_account": lambda s: accounts.create_account(NewAccount("New", legal_entity_id=s.entity, parent_id=s.account)),
    "accounts.create_accounts": lambda s: accounts.create_accounts([NewAccount("New", legal_entity_id=s.entity)]),
    "accounts.create_address": lambda s: accounts.create_address(NewAddress(s.account, HOME)),
    "accounts.create_contact": lambda s: accounts.create_contact(NewContact(s.account, "Ada")),
    "accounts.edit_account": lambda s: accounts.edit_account(s.account, {"name": "Mine"}),
    "accounts.edit_address": lambda s: accounts.edit_address(s.address, {"name": "Mine"}),
    "accounts.edit_contact": lambda s: accounts.edit_contact(s.contact, {"name": "Mine"}),
    "accounts.edit_legal_entity": lambda s: accounts.edit_legal_entity(s.entity, {"name": "Mine"}),
    "accounts.find_accounts": lambda s: accounts.find_accounts([s.word.lower()]),
    "accounts.freeze_currency": lambda s: accounts.freeze_currency([s.quiet]),
    "accounts.get_account": lambda s: accounts.get_account(s.account),
    "accounts.get_address": lambda s: accounts.get_address(s.address),
    "accounts.get_contact": lambda s: accounts.get_contact(s.contact),
    "accounts.get_legal_entity": lambda s: accounts.get_legal_entity(s.entity),
    "accounts.load_accounts": lambda s: accounts.load_accounts([s.account]),
    "accounts.load_addresses": lambda s: accounts.load_addresses(s.account),
    "accounts.load_contacts": lambda s: accounts.load_contacts([s.account]),
    "accounts.load_legal_entities": lambda s: accounts.load_legal_entities([s.entity]),
    "accounts.number_formats": lambda s: accounts.number_formats(s.entity),
    "accounts.number_ranges": lambda s: accounts.number_ranges(s.entity),
    "accounts.place_hold": lambda s: accounts.place_hold(NewHold(s.account, "Because")),
    "accounts.release_hold": lambda s: accounts.release_hold(s.hold),
    "accounts.restore_account": lambda s: accounts.restore_account(s.account),
    "accounts.restore_legal_entity": lambda s: accounts.restore_legal_entity(s.entity),
    "accounts.take_numbers": lambda s: accounts.take_numbers(s.entity, "invoice", 2013, 1),
    "coupons.end_redemption": lambda s: coupons.end_redemption(s.redemption),
    "coupons.get_redemption": lambda s: coupons.get_redemption(s.redemption),
    "coupons.redeem": lambda s: coupons.redeem(NewRedemption("TENTH", s.account)),
    "coupons.redemptions_of": lambda s: coupons.redemptions_of([s.account]),
    "gateway_bank_transfer.assign_transfer": lambda s: transfers.assign_transfer(s.transfer, s.account),
    "gateway_bank_transfer.get_transfer": lambda s: transfers.get_transfer(s.transfer),
    "gateway_bank_transfer.instructions": lambda s: transfers.instructions(s.account, s.owed),
    "gateway_bank_transfer.record_transfers": lambda s: transfers.record_transfers([transfer(s)]),
    "gateway_bank_transfer.record_transfers, quoting": lambda s: transfers.record_transfers([quoting(s)]),
    "invoicing.add_pending_charge": lambda s: invoicing.add_pending_charge(NewPendingCharge(account_id=s.account, line=LINE)),
    "invoicing.cancel_pending_charge": lambda s: invoicing.cancel_pending_charge(s.charge),
    "invoicing.create_draft": lambda s: invoicing.create_draft(NewInvoice(account_id=s.account, lines=(LINE,))),
    "invoicing.credit_note_pdf": lambda s: invoicing.credit_note_pdf(s.note),
    "invoicing.credit_notes_of": lambda s: invoicing.credit_notes_of(s.invoice),
    "invoicing.discard_draft": lambda s: invoicing.discard_draft(s.draft),
    "invoicing.edit_draft": lambda s: invoicing.edit_draft(s.draft, DraftEdit(notes="Mine")),
    "invoicing.edit_draft_line": lambda s: invoicing.edit_draft_line(s.draft, s.draft_line, LineEdit(description="Mine")),
    "invoicing.entries_of": lambda s: invoicing.entries_of([s.invoice], [s.manual]),
    "invoicing.file_of": lambda s: invoicing.file_of(s.invoice),
    "invoicing.finalize_invoice": lambda s: invoicing.finalize_invoice(s.draft),
    "invoicing.finalize_invoices": lambda s: invoicing.finalize_invoices([s.draft]),
    "invoicing.invoice_pdf": lambda s: invoicing.invoice_pdf(s.invoice),
    "invoicing.issue_credit_note": lambda s: invoicing.issue_credit_note(note(s)),
    "invoicing.issue_page": lambda s: invoicing.issue_page([draft(s)]),
    "invoicing.line_balances": lambda s: invoicing.line_balances([s.line]),
    "invoicing.load_credit_note": lambda s: invoicing.load_credit_note(s.note),
    "invoicing.load_credit_notes": lambda s: invoicing.load_credit_notes([s.note]),
    "invoicing.load_invoice": lambda s: invoicing.load_invoice(s.invoice),
    "invoicing.load_invoices": lambda s: invoicing.load_invoices([s.invoice]),
    "invoicing.load_pending_charge": lambda s: invoicing.load_pending_charge(s.charge),
    "invoicing.mark_uncollectible": lambda s: invoicing.mark_uncollectible(s.owed_invoice),
    "invoicing.preview_draft": lambda s: invoicing.preview_draft(NewInvoice(account_id=s.account, lines=(LINE,))),
    "invoicing.save_drafts": lambda s: invoicing.save_drafts([draft(s)]),
    "invoicing.today_for": lambda s: invoicing.today_for(s.entity),
    "invoicing.undo_write_off": lambda s: invoicing.undo_write_off(s.invoice),
    "invoicing.void_credit_note": lambda s: invoicing.void_credit_note(s.note),
    "invoicing.void_invoice": lambda s: invoicing.void_invoice(s.owed_invoice),
    "ledger.allocate": lambda s: ledger.allocate([NewAllocation(s.credit, s.owed, 1, FEB)]),
    "ledger.allocate_oldest_first": lambda s: ledger.allocate_oldest_first(s.credit),
    "ledger.allocate_one": lambda s: ledger.allocate_one(s.credit, s.owed, 1, s.currency),
    "ledger.balances": lambda s: ledger.balances(account_ids=[s.account]),
    "ledger.close_period": lambda s: ledger.close_period(s.entity, date(2012, 12, 31)),
    "ledger.closed_through": lambda s: ledger.closed_through(s.entity),
    "ledger.credit_balance": lambda s: ledger.credit_balance([s.account]),
    "ledger.deallocate": lambda s: ledger.deallocate(s.credit),
    "ledger.load_allocations": lambda s: ledger.load_allocations([s.item, s.credit]),
    "ledger.load_entries": lambda s: ledger.load_entries([s.manual]),
    "ledger.open_items": lambda s: ledger.open_items([s.account], item_ids=[s.owed]),
    "ledger.post": lambda s: ledger.post([entry(s)]),
    "ledger.post_manual": lambda s: ledger.post_manual(entry(s)),
    "ledger.reopen_period": lambda s: ledger.reopen_period(s.entity, None),
    "ledger.reverse": lambda s: ledger.reverse(s.manual),
    "ledger.reversed_by": lambda s: ledger.reversed_by([s.reversed]),
    "ledger.set_closed_through": lambda s: ledger.set_closed_through(s.entity, date(2012, 12, 31)),
    "payments.add_method": lambda s: payments.add_method(NewMethod(s.account, "sandbox", "tok_ok")),
    "payments.add_methods": lambda s: payments.add_methods([NewMethod(s.account, "sandbox", "tok_ok")]),
    "payments.collect_items": lambda s: payments.collect_items([s.owed]),
    "payments.create_payment": lambda s: payments.create_payment(NewPayment(s.account, item_ids=(s.owed,))),
    "payments.find_payments": lambda s: payments.find_payments([str(s.number)]),
    "payments.get_payment": lambda s: payments.get_payment(s.payment),
    "payments.load_methods": lambda s: payments.load_methods([s.method]),
    "payments.load_payments": lambda s: payments.load_payments([s.payment]),
    "payments.methods_of": lambda s: payments.methods_of([s.account]),
    "payments.outcomes_of": lambda s: payments.outcomes_of(s.payment),
    "payments.payment_of": lambda s: payments.payment_of(s.transaction),
    "payments.plan_collections": lambda s: payments.plan_collections([s.owed], again=True),
    "payments.record_receipts": lambda s: payments.record_receipts([receipt(s)]),
    "payments.record_receipts, to a legal entity": lambda s: payments.record_receipts([replace(receipt(s), account_id=s.own_account)]),
    "payments.refund_payment": lambda s: payments.refund_payment(NewRefund(s.payment, 1)),
    "payments.remove_method": lambda s: payments.remove_method(s.method),
    "payments.set_default_method": lambda s: payments.set_default_method(s.method),
    "payments.settle_by_hand": lambda s: payments.settle_by_hand(s.transaction, succeeded=True),
    "payments.settle_payment": lambda s: payments.settle_payment(s.payment),
    "payments.stop_collections": lambda s: payments.stop_collections([s.owed]),
    "payments.take_back_success": lambda s: payments.take_back_success(s.transaction),
    "statements.aging": lambda s: statements.aging(account_ids=[s.account]),
    "statements.create_run": lambda s: statements.create_run(NewRun("open_item", JAN, FEB, s.entity)),
    "statements.create_statement": lambda s: statements.create_statement(NewStatement(s.account, "open_item", JAN, FEB)),
    "statements.finish_run": lambda s: statements.finish_run(s.statement_run),
    "statements.get_run": lambda s: statements.get_run(s.statement_run),
    "statements.get_statement": lambda s: statements.get_statement(s.statement),
    "statements.load_statements": lambda s: statements.load_statements([s.statement]),
    "statements.parked_accounts": lambda s: statements.parked_accounts(s.statement_run),
    "statements.statement_lines": lambda s: statements.statement_lines(s.statement),
    "statements.statement_pdf": lambda s: statements.statement_pdf(s.statement),
    "subscriptions.cancel": lambda s: subscriptions.cancel(s.subscription, on=MAR),
    "subscriptions.change_cycle_day": lambda s: subscriptions.change_cycle_day(s.subscription, 5),
    "subscriptions.change_plan": lambda s: subscriptions.change_plan(s.subscription, f"plan_{s.currency.lower()}", on=MAR),
    "subscriptions.change_quantity": lambda s: subscriptions.change_quantity(s.subscription, Decimal(2), on=MAR),
    "subscriptions.continue_run": lambda s: subscriptions.continue_run(s.run),
    "subscriptions.documents_of_run": lambda s: subscriptions.documents_of_run(s.run),
    "subscriptions.documents_of_subscription": lambda s: subscriptions.documents_of_subscription(s.subscription),
    "subscriptions.find_subscription": lambda s: subscriptions.find_subscription(f"{s.word.lower()}-sub"),
    "subscriptions.load_run": lambda s: subscriptions.load_run(s.run),
    "subscriptions.load_subscriptions": lambda s: subscriptions.load_subscriptions([s.subscription]),
    "subscriptions.override_price": lambda s: subscriptions.override_price(s.subscription, "fee", None, on=MAR),
    "subscriptions.parked_accounts": lambda s: subscriptions.parked_accounts([s.account]),
    "subscriptions.pause": lambda s: subscriptions.pause(s.subscription, on=MAR),
    "subscriptions.preview_billing": lambda s: subscriptions.preview_billing([s.account], MAR),
    "subscriptions.preview_cancel": lambda s: subscriptions.preview_cancel(s.subscription, on=MAR),
    "subscriptions.preview_plan_change": lambda s: subscriptions.preview_plan_change(s.subscription, f"plan_{s.currency.lower()}", on=MAR),
    "subscriptions.preview_quantity": lambda s: subscriptions.preview_quantity(s.subscription, Decimal(2), on=MAR),
    "subscriptions.preview_subscription": lambda s: subscriptions.preview_subscription(start(s)),
    "subscriptions.resume": lambda s: subscriptions.resume(s.subscription, on=MAR),
    "subscriptions.run_billing": lambda s: subscriptions.run_billing(MAR, [s.account]).invoices,
    "subscriptions.start_run": lambda s: subscriptions.start_run(MAR, [s.account]).invoices,
    "subscriptions.subscribe": lambda s: subscriptions.subscribe(start(s)),
    "subscriptions.subscribe_many": lambda s: subscriptions.subscribe_many([start(s)]),
    "subscriptions.subscriptions_of": lambda s: subscriptions.subscriptions_of([s.account]),
    "subscriptions.timeline": lambda s: subscriptions.timeline(s.subscription),
    "subscriptions.uncancel": lambda s: subscriptions.uncancel(s.subscription),
    "subscriptions.withdraw_fact": lambda s: subscriptions.withdraw_fact(s.subscription, 1),
    "tax_rates.rates_for": lambda s: tax_rates.rates_for(s.account, "standard", FEB),
    "usage.explain": lambda s: usage.explain(f"{s.word}-1"),
    "usage.explain_event": lambda s: usage.explain_event(s.event),
    "usage.find_event": lambda s: usage.find_event(f"{s.word}-1"),
    "usage.get_event": lambda s: usage.get_event(s.event),
    "usage.ingest": lambda s: usage.ingest([event(s)]),
    "usage.ingest_batch": lambda s: [*usage.ingest_batch([event(s)]).others.values()],
    "usage.measure": lambda s: usage.measure([window(s)]),
    "usage.recent_usage": lambda s: usage.recent_usage(s.account),
    "usage.summarize": lambda s: usage.summarize(s.account),
}
"""How each service is asked for what belongs to a side. One that is new stands here, or below with the reason why not."""

OTHERWISE: dict[str, str] = {
    "catalog": "all legal entities sell from one catalog",
    "demo": "works on an installation of its own",
    "coupons.archive_coupon": "shared",
    "coupons.create_coupon": "shared",
    "coupons.edit_coupon": "shared",
    "coupons.get_coupon": "shared",
    "coupons.restore_coupon": "shared",
    "tax_rates.create_rate": "shared",
    "tax_rates.edit_rate": "shared",
    "tax_rates.get_rate": "shared",
    "tax_rates.load_rates": "shared",
    "ledger.create_ledger_account": "shared",
    "ledger.edit_ledger_account": "shared",
    "ledger.get_ledger_account": "shared",
    "ledger.ledger_accounts": "shared",
    "payments.list_gateways": "shared",
    "subscriptions.schedule": "computes what it is given",
    "accounts.default_legal_entity": "takes nothing; asked for below",
    "payments.trouble": "takes nothing; asked for below",
    "statements.aging_totals": "takes nothing; asked for below",
    "subscriptions.anything_due": "takes nothing; asked for below",
    "subscriptions.recent_runs": "takes nothing; asked for below",
    "payments.next_check": "takes nothing; asked for below",
    "payments.next_collection": "takes nothing; asked for below",
    "subscriptions.next_billing": "takes nothing; asked for below",
    "invoicing.invoice_before": "takes an invoice that was loaded",
    "payments.receive_webhook": "its proof is the signature",
    "usage.refusals": "for those who see everything",
}
WHOLE = {
    "accounts.create_legal_entity",
    "gateway_bank_transfer.index_references",
    "ledger.start_verification",
    "ledger.verify",
    "payments.collect_due",
    "payments.process_webhooks",
    "payments.reconcile",
}
"""What works on everything is refused to whoever sees a part."""

OWN_LEFT_OUT = {
    "payments.create_payment",
    "payments.refund_payment",
    "payments.settle_payment",
    "statements.finish_run",
    "subscriptions.run_billing",
    "subscriptions.continue_run",
    "subscriptions.load_run",
    "subscriptions.start_run",
}
"""Not tried with one's own: they talk to a gateway, commit by themselves, or tell only who began it."""


class Undone(Exception):
    """Ends a transaction that is not to be kept."""


def test_services(sides: tuple[Side, Side]) -> None:
    first, second = sides
    known = _services()
    listed = CALLS.keys() | OTHERWISE.keys() | WHOLE
    assert not {name for name in known if name not in listed and name.partition(".")[0] not in listed}, "say how they are asked"
    problems, before = [], _everything()
    for own, other, who in ((first, second, first.staff), (second, first, second.portal)):
        nobody = other.nobody()
        for side in (own, other, nobody):
            side.ids |= {"mine": own.invoice, "own_account": own.account}
        with acting_as(who):
            nothing = {name: outcome(call, nobody) for name, call in CALLS.items()}
            theirs = {name: outcome(call, other) for name, call in CALLS.items()}
        told = [name for name in CALLS if theirs[name] != nothing[name]]
        problems += [f"{name} answers {who.name} of the other: {theirs[name][:200]} / of nobody: {nothing[name][:200]}" for name in told]
        if who.account_ids is None:
            problems += _as_a_whole(own) + _taken(own, other)
            problems += [f"{name} answers of one's own as of nobody: {nothing[name][:200]}" for name in _silent(own, nothing)]
    assert not problems, "\n".join(problems)
    assert _everything() == before, "somebody changed what is out of reach"


def _silent(own: Side, nothing: Mapping[str, str]) -> list[str]:
    """Services that answer of one's own as of what there is not: asking them shows nothing."""
    with acting_as(own.staff):
        return [name for name, call in CALLS.items() if name not in OWN_LEFT_OUT and undone(call, own) == nothing[name]]


def _as_a_whole(own: Side) -> list[str]:
    """What is asked without naming anything is of one's own; what works on everything is refused."""
    services, refused = _services(), set()
    with acting_as(own.staff):
        seen = {
            "accounts.default_legal_entity": accounts.default_legal_entity().id == own.entity,
            "accounts.load_legal_entities": set(accounts.load_legal_entities()) == {own.entity},
            "ledger.balances": {balance.legal_entity_id for balance in ledger.balances()} == {own.entity},
            "ledger.open_items": {item.account_id for item in ledger.open_items()} == {own.account},
            "usage.refusals": usage.refusals(f"{own.word}-2") == [],
            "payments.trouble": payments.trouble().failed == 0,
            "payments.next_check": payments.next_check() is None,
            "payments.next_collection": payments.next_collection() is not None,
            "statements.aging": {row.account_id for row in statements.aging()} == {own.account},
            "statements.aging_totals": set(statements.aging_totals()) == {own.currency},
            "subscriptions.anything_due": not subscriptions.anything_due(),
            "subscriptions.next_billing": subscriptions.next_billing() is not None,
            "subscriptions.parked_accounts": {parked.account_id for parked in subscriptions.parked_accounts()} == {own.account},
            "subscriptions.recent_runs": subscriptions.recent_runs() == [],
        }
        for name in WHOLE:
            taken = inspect.signature(services[name]).parameters.values()
            try:
                services[name](**{p.name: None for p in taken if p.default is p.empty})
            except Denied:
                refused.add(name)
    wrong = [f"{name} takes in more than one's own" for name, well in seen.items() if not well]
    return wrong + [f"{name} is not refused" for name in WHOLE - refused]


def _taken(own: Side, other: Side) -> list[str]:
    """A bank's reference is booked once in all of the deployment: whose it is, is not told."""
    money = replace(receipt(own), gateway="bank_transfer", reference=f"{other.word}-bank")
    calls: dict[str, Callable[[], Any]] = {
        "payments.record_receipts": lambda: payments.record_receipts([money]),
        "gateway_bank_transfer.record_transfers": lambda: transfers.record_transfers(
            [replace(transfer(own), bank_reference=f"{other.word}-bank")]
        ),
    }
    answers = {}
    with acting_as(own.staff):
        for name, call in calls.items():
            try:
                answers[name] = repr(call())
            except Invalid as error:
                answers[name] = error.problems[0].code
    return [f"{name} tells of the other: {answer[:200]}" for name, answer in answers.items() if answer != "taken"]


def _services() -> dict[str, Any]:
    found = {}
    for manifest in platform().plugins.active():
        module = platform().plugins.module(manifest.name, "services")
        for name in getattr(module, "__all__", ()) or dir(module):
            service = getattr(module, name)
            if hasattr(service, "__bezant_permission__") and service.__module__.startswith(manifest.package):
                found[f"{manifest.name}.{name}"] = service
    return found


def outcome(call: Call, side: Side) -> str:
    """What a service answers, without the ids, words and numbers by which it was asked."""
    try:
        answer = repr(call(side))
    except BillingError as error:
        answer = f"{type(error).__name__} {error.code}: {error.message}"
    return _ASKED_BY.sub("…", answer)


_ASKED_BY = re.compile(r"(?i)aurora|borealis|nobody|eur|gbp|[0-9a-f]{8}-[0-9a-f-]{27}|\b(event [12]|event 987654)\b")


def undone(call: Call, side: Side) -> str:
    """The same, and nothing of it stays."""
    answer = ""
    try:
        with unit_of_work():
            answer = outcome(call, side)
            raise Undone
    except Undone:
        return answer


def _everything() -> dict[str, list[str]]:
    """All that belongs to somebody."""
    tables = [t for t in db.metadata.sorted_tables if isinstance(scope_of(t), Scope) and not getattr(scope_of(t), "actor", "")]
    with acting_as(SYSTEM):
        session.rollback()
        return {t.name: sorted(map(repr, session.execute(select(t)).all())) for t in tables}
