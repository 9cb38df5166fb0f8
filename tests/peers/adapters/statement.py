"""Statements of account: what is open, what it comes to in each currency, and the one total that everything reads."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from bezant.money import parse_plain, to_major
from bezant.sdk.values import SourceRef, new_id
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, DraftCreditNote, DraftInvoice, DraftLine, IssuedInvoice
from bezant_ledger import services as ledger
from bezant_ledger.contracts import CUSTOMER_CREDIT, RECEIVABLES, NewEntry, NewPosting
from bezant_statements import services as statements
from bezant_statements.contracts import BALANCE_FORWARD, OPEN_ITEM, NewStatement, StatementInfo, StatementLineInfo

from . import Answer, Given
from ._world import PLUGINS, World, open_world

__all__ = ["PLUGINS", "answer"]

DAY = date(2024, 1, 31)
FIRST, BEFORE = date(2024, 1, 1), date(2023, 12, 31)
NOON = datetime(2024, 1, 31, 12, tzinfo=UTC)
CURRENCY = "EUR"
SETTINGS = {"invoicing.credit_application": "next_invoice"}
"""A credit note is kept open, as the cases have it, until the next invoice."""


def answer(given: Given, asked: Any) -> Answer:
    """Invoices, payments and credit notes → rows and net; lines in several currencies → closing balances."""
    with open_world(given.get("currency") or CURRENCY, settings=SETTINGS) as world:
        world.travel_to(NOON)
        if "opening" in given:
            return _forward(world, given)
        return _by_currency(world, given["lines"]) if "lines" in given else _documents(world, given)


def _documents(world: World, given: Given) -> Answer:
    """``invoice…``, ``payment`` and ``credit_note…`` as amounts, or invoices as ``{amount, paid}``."""
    invoices = [_invoice(world, one) for name, one in given.items() if name.startswith("invoice")]
    for name, one in given.items():
        if name.startswith("payment"):
            world.receive(_minor(world, one), DAY, *map(_reload, invoices))
        elif name.startswith("credit_note"):
            _credit(world, invoices[-1], _minor(world, one))
    open_items = _state(world, OPEN_ITEM)
    closing = to_major(open_items.closing_minor, world.currency)
    forward = to_major(_state(world, BALANCE_FORWARD).closing_minor, world.currency)
    rows = [_row(line, world.currency) for line in statements.statement_lines(open_items.id)]
    return {"rows": rows, "net": closing, "closing": forward, "amount_in_mail": forward}


def _invoice(world: World, given: Any) -> IssuedInvoice:
    amount, paid = (given["amount"], given.get("paid") or "0") if isinstance(given, dict) else (given, "0")
    line = DraftLine(id=new_id(), kind="manual", description="Work", amount_minor=_minor(world, amount))
    draft = DraftInvoice(
        id=new_id(), account_id=world.account, legal_entity_id=world.entity, currency=world.currency, issued_on=DAY, lines=(line,)
    )
    issued = invoicing.issue_page([draft]).invoices[0]
    if _minor(world, paid):
        world.receive(_minor(world, paid), DAY, _reload(issued))
    return issued


def _reload(issued: IssuedInvoice) -> Any:
    return invoicing.load_invoice(issued.id)


def _credit(world: World, invoice: IssuedInvoice, minor: int) -> None:
    line = CreditLine(line_id=invoice.lines[0].draft.id, amount_minor=minor, kind="goodwill")
    invoicing.issue_credit_note(DraftCreditNote(id=new_id(), invoice_id=invoice.id, issued_on=DAY, lines=(line,)))


def _row(line: StatementLineInfo, currency: str) -> list[Any]:
    """What it is, what it charges, what of it is settled, what is open."""
    amounts = (max(line.amount_minor, 0), line.settled_minor or 0, line.open_minor or 0)
    return [line.word.lower(), *(to_major(minor, currency) for minor in amounts)]


def _forward(world: World, given: Given) -> Answer:
    """``{opening, charges, credits}`` → the balance after each movement, and the closing one."""
    _post(world, world.currency, given["opening"], BEFORE)
    for name, sign in (("charges", "+"), ("credits", "-")):
        for amount in given.get(name) or ():
            _post(world, world.currency, amount if sign == "+" or amount.startswith("-") else f"-{amount}", DAY)
    found = _state(world, BALANCE_FORWARD)
    amounts = {
        "opening": found.opening_minor,
        "charges": found.charges_minor,
        "credits": found.credits_minor,
        "closing": found.closing_minor,
    }
    running = [to_major(line.balance_minor, world.currency) for line in statements.statement_lines(found.id)]
    return {**{name: to_major(minor, world.currency) for name, minor in amounts.items()}, "running": running}


def _post(world: World, currency: str, amount: str, day: date) -> None:
    """A charge or a credit by a journal entry."""
    minor = parse_plain(amount, currency)
    account = RECEIVABLES if minor > 0 else CUSTOMER_CREDIT
    owed = NewPosting(account, minor, account_id=world.account, due_on=day if minor > 0 else None)
    source = SourceRef("ledger.manual", new_id())
    ledger.post_manual(NewEntry(new_id(), day, world.entity, currency, source, "Entry", (owed, NewPosting("revenue", -minor))))


def _by_currency(world: World, lines: Sequence[Sequence[str]]) -> Answer:
    """Charges and credits: an account may have them in several currencies. Nothing adds up two of them."""
    for currency, amount in lines:
        _post(world, currency, amount, DAY)
    currencies = dict.fromkeys(currency for currency, _ in lines)
    closing = {one: to_major(_state(world, BALANCE_FORWARD, one).closing_minor, one) for one in currencies}
    return {"closing": closing, "mixed_total": None}


def _state(world: World, kind: Any, currency: str | None = None) -> StatementInfo:
    return statements.create_statement(NewStatement(world.account, kind, FIRST, DAY, currency))


def _minor(world: World, amount: str) -> int:
    return parse_plain(amount, world.currency)
