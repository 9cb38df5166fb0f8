"""Two of each: two legal entities with an account each, and everything that can be known of either. What is one side's bears its word."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bezant.auth.context import Principal, PrincipalKind
from bezant.auth.permissions import all_permissions
from bezant.sdk.custom import set_tags
from bezant.sdk.db import bulk_insert, session, unit_of_work
from bezant.sdk.values import SourceRef, new_id
from bezant_accounts import services as accounts
from bezant_accounts.contracts import Address, NewAccount, NewAddress, NewContact, NewHold, NewLegalEntity
from bezant_catalog import services as catalog
from bezant_catalog.contracts import Flat, NewCharge, NewMetric, NewPlan, NewPlanVersion, PerUnit
from bezant_coupons import services as coupons
from bezant_coupons.contracts import NewCoupon, NewRedemption
from bezant_gateway_bank_transfer import services as transfers
from bezant_gateway_bank_transfer.contracts import NewTransfer
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, DraftCreditNote, NewInvoice, NewLine, NewPendingCharge
from bezant_invoicing.models import DocumentFile, Invoice
from bezant_ledger import services as ledger
from bezant_ledger.contracts import NewEntry, NewPosting
from bezant_payments import services as payments
from bezant_payments.contracts import NewMethod, NewPayment
from bezant_statements import services as statements
from bezant_statements.contracts import NewRun, NewStatement
from bezant_statements.models import Parked, StatementPdf
from bezant_subscriptions import services as subscriptions
from bezant_subscriptions.contracts import NewSubscription
from bezant_subscriptions.models import ParkedAccount
from bezant_usage import services as usage
from bezant_usage.contracts import NewEvent

JAN, FEB = date(2013, 1, 1), date(2013, 2, 1)
NOON = datetime(2013, 1, 15, 12, tzinfo=UTC)
WORDS = {"Aurora": "EUR", "Borealis": "GBP"}
"""The word that stands in every text of a side, and the currency in which all its money is."""


@dataclass
class Side:
    """A legal entity, its account, and the ids of all that belongs to them, by what they are."""

    word: str
    currency: str
    entity: UUID
    account: UUID
    ids: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.ids[name]
        except KeyError:
            raise AttributeError(name) from None

    def nobody(self) -> "Side":
        """What there never was: the same things with ids that nothing has."""
        ids = {name: {int: 987654, str: "NOB-A-999"}.get(type(known)) or new_id() for name, known in self.ids.items()}
        return Side("Nobody", self.currency, new_id(), new_id(), ids)

    @property
    def staff(self) -> Principal:
        """May do everything, at this legal entity."""
        everything = frozenset(all_permissions())
        return Principal(PrincipalKind.STAFF, new_id(), f"{self.word} staff", everything, legal_entity_ids=frozenset({self.entity}))

    @property
    def portal(self) -> Principal:
        """May do everything, for this account."""
        everything = frozenset(all_permissions())
        return Principal(PrincipalKind.PORTAL, new_id(), f"{self.word} person", everything, account_ids=frozenset({self.account}))


def build(drain: Any) -> tuple[Side, Side]:
    """Both sides, made by the system."""
    _catalog()
    first, second = (_side(word, currency) for word, currency in WORDS.items())
    for step, jobs in ((_bill, "none"), (_settle, "none"), (_late, "statements.carry_out_run")):
        for side in (first, second):
            step(side)
        drain(jobs=jobs)
    return first, second


def _catalog() -> None:
    """What all legal entities share."""
    catalog.create_metric(NewMetric("calls", "Calls"))
    for currency in WORDS.values():
        charges = (
            NewCharge("fee", "Fee", Flat(Decimal(100)), timing="advance"),
            NewCharge("calls", "Calls", PerUnit(Decimal(2)), kind="metered", metrics=("calls",)),
        )
        catalog.create_plan(NewPlan(f"plan_{currency.lower()}", "Plan", NewPlanVersion(currency, charges)))
    coupons.create_coupon(NewCoupon("TENTH", "A tenth", percent=Decimal(10), reusable=True))


def _side(word: str, currency: str) -> Side:
    address = Address(f"{word} street 1", "", "10115", f"{word} city", "", "DE")
    formats = {"statement": "{code}-S-{year}-{number:4}"}
    new = NewLegalEntity(word[:3].upper(), f"{word} Holding", currency, "Europe/Berlin", "DE", address=address, number_formats=formats)
    entity = accounts.create_legal_entity(new).id
    account = accounts.create_account(
        NewAccount(
            f"{word} Airlines", external_id=word.lower(), legal_entity_id=entity, address=address, email=f"desk@{word.lower()}.example"
        )
    ).id
    side = Side(word, currency, entity, account)
    quiet = accounts.create_account(NewAccount(f"{word} Quiet", legal_entity_id=entity))
    contact = accounts.create_contact(NewContact(account, f"Ada {word}", f"ada@{word.lower()}.example"))
    further = accounts.create_address(NewAddress(account, address, name=f"{word} hangar"))
    hold = accounts.place_hold(NewHold(account, f"{word} asked", stops=("dunning",)))
    side.ids |= {"quiet": quiet.id, "quoted": quiet.number, "contact": contact.id, "address": further.id, "hold": hold.id}
    set_tags("accounts.account", {account: [f"{word} tag"]})
    return side


def _bill(side: Side) -> None:
    plan, external = f"plan_{side.currency.lower()}", f"{side.word.lower()}-sub"
    start = NewSubscription(account_id=side.account, plan=plan, external_id=external, start_on=JAN)
    side.ids["subscription"] = subscriptions.subscribe(start).id
    side.ids["redemption"] = coupons.redeem(NewRedemption("TENTH", side.account)).id
    usage.ingest(
        [
            NewEvent(f"{side.word}-1", "calls", NOON, subscription=external, properties={"who": side.word}),
            NewEvent(f"{side.word}-2", "calls", NOON, account="nobody"),
        ]
    )
    side.ids["event"] = usage.find_event(f"{side.word}-1").event.id
    side.ids["run"] = subscriptions.run_billing(FEB, [side.account]).id
    side.ids["charge"] = invoicing.add_pending_charge(NewPendingCharge(account_id=side.account, line=_line(side, "extra")))
    draft = NewInvoice(account_id=side.account, lines=(_line(side, "draft"),))
    side.ids["draft"] = invoicing.create_draft(draft)
    side.ids["draft_line"] = invoicing.load_invoice(side.draft).lines[0].draft.id
    one = invoicing.finalize_invoice(invoicing.create_draft(NewInvoice(account_id=side.account, lines=(_line(side, "final"),))))
    side.ids |= {"invoice": one.id, "item": one.open_item_id, "line": one.lines[0].draft.id}
    other = invoicing.finalize_invoice(invoicing.create_draft(NewInvoice(account_id=side.account, lines=(_line(side, "owed"),))))
    side.ids |= {"owed": other.open_item_id, "owed_invoice": other.id}


def _line(side: Side, text: str) -> NewLine:
    return NewLine(description=f"{side.word} {text}", unit_price=Decimal(50))


def _settle(side: Side) -> None:
    method = payments.add_method(NewMethod(side.account, "sandbox", "tok_ok", label=f"{side.word} Visa", last4="4242"))
    paid = payments.create_payment(NewPayment(side.account, item_ids=(side.item,), key=f"{side.word}-key"))
    side.ids |= {"method": method.id, "payment": paid.id, "transaction": paid.transactions[0].id, "number": paid.number}
    side.ids["entry"] = paid.transactions[0].entry_id
    lines = (CreditLine(line_id=side.line, amount_minor=100, kind="goodwill"),)
    note = invoicing.issue_credit_note(
        DraftCreditNote(id=new_id(), invoice_id=side.invoice, issued_on=FEB, lines=lines, reason=f"{side.word} agreed")
    )
    side.ids["note"] = note.id
    payments.plan_collections([side.owed])
    quoted = NewTransfer(FEB, 700, side.currency, f"{side.word}-bank", f"{side.word} text", f"{side.word} payer", side.account)
    side.ids["transfer"] = transfers.record_transfers([quoted])[0].id


def _late(side: Side) -> None:
    postings = (NewPosting("cash", 900), NewPosting("revenue", -900, account_id=side.account))
    for name in ("manual", "reversed"):
        source = SourceRef("ledger.manual", new_id(), f"{side.word}-{name}")
        made = ledger.post_manual(NewEntry(new_id(), FEB, side.entity, side.currency, source, f"{side.word} by hand", postings))
        side.ids[name] = made.id
    ledger.reverse(side.reversed)
    source = SourceRef("ledger.manual", new_id(), f"{side.word}-credit")
    postings = (NewPosting("cash", 300), NewPosting("unapplied_cash", -300, account_id=side.account, id=new_id()))
    ledger.post([NewEntry(new_id(), FEB, side.entity, side.currency, source, f"{side.word} came in", postings)])
    side.ids["credit"] = postings[1].id
    ledger.close_period(side.entity, date(2012, 12, 31))
    stated = statements.create_statement(NewStatement(side.account, "balance_forward", JAN, FEB))
    side.ids["statement"] = stated.id
    side.ids["statement_run"] = statements.create_run(NewRun("open_item", JAN, FEB, side.entity)).id
    _write(side)


def _write(side: Side) -> None:
    """What takes long to come by (printed documents), or is there only where something fails."""
    parked = {"account_id": side.account, "subscription_id": side.subscription, "run_id": side.run, "billing_date": FEB}
    words = {"code": "test", "explanation": f"{side.word} has no price", "remedy": "Give it one.", "since": NOON}
    content = f"%PDF-1.7 {side.word}".encode()
    file = {"content": content, "sha256": "0" * 64, "rendered_at": NOON}
    printed = {"kind": "pdf", "locale": "en", "size": len(content)} | file
    with unit_of_work():
        bulk_insert(ParkedAccount, [parked | words])
        bulk_insert(Parked, [{"run_id": side.statement_run, "account_id": side.account, "message": f"{side.word} failed"}])
        bulk_insert(StatementPdf, [{"statement_id": side.statement} | file])
        final = session.scalars(select(Invoice.id).where(Invoice.account_id == side.account, Invoice.finalized_at.is_not(None)))
        documents = [*(("invoicing.invoice", id) for id in final), ("invoicing.credit_note", side.note)]
        bulk_insert(DocumentFile, [{"id": new_id(), "document_type": kind, "document_id": id} | printed for kind, id in documents])
