"""Issuing: the one way by which documents come into being."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from bezant.sdk.db import selectable, session, unit_of_work
from bezant.sdk.values import Invalid, NotFound, PluginError, new_id, share
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import (
    CreditLine,
    Discount,
    DiscountQuote,
    DraftCreditNote,
    IssuedInvoice,
    LineAccounts,
    NewLine,
    NewPendingCharge,
    TaxQuote,
)
from bezant_invoicing.models import Invoice, InvoiceLine, Party
from bezant_ledger import services as ledger
from bezant_ledger.contracts import POSTINGS

from .builders import VAT, discount
from .conftest import FEB, World

pytestmark = pytest.mark.plugins("invoicing")

_POSTINGS = selectable(POSTINGS)
Statements = Callable[[], AbstractContextManager[list[str]]]


def issue(world: World, *amounts: int, **other: Any) -> IssuedInvoice:
    (issued,) = invoicing.issue_page([world.draft(*amounts, **other)]).invoices
    return issued


def taxed(drafts: Any) -> list[TaxQuote]:
    return [TaxQuote(draft.id, tuple((VAT,) for _ in draft.lines)) for draft in drafts]


def ten_percent(drafts: Any) -> list[DiscountQuote]:
    quotes = []
    for draft in drafts:
        amounts = [line.amount_minor for line in draft.lines]
        offer = discount(*share(sum(amounts) // 10, amounts))
        quotes.append(DiscountQuote(draft.id, (Discount(offer.source, "TEN", "Ten percent", offer.amounts, offer.exact),)))
    return quotes


def test_an_invoice_gets_a_number_and_an_open_item(world: World) -> None:
    issued = issue(world, 2225347)
    assert issued.number == "PNY-2013-000001"
    (item,) = ledger.open_items(source_ids=[issued.id])
    assert (item.id, item.amount_minor, item.due_on, item.source.number) == (issued.open_item_id, 2225347, issued.due_on, issued.number)


def test_numbers_follow_the_order_of_the_page_and_the_year_of_the_document(world: World) -> None:
    page = [world.draft(1), world.draft(2, issued_on=date(2014, 1, 1)), world.draft(3)]
    assert [i.number for i in invoicing.issue_page(page).invoices] == ["PNY-2013-000001", "PNY-2014-000001", "PNY-2013-000002"]


def test_what_was_issued_is_what_is_stored(world: World, hooks: Any) -> None:
    with hooks(bezant_quote_taxes=taxed, bezant_discount_invoices=ten_percent):
        issued = issue(world, 10000, 333)
    stored = invoicing.load_invoice(issued.id)
    assert stored.state == "open"
    for name in (
        "number",
        "currency",
        "due_on",
        "subtotal_minor",
        "discount_minor",
        "tax_minor",
        "total_minor",
        "open_item_id",
        "payer_id",
    ):
        assert getattr(stored, name) == getattr(issued, name)
    assert [line.draft for line in stored.lines] == [line.draft for line in issued.lines]
    assert [line.rates for line in stored.lines] == [(VAT,), (VAT,)]
    assert [(tax.rate, tax.base_minor, tax.tax_minor) for tax in stored.taxes] == [(VAT, 9300, 1860)]
    assert [(d.code, d.amount_minor) for d in stored.discounts] == [("TEN", 1033)]
    assert stored.effective_tax_percent == Decimal(20)


def test_the_entry_credits_income_and_tax_and_debits_the_discount(world: World, hooks: Any) -> None:
    def deferred(drafts: Any) -> dict[Any, LineAccounts]:
        return {drafts[0].lines[0].id: LineAccounts("deferred_revenue", "deferred_revenue")}

    with hooks(bezant_quote_taxes=taxed, bezant_discount_invoices=ten_percent, bezant_choose_credit_accounts=deferred):
        issue(world, 10000, 5000)
    postings = dict(session.execute(select(_POSTINGS.c.ledger_account, _POSTINGS.c.amount_minor)).tuples().all())
    assert postings == {
        "receivables": 16200,
        "deferred_revenue": -9000,
        "revenue": -5000,
        "discounts": 500,
        "tax_payable": -2700,
    }


def test_a_preview_writes_nothing(world: World) -> None:
    (previewed,) = invoicing.issue_page([world.draft(100)], preview=True).invoices
    assert (previewed.number, previewed.open_item_id, previewed.total_minor) == ("", None, 100)
    assert invoicing.load_invoices([previewed.id]) == {}
    assert issue(world, 100).number == "PNY-2013-000001"


def test_an_invoice_of_zero_is_paid_at_once_and_owes_nothing(world: World) -> None:
    issued = issue(world, 0)
    assert invoicing.load_invoice(issued.id).state == "paid"
    assert ledger.open_items(source_ids=[issued.id], include_settled=True) == []


def test_queries_do_not_grow_with_the_page(world: World, hooks: Any, count_queries: Statements) -> None:
    counts = []
    with hooks(bezant_quote_taxes=taxed, bezant_discount_invoices=ten_percent):
        invoicing.issue_page([world.draft(1), world.draft(1, account_id=world.other.id)])
        for size in (2, 60):
            page = [world.draft(100 + n, 7, account_id=(world.account, world.other)[n % 2].id) for n in range(size)]
            with count_queries() as statements:
                invoicing.issue_page(page)
            counts.append(len(statements))
    assert counts[0] == counts[1] < 45


def test_a_page_with_a_bad_draft_issues_nothing_and_leaves_no_gap(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        invoicing.issue_page([world.draft(100), world.draft(lines=[])])
    assert refused.value.problems[0].code == "no_lines"
    assert issue(world, 100).number == "PNY-2013-000001"


def test_a_failure_after_the_numbers_were_taken_leaves_no_gap(world: World, hooks: Any) -> None:
    def fail(_page: Any) -> None:
        raise RuntimeError("no coverage today")

    with hooks(bezant_record_issued=fail), pytest.raises(PluginError, match="stand-in"):
        issue(world, 100)
    assert session.scalar(select(func.count()).select_from(Invoice)) == 0
    assert issue(world, 100).number == "PNY-2013-000001"


def test_hooks_hear_of_the_documents_inside_the_transaction(world: World, hooks: Any) -> None:
    heard: list[Any] = []
    with hooks(bezant_record_issued=lambda page: heard.append((page, session.scalar(select(func.count()).select_from(InvoiceLine))))):
        issued = issue(world, 100, 200)
    assert heard[0][0].invoices == (issued,)
    assert heard[0][1] == 2


def test_a_tax_quote_that_does_not_fit_names_its_plugin(world: World, hooks: Any) -> None:
    with hooks(bezant_quote_taxes=lambda drafts: [TaxQuote(drafts[0].id, ())]), pytest.raises(PluginError, match="stand-in"):
        issue(world, 100)


def test_unknown_accounts_are_refused(world: World) -> None:
    with pytest.raises(NotFound, match="account"):
        issue(world, 100, account_id=new_id())


def test_documents_that_say_the_same_share_one_snapshot(world: World) -> None:
    invoicing.issue_page([world.draft(100), world.draft(200), world.draft(300, account_id=world.other.id)])
    assert session.scalar(select(func.count()).select_from(Party)) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoicing_invoices SET total_minor = 1, subtotal_minor = 1",
        "DELETE FROM invoicing_invoices",
        "UPDATE invoicing_lines SET amount_minor = 1",
        "DELETE FROM invoicing_taxes",
        "INSERT INTO invoicing_line_taxes (line_id, tax_id, invoice_id, tax_minor) SELECT id, id, invoice_id, 1 FROM invoicing_lines",
        "DELETE FROM invoicing_parties",
    ],
)
def test_the_database_refuses_to_change_what_is_final(world: World, hooks: Any, statement: str) -> None:
    with hooks(bezant_quote_taxes=taxed):
        issue(world, 100)
    with pytest.raises(DBAPIError), unit_of_work():
        session.execute(text(statement))


def test_pending_charges_join_the_next_invoice_once(world: World) -> None:
    charge = NewPendingCharge(
        account_id=world.account.id, line=NewLine(description="Key card", unit_price=Decimal("12.50"), quantity=Decimal(2))
    )
    invoicing.add_pending_charge(charge)
    (previewed,) = invoicing.issue_page([world.draft(100)], preview=True).invoices
    assert previewed.total_minor == 2600
    page = invoicing.issue_page([world.draft(100, account_id=world.other.id), world.draft(100), world.draft(100)])
    assert [i.total_minor for i in page.invoices] == [100, 2600, 100]
    assert issue(world, 100).total_minor == 100


def test_a_one_off_invoice_leaves_pending_charges_alone(world: World) -> None:
    invoicing.add_pending_charge(NewPendingCharge(account_id=world.account.id, line=NewLine(description="Key card", unit_price=Decimal(5))))
    assert issue(world, 100, with_pending_charges=False).total_minor == 100


def test_credit_of_a_run_pays_the_invoice_of_the_same_run(world: World) -> None:
    first = issue(world, 10000)
    note = DraftCreditNote(
        id=new_id(),
        invoice_id=first.id,
        issued_on=FEB,
        lines=(CreditLine(line_id=first.lines[0].draft.id, amount_minor=3000, from_on=FEB, to_on=date(2013, 3, 1)),),
    )
    page = invoicing.issue_page([world.draft(1000)], [note])
    assert (page.invoices[0].credited_minor, page.invoices[0].due_minor) == (1000, 0)
    assert invoicing.load_invoice(page.invoices[0].id).state == "paid"
    assert invoicing.load_invoice(first.id).open_minor == 8000  # the rest pays the invoice that it corrects
    assert page.credit_notes[0].number.endswith("2013-000001")
    assert ledger.verify().ok


def test_earlier_credit_pays_the_next_invoice(world: World) -> None:
    first = issue(world, 1000)
    pay(world, first)
    invoicing.issue_credit_note(
        DraftCreditNote(
            id=new_id(), invoice_id=first.id, issued_on=FEB, lines=(CreditLine(line_id=first.lines[0].draft.id, amount_minor=400),)
        )
    )
    second = issue(world, 1000)
    assert (second.credited_minor, invoicing.load_invoice(second.id).open_minor) == (400, 600)


@pytest.mark.settings({"invoicing.credit_application": "next_invoice"})
def test_credit_may_wait_for_the_next_invoice(world: World) -> None:
    first = issue(world, 1000)
    invoicing.issue_credit_note(
        DraftCreditNote(
            id=new_id(), invoice_id=first.id, issued_on=FEB, lines=(CreditLine(line_id=first.lines[0].draft.id, amount_minor=400),)
        )
    )
    assert invoicing.load_invoice(first.id).open_minor == 1000
    assert issue(world, 1000).credited_minor == 400


def pay(world: World, invoice: IssuedInvoice, amount: int | None = None) -> None:
    """Money comes in and is allocated to an invoice."""
    from bezant.sdk.values import SourceRef
    from bezant_ledger.contracts import NewAllocation, NewEntry, NewPosting

    paid, credit = amount or invoice.total_minor, new_id()
    source = SourceRef("test.payment", new_id(), "P-1")
    postings = (NewPosting("cash:test", paid), NewPosting("unapplied_cash", -paid, account_id=world.account.id, id=credit))
    with unit_of_work():
        ledger.post([NewEntry(new_id(), FEB, world.entity.id, "USD", source, "Payment", postings)])
        ledger.allocate([NewAllocation(credit, invoice.open_item_id, paid, FEB)])  # type: ignore[arg-type]
