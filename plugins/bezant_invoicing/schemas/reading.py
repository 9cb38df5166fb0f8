"""From loaded bodies and forms to the input values of the services."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bezant.sdk.values import parse_plain
from bezant_accounts import services as accounts
from bezant_invoicing.contracts import CreditLine, NewInvoice, NewLine, NewPendingCharge

Body = Mapping[str, Any]


def new_invoice(body: Body) -> NewInvoice:
    """``NewInvoiceSchema`` as the service takes it."""
    given = {name: value for name, value in body.items() if name not in ("account", "lines")}
    return NewInvoice(account_id=accounts.account_id_of(body["account"], "account"), lines=tuple(body["lines"]), **given)


def new_pending_charge(body: Body) -> NewPendingCharge:
    """``NewPendingChargeSchema`` as the service takes it."""
    line = NewLine(
        description=body["description"],
        quantity=Decimal(1) if body["quantity"] is None else body["quantity"],
        **{name: body[name] for name in ("unit_price", "tax_category", "charge_code", "service_from", "service_to")},
    )
    return NewPendingCharge(account_id=accounts.account_id_of(body["account"], "account"), line=line, currency=body["currency"])


def credit_line(body: Body, currency: str, field: str) -> CreditLine:
    """One line of ``NewCreditNoteSchema``; its amount is read in the invoice's currency. Raises ``Invalid`` at ``field``."""
    amount = parse_plain(f"{body['amount']:f}", currency, field)
    return CreditLine(amount_minor=amount, **{name: value for name, value in body.items() if name != "amount"})
