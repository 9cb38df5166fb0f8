"""What can be asked of tax rates."""

from collections.abc import Hashable, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, query, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, Problem, Stale, new_id
from bezant_accounts.contracts import AccountInfo
from bezant_accounts.services import get_account, get_legal_entity, load_accounts, load_legal_entities
from bezant_invoicing.contracts import DraftInvoice, TaxQuote, TaxRate
from bezant_tax_rates.contracts import Buyer, NewRate, Rate, RateCreated, RateEnded
from bezant_tax_rates.domain import check_rate, choose_rates
from bezant_tax_rates.models import RateRow


@use_case("tax_rates.rate.create")
def create_rate(new: NewRate) -> Rate:
    """A new rate. Raises ``Invalid`` naming what is wrong and ``Conflict`` for a code that is taken."""
    problems = check_rate(new)
    if problems:
        raise Invalid(problems=problems)
    if session.scalars(select(RateRow.id).where(RateRow.code == new.code)).first() is not None:
        text = f"There is a rate {new.code} already; choose another code."
        raise Conflict(text, code="code_taken", problems=[Problem("code", "code_taken", text)])
    row = RateRow(id=new_id(), **asdict(new))
    session.add(row)
    session.flush()
    audit("tax_rates.rate.created", "tax_rates.rate", row.id, {"code": new.code, "percent": str(new.percent)})
    post_events([RateCreated(row.id, new.code)])
    return rate_of(row)


@use_case("tax_rates.rate.edit")
def edit_rate(
    rate_id: UUID,
    *,
    label: str | None = None,
    reason: str | None = None,
    valid_to: date | None = None,
    expected_version: int | None = None,
) -> Rate:
    """Rewords a rate, or ends it before ``valid_to``. What it takes stays: end it and create another.

    Raises ``NotFound``, ``Stale``, and ``Invalid`` where it would end before it begins.
    """
    row = _get(rate_id)
    if expected_version is not None and row.version != expected_version:
        raise Stale("Somebody changed this rate meanwhile; read it again and repeat your change.")
    if valid_to is not None and row.valid_from is not None and valid_to <= row.valid_from:
        raise Invalid.field("valid_to", "not_after_start", f"The rate begins on {row.valid_from}: end it later.")
    changes = {"label": label, "reason": reason, "valid_to": valid_to}
    for name, value in changes.items():
        setattr(row, name, getattr(row, name) if value is None else value)
    session.flush()
    audit("tax_rates.rate.edited", "tax_rates.rate", row.id, {name: str(value) for name, value in changes.items() if value is not None})
    post_events([RateEnded(row.id, row.code, valid_to)] if valid_to else [])
    return rate_of(row)


@query("tax_rates.rate.view")
def get_rate(key: UUID | str) -> Rate:
    """The rate with that id or code. Raises ``NotFound``."""
    return rate_of(_get(key))


@query("tax_rates.rate.view")
def load_rates() -> tuple[Rate, ...]:
    """All rates, ended ones included, by code."""
    return _all_rates()


@query("tax_rates.rate.view")
def rates_for(account_id: UUID, tax_category: str, on: date) -> tuple[TaxRate, ...]:
    """The rates that a line of a category would carry on an account's invoice. Raises ``NotFound``."""
    account = get_account(account_id)
    entity = get_legal_entity(account.legal_entity_id)
    return choose_rates(_all_rates(), tax_category, buyer_of(account), entity.country, on)


def quote_taxes(drafts: Sequence[DraftInvoice]) -> list[TaxQuote]:
    """The rates of each line of a page of invoices: invoicing's hook. Three queries, however many invoices.

    Runs under the permissions of whoever issues. Lines without any rate are left to other providers (``None``).
    """
    rates = _all_rates()
    if not rates:
        return []
    accounts = load_accounts({draft.account_id for draft in drafts})
    entities = load_legal_entities({draft.legal_entity_id for draft in drafts})
    known: dict[tuple[Hashable, ...], Any] = {}
    return [_quote(draft, rates, buyer_of(accounts[draft.account_id]), entities[draft.legal_entity_id].country, known) for draft in drafts]


def buyer_of(account: AccountInfo) -> Buyer:
    """What taxation needs to know of an account."""
    vat_country = next((one.country for one in account.tax_ids if one.kind == "eu_vat"), "")
    return Buyer(account.country, account.region, account.tax_exempt, vat_country)


def rate_of(row: RateRow) -> Rate:
    """A rate as a value."""
    return Rate(**{one.name: getattr(row, one.name) for one in fields(Rate)})


def _quote(
    draft: DraftInvoice, rates: Sequence[Rate], buyer: Buyer, seller_country: str, known: dict[tuple[Hashable, ...], Any]
) -> TaxQuote:
    """A draft's rates; what is asked for again (a line's, or all of a draft that is like another) is in ``known``."""
    whole = (id(draft.pattern), buyer, seller_country)
    if draft.pattern is None or whole not in known:
        known[whole] = tuple([_quote_line(draft, line.tax_category, rates, buyer, seller_country, known) for line in draft.lines])
    return TaxQuote(draft.id, known[whole])


def _quote_line(
    draft: DraftInvoice, category: str, rates: Sequence[Rate], buyer: Buyer, seller_country: str, known: dict[tuple[Hashable, ...], Any]
) -> tuple[TaxRate, ...] | None:
    key = (buyer, seller_country, draft.issued_on, category)
    if key not in known:
        known[key] = choose_rates(rates, category, buyer, seller_country, draft.issued_on) or None
    found: tuple[TaxRate, ...] | None = known[key]
    return found


def _all_rates() -> tuple[Rate, ...]:
    return tuple(rate_of(row) for row in session.scalars(select(RateRow).order_by(RateRow.code)))


def _get(key: UUID | str) -> RateRow:
    row = session.scalars(select(RateRow).where(RateRow.id == key if isinstance(key, UUID) else RateRow.code == key)).one_or_none()
    if row is None:
        raise NotFound(f"There is no tax rate {key}.")
    return row


__all__: Sequence[str] = ("buyer_of", "create_rate", "edit_rate", "get_rate", "load_rates", "quote_taxes", "rate_of", "rates_for")
