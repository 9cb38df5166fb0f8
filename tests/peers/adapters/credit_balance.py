"""Credit of an account: what gives it, what uses it, what takes it back.

There, credit is items on invoices that stay open to change. Here, invoices are final: what was billed too much is a credit note against
its line, what was added later is an invoice of its own, and the credit that results is the ledger's. So one invoice there may be
several documents here, and ``CBA_ADJ`` items are not said: they are what comes of the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from bezant.errors import BillingError, Conflict, Invalid
from bezant.money import parse_plain, to_major
from bezant.sdk.values import SourceRef, new_id
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, DraftCreditNote, DraftInvoice, DraftLine, InvoiceInfo, NewInvoice, NewLine
from bezant_ledger import services as ledger
from bezant_ledger.contracts import CUSTOMER_CREDIT, NewEntry, NewPosting
from bezant_payments import services as payments
from bezant_payments.contracts import NewMethod, NewPayment, NewRefund
from bezant_statements import services as statements

from . import Answer, Given
from ._world import PLUGINS, World, open_world

__all__ = ["PLUGINS", "answer"]

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
DAY, TOMORROW = date(2024, 1, 1), date(2024, 1, 2)
CONSEQUENCES = {"CBA_ADJ"}
ADJUSTMENTS = {"REPAIR_ADJ": "correction", "ITEM_ADJ": "goodwill"}
ERRORS = {
    "not_positive": "NEGATIVE_AMOUNT",
    "correction": "SYSTEM_CREDIT_NOT_DELETABLE",
    "used": "GENERATED_CREDIT_IN_USE",
    "credited": "INVOICE_WAS_REPAIRED",
    "paid": "INVOICE_WAS_PAID",
}
"""Bezant's codes in the neutral words of the cases."""


@dataclass
class Books:
    """A case on its way: what its names stand for here."""

    world: World
    invoices: dict[str, list[UUID]] = field(default_factory=dict)
    items: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    types: dict[UUID, str] = field(default_factory=dict)
    payments: dict[str, list[UUID]] = field(default_factory=dict)
    notes: dict[str, list[UUID]] = field(default_factory=dict)
    credits: dict[str, UUID] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    method: UUID | None = None

    def minor(self, text: str) -> int:
        return parse_plain(text, self.world.currency)

    def shown(self, minor: int) -> Any:
        return to_major(minor, self.world.currency)

    def documents(self, name: str) -> list[InvoiceInfo]:
        """The invoices that one invoice there is here."""
        return [invoicing.load_invoice(id) for id in self.invoices[name]]


def answer(given: Given, asked: Any) -> Answer:
    """What each check asks after its step; a step that is refused otherwise than expected is an error."""
    found: dict[int, Answer] = {}
    with open_world(given["currency"]) as world:
        world.travel_to(NOON)
        books = Books(world)
        books.method = payments.add_method(NewMethod(world.account, "sandbox", "tok_ok")).id
        for number, step in enumerate(given["steps"], start=1):
            refused = _take(books, step)
            if refused != step.get("expect_error"):
                raise AssertionError(f"step {number}: expected {step.get('expect_error')}, got {refused}")
            for check in asked["checks"]:
                if check["after_step"] == number:
                    found[number] = {name: LOOKS[name](books, what) for name, what in check.items() if name in LOOKS}
    return {"checks": [{"after_step": check["after_step"], **found[check["after_step"]]} for check in asked["checks"]]}


def _take(books: Books, step: Given) -> str | None:
    try:
        STEPS[step["do"]](books, step)
    except (Conflict, Invalid) as error:
        return _error(error)
    return None


def _error(error: BillingError) -> str:
    code = error.problems[0].code if error.problems else error.code
    return ERRORS.get(code, f"{code}: {error.message}")


# Steps --------------------------------------------------------------------------------------------------------------------------


def _invoice(books: Books, step: Given) -> None:
    books.invoices[step["id"]] = []
    books.notes[step["id"]] = []
    _add(books, step["id"], step["items"], draft=step.get("status") == "DRAFT")


def _add_items(books: Books, step: Given) -> None:
    _add(books, step["invoice"], step["items"], draft=False)


def _external_charge(books: Books, step: Given) -> None:
    charge = {"type": "EXTERNAL_CHARGE", "amount": step["amount"], "ref": step.get("ref") or step["id"]}
    _invoice(books, {**step, "items": [charge]})


def _add(books: Books, name: str, items: Sequence[Given], *, draft: bool) -> None:
    """Charges become an invoice, adjustments credit notes, all of one run; what has no charge to adjust adjusts one billed before."""
    charges = [item for item in items if item["type"] not in {*ADJUSTMENTS, *CONSEQUENCES}]
    adjusted = [item for item in items if item["type"] in ADJUSTMENTS]
    if draft:
        _draft(books, name, charges)
        return
    lines = [_line(books, item) for item in charges]
    notes = [_note(books, *_adjusted(books, item), item["type"]) for item in adjusted]
    invoices = [_draft_invoice(books, lines)] if lines else []
    page = invoicing.issue_page(invoices, notes)
    books.invoices[name] += [one.id for one in page.invoices]
    books.notes[name] += [note.id for note in page.credit_notes]
    for item, line in zip(charges, lines, strict=True):
        books.types[line.id] = item["type"]
        books.items[item.get("ref") or str(line.id)] = (page.invoices[0].id, line.id)


def _draft(books: Books, name: str, charges: Sequence[Given]) -> None:
    lines = tuple(NewLine(description=item["type"], unit_price=books.shown(books.minor(item["amount"]))) for item in charges)
    id = invoicing.create_draft(NewInvoice(account_id=books.world.account, lines=lines))
    books.invoices[name].append(id)
    for item, line in zip(charges, invoicing.load_invoice(id).lines, strict=True):
        books.types[line.draft.id] = item["type"]
        books.items[item.get("ref") or str(line.draft.id)] = (id, line.draft.id)


def _line(books: Books, item: Given) -> DraftLine:
    return DraftLine(
        id=new_id(),
        kind="manual",
        description=item["type"],
        amount_minor=books.minor(item["amount"]),
        service_from=DAY,
        service_to=TOMORROW,
    )


def _draft_invoice(books: Books, lines: Sequence[DraftLine]) -> DraftInvoice:
    world = books.world
    return DraftInvoice(
        id=new_id(), account_id=world.account, legal_entity_id=world.entity, currency=world.currency, issued_on=DAY, lines=tuple(lines)
    )


def _adjusted(books: Books, item: Given) -> tuple[tuple[UUID, UUID], int]:
    """The line that an adjustment takes from, and how much. One of nothing here was billed, and paid, some time before."""
    amount = -books.minor(item["amount"])
    if item.get("links"):
        return books.items[item["links"]], amount
    line = _line(books, {"type": "RECURRING", "amount": str(books.shown(amount))})
    earlier = invoicing.issue_page([_draft_invoice(books, [line])]).invoices[0]
    _purchase(books, amount, [invoicing.load_invoice(earlier.id)])
    return (earlier.id, line.id), amount


def _note(books: Books, item: tuple[UUID, UUID], minor: int, kind: str) -> DraftCreditNote:
    correction = ADJUSTMENTS[kind] == "correction"
    line = CreditLine(
        line_id=item[1],
        amount_minor=minor,
        kind="correction" if correction else "goodwill",
        from_on=DAY if correction else None,
        to_on=TOMORROW if correction else None,
    )
    return DraftCreditNote(id=new_id(), invoice_id=item[0], issued_on=DAY, lines=(line,))


def _commit(books: Books, step: Given) -> None:
    name = step["invoice"]
    for id in books.invoices.get(name, ()):
        invoicing.finalize_invoice(id)
    if name in books.waiting:
        _give(books, name, books.waiting.pop(name))


def _pay(books: Books, step: Given) -> None:
    invoices = books.documents(step["invoice"])
    books.payments.setdefault(step["invoice"], []).append(_purchase(books, books.minor(step["amount"]), invoices))


def _purchase(books: Books, minor: int, invoices: Sequence[InvoiceInfo]) -> UUID:
    items = tuple(one.open_item_id for one in invoices if one.open_item_id and one.open_minor)
    paid = payments.create_payment(NewPayment(books.world.account, minor, item_ids=items, method_id=books.method))
    assert paid.state == "succeeded"
    return paid.id


def _refund(books: Books, step: Given) -> None:
    """With ``adjust`` the items are credited first, as far as anything is left on them."""
    for name in step.get("adjust") or ():
        try:
            _adjust(books, name, books.minor(step["amount"]), "goodwill")
        except Invalid as error:
            if error.problems[0].code != "more_than_left":
                raise
    payments.refund_payment(NewRefund(books.payments[step["invoice"]][-1], books.minor(step["amount"])))


def _adjust_item(books: Books, step: Given) -> None:
    name = step["item"]
    amount = step.get("amount")
    _adjust(books, name, _left(books, name) if amount is None else books.minor(amount), "goodwill")


def _left(books: Books, name: str) -> int:
    line = books.items[name][1]
    return invoicing.line_balances([line])[line].left_minor


def _adjust(books: Books, name: str, minor: int, kind: str) -> None:
    note = invoicing.issue_credit_note(_note(books, books.items[name], minor, "ITEM_ADJ"))
    owner = next(name for name, ids in books.invoices.items() if note.invoice_id in ids)
    books.notes[owner].append(note.id)


def _grant(books: Books, step: Given) -> None:
    """Credit for an item is a credit note; credit for nothing is a journal entry, which is not made before it is committed."""
    minor = books.minor(step["amount"])
    if step.get("item"):
        _adjust(books, step["item"], minor, "goodwill")
    elif step.get("status") == "DRAFT":
        books.waiting[step["id"]] = minor
    else:
        _give(books, step.get("id") or "", minor)


def _give(books: Books, name: str, minor: int) -> None:
    world, id = books.world, new_id()
    given = NewPosting(CUSTOMER_CREDIT, -minor, account_id=world.account, id=new_id())
    source = SourceRef("ledger.manual", id, name)
    entry = NewEntry(id, DAY, world.entity, world.currency, source, "Credit", (NewPosting("discounts", minor), given), moves=False)
    ledger.post_manual(entry)
    assert given.id is not None
    ledger.allocate_oldest_first(given.id)
    books.credits[name] = id


def _delete_credit(books: Books, step: Given) -> None:
    name = step["invoice"]
    if name in books.credits:
        ledger.reverse(books.credits[name])
    for note in books.notes.get(name, ()):
        invoicing.void_credit_note(note)


def _void(books: Books, step: Given) -> None:
    for id in books.invoices[step["invoice"]]:
        invoicing.void_invoice(id)


def _write_off(books: Books, step: Given) -> None:
    for id in books.invoices[step["invoice"]]:
        invoicing.mark_uncollectible(id)


STEPS: Mapping[str, Callable[[Books, Given], None]] = {
    "invoice": _invoice,
    "add_items": _add_items,
    "external_charge": _external_charge,
    "commit": _commit,
    "pay": _pay,
    "refund": _refund,
    "adjust_item": _adjust_item,
    "grant_credit": _grant,
    "delete_credit": _delete_credit,
    "void": _void,
    "write_off": _write_off,
}


# Looks --------------------------------------------------------------------------------------------------------------------------


def _account_balance(books: Books, asked: Any) -> Any:
    rows = statements.aging(account_ids=[books.world.account])
    return books.shown(rows[0].aging.balance_minor if rows else 0)


def _account_credit(books: Books, asked: Any) -> Any:
    credits = ledger.open_items([books.world.account], kind="credit")
    return books.shown(sum(one.residual_minor for one in credits if one.ledger_account == CUSTOMER_CREDIT))


def _invoice_balances(books: Books, asked: Any) -> Any:
    return {name: books.shown(sum(one.open_minor for one in books.documents(name))) for name in asked}


def _invoice_items(books: Books, asked: Any) -> Any:
    return {name: _items_of(books, name) for name in asked}


def _items_of(books: Books, name: str) -> list[list[Any]]:
    """Charges, what credit notes took from them, and what credit paid; of a credit for nothing, the credit and what it gave."""
    if name not in books.invoices:
        minor = books.waiting[name] if name in books.waiting else _given(books, name)
        return [["CREDIT_ADJ", books.shown(-minor)], ["CBA_ADJ", books.shown(minor)]]
    charges = [[books.types[line.draft.id], books.shown(line.draft.amount_minor)] for one in books.documents(name) for line in one.lines]
    notes = [["ITEM_ADJ", books.shown(-invoicing.load_credit_note(id).total_minor)] for id in books.notes[name]]
    used = sum(_used(one) for one in books.documents(name))
    return [*charges, *notes, *([["CBA_ADJ", books.shown(-used)]] if used else [])]


def _given(books: Books, name: str) -> int:
    entry = ledger.load_entries([books.credits[name]])[books.credits[name]]
    return sum(-posting.amount_minor for posting in entry.postings if posting.ledger_account == CUSTOMER_CREDIT)


def _used(invoice: InvoiceInfo) -> int:
    """What credit paid of an invoice."""
    if invoice.open_item_id is None:
        return 0
    taken = ledger.load_allocations([invoice.open_item_id])
    sources = ledger.open_items(item_ids=[one.credit_item_id for one in taken if one.credit_item_id], include_settled=True)
    credits = {one.id for one in sources if one.ledger_account == CUSTOMER_CREDIT}
    return sum(one.amount_minor for one in taken if one.credit_item_id in credits)


LOOKS: Mapping[str, Callable[[Books, Any], Any]] = {
    "account_balance": _account_balance,
    "account_credit": _account_credit,
    "invoice_balance": _invoice_balances,
    "invoice_items": _invoice_items,
}
