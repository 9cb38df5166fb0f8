"""Hooks of invoicing: who may lower, tax, account for and record what is issued."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bezant.sdk.values import hookspec
from bezant_invoicing.contracts.drafts import DraftInvoice
from bezant_invoicing.contracts.issued import IssuedPage, VoidedInvoice
from bezant_invoicing.contracts.quotes import DiscountQuote, LineAccounts, TaxQuote


@hookspec(on_error="raise")
def bezant_discount_invoices(drafts: Sequence[DraftInvoice]) -> Sequence[DiscountQuote]:
    """Discounts on a page of invoices that are being computed; called by ``issue_page``, for previews too, so it writes nothing.

    Inside the transaction (previews: a read-only one). Discounts of all plugins are taken by (``order``, plugin), each capped at what
    the earlier ones left of a line; lines that are not ``discountable`` take none. Invoices without a quote have no discount. An
    exception stops the page, naming the plugin.
    """
    raise AssertionError


@hookspec(on_error="raise")
def bezant_quote_taxes(drafts: Sequence[DraftInvoice]) -> Sequence[TaxQuote]:
    """Rates for each line of a page of invoices; called by ``issue_page`` after discounts, for previews too, so it writes nothing.

    The provider chooses rates, invoicing computes: per rate on the sum, rounded once, shared over lines. Each line takes the answer
    of the first plugin that has one; without any it is untaxed. An exception stops the page, naming the plugin.
    """
    raise AssertionError


@hookspec(on_error="raise")
def bezant_choose_credit_accounts(drafts: Sequence[DraftInvoice]) -> Mapping[UUID, LineAccounts]:
    """Ledger accounts for lines, by line id; called by ``issue_page`` before posting. The first plugin that names a line's accounts wins.

    Lines that nobody names are credited to ``revenue``, their discounts debited to ``discounts``.
    """
    raise AssertionError


@hookspec(on_error="raise")
def bezant_record_issued(page: IssuedPage) -> None:
    """The documents of a page were written and posted; called inside the transaction, so that coverage is recorded with them or not at all.

    Not called for previews and drafts. An exception undoes the page, naming the plugin.
    """
    raise AssertionError


@hookspec(on_error="raise")
def bezant_record_voided(invoices: Sequence[VoidedInvoice]) -> None:
    """Invoices were voided; called inside the transaction: what they covered is to be billed again. An exception undoes the void."""
    raise AssertionError
