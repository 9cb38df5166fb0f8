"""Sample documents, for the preview of a theme and for tests: a port bills an airline in 2013, a German port shows the other locale."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from bezant.documents import (
    Amount,
    BankDetails,
    Bucket,
    Buyer,
    CreditNoteDocument,
    Document,
    InvoiceDocument,
    Line,
    PayBy,
    ReminderDocument,
    ReminderLine,
    Seller,
    StatementDocument,
    StatementLine,
    TaxId,
    TaxTotal,
    Totals,
    running_sums,
)

PORT = Seller(
    name="Port of New York (demo)",
    address=("4 Ferry Plaza", "New York, NY 10004"),
    country="US",
    tagline="Gate leases and airport usage",
    email="billing@port.example",
    phone="+1 212 555 0142",
    tax_ids=(TaxId("Tax ID", "00-0000000"), TaxId("NY sales tax", "0000000-0")),
    bank=BankDetails(name="Demo Harbor Bank", routing="ABA 000000000", account="000 123 4567", bic="DEMOUS00XXX"),
)
HAWAIIAN = Buyer(
    name="Hawaiian Airlines",
    address=("Hawaiian Airlines, Inc. (HA)", "Accounts Payable", "P.O. Box 30008", "Honolulu, HI 96820"),
    account="HA",
)
HAFEN = Seller(
    name="Hafen Musterstadt (Demo) GmbH",
    address=("Kaistraße 4", "20457 Hamburg"),
    country="DE",
    tagline="Standplätze und Flughafennutzung",
    email="rechnung@hafen.example",
    registration="Amtsgericht Hamburg HRB 000000",
    tax_ids=(TaxId("USt-IdNr.", "DE000000000"),),
    bank=BankDetails(name="Demobank", iban="DE02120300000000202051", bic="BYLADEM1001"),
)
MUSTER = Buyer(
    name="Muster Luftverkehr GmbH",
    address=("Muster Luftverkehr GmbH", "Buchhaltung", "Flughafenstraße 1", "22335 Hamburg"),
    account="10042",
)
NY_TAX = Decimal("8.875")


JANUARY, FEBRUARY = (date(2013, 1, 1), date(2013, 2, 1)), (date(2013, 2, 1), date(2013, 3, 1))
Span = tuple[date, date]


def line(text: str, cents: int, quantity: str, price: str, tax: tuple[Decimal, ...] = (), note: str = "", span: Span | None = None) -> Line:
    """A line with its figures; the sum so far is filled in by :func:`summed`."""
    start, end = span or (None, None)
    return Line(
        text=text,
        amount_minor=cents,
        running_minor=0,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        tax_percent=tax,
        note=note,
        service_from=start,
        service_to=end,
    )


def summed(*lines: Line) -> tuple[Line, ...]:
    """The lines with their sums so far."""
    sums = running_sums([entry.amount_minor for entry in lines])
    return tuple(replace(entry, running_minor=total) for entry, total in zip(lines, sums, strict=True))


def invoice() -> InvoiceDocument:
    """An invoice in USD with a discount, two rates of tax and a page to pay on."""
    return InvoiceDocument(
        number="INV-2013-0017",
        issued_on=date(2013, 2, 1),
        due_on=date(2013, 3, 3),
        currency="USD",
        seller=PORT,
        buyer=HAWAIIAN,
        subject="Lease for February and airport usage in January 2013",
        purchase_order="PO 45-1182",
        lines=summed(
            line("Gate lease, Terminal B, gate 21", 250_000, "1", "2500.00", (NY_TAX,), span=FEBRUARY),
            line("Departures", 294_500, "31", "95.00", span=JANUARY),
            line("Seats departed", 1_869_920, "11687", "1.60", note="31 departures of 377 seats", span=JANUARY),
            line("Aircraft based", 36_000, "9", "40.00", note="Distinct tail numbers", span=JANUARY),
        ),
        taxes=(
            TaxTotal(label="NY sales tax", percent=NY_TAX, net_minor=225_000, tax_minor=19_969),
            TaxTotal(label="Exempt", percent=Decimal(0), net_minor=1_980_378, tax_minor=0),
        ),
        totals=Totals(
            subtotal_minor=2_450_420,
            discounts=(Amount("Volume discount, 10 %", -245_042),),
            net_minor=2_205_378,
            tax_minor=19_969,
            total_minor=2_225_347,
            due_minor=2_225_347,
        ),
        notes="Late payments bear 1 % a month from the day after the due date.",
        pay=PayBy(
            amount_minor=2_225_347, reference="INV-2013-0017", due_on=date(2013, 3, 3), link="https://pay.port.example/i/INV-2013-0017"
        ),
    )


def long_invoice(lines: int = 62) -> InvoiceDocument:
    """An invoice of several pages."""
    days = (date(2013, 1, 1) + timedelta(days=n // 2) for n in range(lines))
    entries = (
        line(
            f"Departure HA {51 + n % 2 * 2}, JFK to HNL",
            60_320,
            "377",
            "1.60",
            note=f"tail N{380 + n % 9}HA",
            span=(day, day + timedelta(days=1)),
        )
        for n, day in enumerate(days)
    )
    return replace(invoice(), lines=summed(*entries))


def german_invoice() -> InvoiceDocument:
    """An invoice in EUR, paid by SEPA transfer."""
    nineteen, seven = (Decimal(19),), (Decimal(7),)
    return InvoiceDocument(
        number="RE-2013-0017",
        issued_on=date(2013, 2, 1),
        due_on=date(2013, 3, 3),
        currency="EUR",
        seller=HAFEN,
        buyer=MUSTER,
        subject="Miete Februar und Nutzung Januar 2013",
        purchase_order="45-1182",
        lines=summed(
            line("Standplatzmiete, Terminal B, Position 21", 250_000, "1", "2500.00", nineteen, span=FEBRUARY),
            line("Abflüge", 294_500, "31", "95.00", nineteen, span=JANUARY),
            line("Abgeflogene Sitzplätze", 1_869_920, "11687", "1.60", nineteen, note="31 Abflüge mit je 377 Sitzen", span=JANUARY),
            line("Passagierbroschüren", 36_000, "600", "0.60", seven, note="Lieferung vom 14. Januar 2013"),
        ),
        taxes=(
            TaxTotal(label="Umsatzsteuer", percent=Decimal(19), net_minor=2_172_978, tax_minor=412_866),
            TaxTotal(label="Umsatzsteuer", percent=Decimal(7), net_minor=32_400, tax_minor=2_268),
        ),
        totals=Totals(
            subtotal_minor=2_450_420,
            discounts=(Amount("Mengenrabatt 10 %", -245_042),),
            net_minor=2_205_378,
            tax_minor=415_134,
            total_minor=2_620_512,
            due_minor=2_620_512,
        ),
        pay=PayBy(amount_minor=2_620_512, reference="RE-2013-0017", due_on=date(2013, 3, 3)),
    )


def credit_note() -> CreditNoteDocument:
    """A credit note that corrects two lines."""
    return CreditNoteDocument(
        number="CN-2013-0003",
        issued_on=date(2013, 3, 1),
        currency="USD",
        seller=PORT,
        buyer=HAWAIIAN,
        invoice_number="INV-2013-0017",
        invoice_issued_on=date(2013, 2, 1),
        reason="The aircraft of 9 January was an A321, and gate 21 was closed for two days. We credit the difference.",
        lines=summed(
            line("Seats departed, correction", -13_280, "-83", "1.60", note="Flight HA 51 of 9 January 2013: 294 seats, not 377"),
            line("Gate lease, gate 21 closed", -17_857, "-2", "89.2857", (NY_TAX,), note="18 and 19 February 2013, 2 of 28 days"),
        ),
        taxes=(
            TaxTotal(label="NY sales tax", percent=NY_TAX, net_minor=-16_071, tax_minor=-1_426),
            TaxTotal(label="Exempt", percent=Decimal(0), net_minor=-11_952, tax_minor=0),
        ),
        totals=Totals(
            subtotal_minor=-31_137,
            discounts=(Amount("Volume discount, 10 %", 3_114),),
            net_minor=-28_023,
            tax_minor=-1_426,
            total_minor=-29_449,
            due_minor=-29_449,
        ),
        uses=(Amount("Set against invoice INV-2013-0017", -29_449, date(2013, 3, 1)),),
        notes="No payment is needed. Please correct the input tax of the invoice accordingly.",
    )


def aging(*cents: int) -> tuple[Bucket, ...]:
    """The five usual buckets with these amounts."""
    edges = ((None, 0), (1, 30), (31, 60), (61, 90), (91, None))
    return tuple(Bucket(days_from=low, days_to=high, amount_minor=amount) for (low, high), amount in zip(edges, cents, strict=True))


def statement(months: int = 13) -> StatementDocument:
    """Thirteen invoices; all but the last two are paid a month later."""
    movements: list[tuple[date, str, str, int]] = []
    for n in range(months):
        issued = date(2013 + n // 12, n % 12 + 1, 1)
        movements.append((issued, f"INV-{issued.year}-{17 + 13 * n:04d}", "Invoice", 2_225_347))
        if n < months - 2:
            movements.append((issued + timedelta(days=29), f"PAY-2013-{14 + 13 * n:04d}", "Payment", -2_225_347))
    movements.sort(key=lambda movement: movement[0])
    balances = [489_938 + total for total in running_sums([cents for *_, cents in movements])]
    lines = tuple(
        StatementLine(
            day=day,
            number=number,
            kind=kind,
            charge_minor=max(cents, 0) or None,
            credit_minor=max(-cents, 0) or None,
            balance_minor=balance,
        )
        for (day, number, kind, cents), balance in zip(movements, balances, strict=True)
    )
    return StatementDocument(
        number="ST-2014-0001",
        issued_on=date(2014, 1, 2),
        from_on=date(2013, 1, 1),
        to_on=date(2014, 1, 1),
        currency="USD",
        seller=PORT,
        buyer=HAWAIIAN,
        lines=lines,
        opening_minor=489_938,
        charges_minor=2_225_347 * months,
        credits_minor=-2_225_347 * (months - 2),
        closing_minor=balances[-1],
        past_due_minor=2_715_285,
        aging=aging(2_225_347, 2_225_347, 0, 0, 489_938),
        pay=PayBy(amount_minor=balances[-1], reference="ST-2014-0001", link="https://pay.port.example/a/HA"),
    )


def open_item_statement() -> StatementDocument:
    """A statement of what is open: part of an invoice, and a credit."""
    lines = (
        StatementLine(
            day=date(2013, 2, 1),
            number="INV-2013-0017",
            kind="Invoice",
            due_on=date(2013, 3, 3),
            days_late=12,
            charge_minor=10_000,
            open_minor=6_000,
            balance_minor=6_000,
        ),
        StatementLine(
            day=date(2013, 3, 1), number="CN-2013-0003", kind="Credit note", charge_minor=-10_000, open_minor=-10_000, balance_minor=-4_000
        ),
    )
    return replace(
        statement(),
        open_item=True,
        lines=lines,
        to_on=date(2013, 3, 15),
        opening_minor=0,
        charges_minor=0,
        credits_minor=0,
        closing_minor=-4_000,
        past_due_minor=6_000,
        credit_minor=-10_000,
        aging=aging(0, 6_000, 0, 0, 0),
        pay=None,
    )


def reminder() -> ReminderDocument:
    """A second reminder."""
    return ReminderDocument(
        number="REM-2014-0006",
        issued_on=date(2014, 1, 15),
        due_on=date(2014, 1, 29),
        currency="USD",
        seller=PORT,
        buyer=HAWAIIAN,
        subject="Second reminder, account HA",
        total_minor=1_856_766,
        opening=("Dear Hawaiian Airlines Accounts Payable,", "we have not yet received the amounts below."),
        lines=(
            ReminderLine(number="FEE-2013-0002", issued_on=date(2013, 11, 1), due_on=date(2013, 12, 1), days_late=45, amount_minor=8_447),
            ReminderLine(
                number="INV-2013-0147", issued_on=date(2013, 12, 1), due_on=date(2013, 12, 31), days_late=15, amount_minor=1_848_319
            ),
        ),
        closing=("Please pay by 29 January 2014.", "Yours sincerely,\nPort of New York (demo), Accounts Receivable"),
        pay=PayBy(amount_minor=1_856_766, reference="REM-2014-0006", due_on=date(2014, 1, 29), link="https://pay.port.example/a/HA"),
    )


SAMPLES: dict[str, Callable[[], Document]] = {
    "invoice": invoice,
    "credit_note": credit_note,
    "statement": statement,
    "reminder": reminder,
}
"""One sample of every kind of document that the core knows."""
