"""The PDF of a statement: rendered once, kept with its hash, the same bytes for ever after."""

import hashlib
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import bulk_insert, session, unit_of_work
from bezant.sdk.documents import Bucket, PayBy, StatementDocument, StatementLine, render_document
from bezant.sdk.jobs import job
from bezant.sdk.services import now, query
from bezant_accounts.contracts import AccountInfo, LegalEntityInfo
from bezant_accounts.services import buyer_of, get_account, get_legal_entity, paper_of, seller_of
from bezant_statements.contracts import OPEN_ITEM, StatementInfo, StatementLineInfo
from bezant_statements.models import StatementPdf
from bezant_statements.services.configuration import payment_page
from bezant_statements.services.loading import get_statement, statement_lines

_PDFS = StatementPdf.__table__


@query("statements.statement.view")
def statement_pdf(statement_id: UUID) -> bytes:
    """The statement as it was first printed; printed now where no job has done so yet. Raises ``NotFound``."""
    statement = get_statement(statement_id)
    kept = _kept(statement_id)
    if kept is not None:
        return kept
    content = _render(statement)
    with unit_of_work():
        if _kept(statement_id) is None:
            digest = hashlib.sha256(content).hexdigest()
            bulk_insert(StatementPdf, [{"statement_id": statement_id, "content": content, "sha256": digest, "rendered_at": now()}])
    return _kept(statement_id) or content


@job("statements.print_statement", title="Print a statement")
def print_statement(statement_id: str) -> dict[str, object]:
    """Prints a statement unless that was done already."""
    return {"bytes": len(statement_pdf(UUID(statement_id)))}


def document_of(
    statement: StatementInfo, lines: list[StatementLineInfo], account: AccountInfo, entity: LegalEntityInfo
) -> StatementDocument:
    """The statement as the document templates take it."""
    buyer = buyer_of(account, entity.country)
    pay = PayBy(amount_minor=statement.closing_minor, reference=f"{statement.number} {buyer.account}", link=payment_page(buyer.account))
    return StatementDocument(
        number=statement.number,
        issued_on=statement.issued_on,
        currency=statement.currency,
        seller=seller_of(entity),
        buyer=buyer,
        from_on=statement.from_on,
        to_on=statement.to_on,
        open_item=statement.kind == OPEN_ITEM,
        opening_minor=statement.opening_minor,
        charges_minor=statement.charges_minor,
        credits_minor=statement.credits_minor,
        closing_minor=statement.closing_minor,
        past_due_minor=statement.past_due_minor,
        credit_minor=statement.aging.credit_minor,
        aging=tuple(Bucket(days_from=b.days_from, days_to=b.days_to, amount_minor=b.amount_minor) for b in statement.aging.buckets),
        lines=tuple(_printed(line) for line in lines),
        pay=pay if statement.closing_minor > 0 else None,
    )


def _printed(line: StatementLineInfo) -> StatementLine:
    is_open_item = line.open_minor is not None
    return StatementLine(
        day=line.day,
        number=line.source.number,
        kind=line.word,
        balance_minor=line.balance_minor,
        charge_minor=line.amount_minor if is_open_item or line.amount_minor > 0 else None,
        credit_minor=-line.amount_minor if not is_open_item and line.amount_minor < 0 else None,
        open_minor=line.open_minor,
        due_on=line.due_on,
        days_late=line.days_late,
    )


def _render(statement: StatementInfo) -> bytes:
    account = get_account(statement.account_id)
    entity = get_legal_entity(statement.legal_entity_id)
    document = document_of(statement, statement_lines(statement.id), account, entity)
    return render_document("statement", document, locale=account.locale, paper=paper_of(entity))


def _kept(statement_id: UUID) -> bytes | None:
    return session.scalar(select(_PDFS.c.content).where(_PDFS.c.statement_id == statement_id))
