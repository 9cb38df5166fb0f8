"""Drafts of a page priced: pending charges added, discounts, tax and ledger accounts asked for, totals computed. Writes nothing."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bezant.sdk.hooks import each
from bezant.sdk.values import Invalid, NotFound, PluginError, Problem
from bezant_accounts import services as accounts
from bezant_accounts.contracts import AccountInfo, LegalEntityInfo
from bezant_invoicing.contracts import (
    DraftInvoice,
    IssuedInvoice,
    LineAccounts,
    bezant_choose_credit_accounts,
    bezant_discount_invoices,
    bezant_quote_taxes,
)
from bezant_invoicing.domain.discounts import Offered, take_discounts
from bezant_invoicing.domain.drafts import draft_problems
from bezant_invoicing.domain.invoices import compute_invoice, due_day, invoice_alike
from bezant_invoicing.domain.taxes import Rates


@dataclass(frozen=True, slots=True)
class Parties:
    """The accounts and legal entities of a page, by id."""

    accounts: Mapping[UUID, AccountInfo]
    entities: Mapping[UUID, LegalEntityInfo]


def load_parties(account_ids: Collection[UUID], entity_ids: Collection[UUID]) -> Parties:
    """Accounts and legal entities of a page. Raises ``NotFound`` where one is unknown."""
    found = Parties(accounts.load_accounts(account_ids), accounts.load_legal_entities(entity_ids))
    for kind, wanted, known in (("account", account_ids, found.accounts), ("legal entity", entity_ids, found.entities)):
        missing = set(wanted) - known.keys()
        if missing:
            raise NotFound(f"There is no {kind} {min(missing)}.")
    return found


def price_drafts(drafts: Sequence[DraftInvoice], parties: Parties) -> list[IssuedInvoice]:
    """The invoices that drafts would become, in their order, without numbers.

    Raises ``Invalid`` for a draft that cannot be issued and ``PluginError`` where a plugin's answer does not fit.
    """
    if not drafts:
        return []
    _check(drafts)
    offers, rates, chosen = _offers(drafts), _rates(drafts), _accounts(drafts)
    known: dict[Hashable, IssuedInvoice] = {}
    priced = []
    for draft in drafts:
        account = parties.accounts[draft.account_id]
        of_lines = rates.get(draft.id, ())
        due_on = draft.due_on or due_day(draft.issued_on, account.payment_terms_days)
        key = None if draft.pattern is None or chosen or draft.id in offers else (id(draft.pattern), due_on, id(of_lines))
        pattern = known.get(key)
        if pattern is not None:
            priced.append(invoice_alike(pattern, draft, account.payer_id))
            continue
        taken = take_discounts(draft, offers[draft.id]) if draft.id in offers else ()
        invoice = compute_invoice(draft, payer_id=account.payer_id, due_on=due_on, discounts=taken, rates=of_lines, accounts=chosen)
        if key is not None:
            known[key] = invoice
        priced.append(invoice)
    return priced


def _check(drafts: Sequence[DraftInvoice]) -> None:
    if not any(draft_problems(one) for one in _each_kind(drafts)):
        return
    problems = [(draft, problem) for draft in drafts for problem in draft_problems(draft)]
    alone = len(drafts) == 1
    raise Invalid(problems=[problem if alone else _named(draft, problem) for draft, problem in problems])


def _each_kind(drafts: Sequence[DraftInvoice]) -> Collection[DraftInvoice]:
    """The drafts, of those that are alike only one."""
    return {id(draft.pattern or draft): draft for draft in drafts}.values()


def _named(draft: DraftInvoice, problem: Problem) -> Problem:
    return replace(problem, field=f"{draft.id}.{problem.field}", message=f"Invoice for account {draft.account_id}: {problem.message}")


def _offers(drafts: Sequence[DraftInvoice]) -> dict[UUID, list[Offered]]:
    offers: dict[UUID, list[Offered]] = defaultdict(list)
    for answer in each(bezant_discount_invoices, drafts):
        for quote in answer.value:
            offers[quote.invoice_id] += [Offered(answer.plugin, discount) for discount in quote.discounts]
    return offers


def _rates(drafts: Sequence[DraftInvoice]) -> dict[UUID, tuple[Rates, ...]]:
    """Rates per invoice and line: each line takes the first answer."""
    counts = {draft.id: len(draft.lines) for draft in drafts}
    found: dict[UUID, tuple[Rates | None, ...]] = {}
    for answer in each(bezant_quote_taxes, drafts):
        for quote in answer.value:
            if len(quote.rates) != counts.get(quote.invoice_id):
                raise PluginError(answer.plugin, f"the tax quote for invoice {quote.invoice_id} must name rates for each of its lines")
            before = found.get(quote.invoice_id)
            found[quote.invoice_id] = quote.rates if before is None else _first_of(before, quote.rates)
    whole: dict[int, tuple[Rates, ...]] = {id(rates): tuple(line or () for line in rates) for rates in found.values()}
    return {invoice_id: whole[id(rates)] for invoice_id, rates in found.items()}


def _first_of(before: Sequence[Rates | None], after: Sequence[Rates | None]) -> tuple[Rates | None, ...]:
    return tuple(new if old is None else old for old, new in zip(before, after, strict=True))


def _accounts(drafts: Sequence[DraftInvoice]) -> dict[UUID, LineAccounts]:
    """Ledger accounts by line: the first plugin that names them wins."""
    chosen: dict[UUID, LineAccounts] = {}
    for answer in each(bezant_choose_credit_accounts, drafts):
        chosen = {**answer.value, **chosen}
    return chosen
