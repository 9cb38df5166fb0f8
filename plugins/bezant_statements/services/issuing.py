"""Issuing statements: one page of accounts with a constant number of statements to the database."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bezant.sdk.db import bulk_insert, ids_in, session
from bezant.sdk.events import post_events
from bezant.sdk.jobs import enqueue
from bezant.sdk.services import audit_many, now, use_case
from bezant.sdk.values import Invalid, new_id
from bezant_accounts.contracts import AccountInfo, LegalEntityInfo
from bezant_accounts.services import get_account, load_accounts, load_legal_entities, take_numbers
from bezant_statements.contracts import BALANCE_FORWARD, OPEN_ITEM, STATEMENT, NewStatement, StatementInfo, StatementIssued
from bezant_statements.domain.composing import Draft, Section, compose
from bezant_statements.models import Statement, StatementLine
from bezant_statements.services.configuration import aging_edges
from bezant_statements.services.loading import load_statements, statement_info
from bezant_statements.services.printing import print_statement
from bezant_statements.services.sections import load_sections

KINDS = (BALANCE_FORWARD, OPEN_ITEM)
SERIES = "statement"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of every account of a page."""

    kind: str
    from_on: date
    to_on: date
    legal_entity_id: UUID | None = None
    skip_settled: bool = True
    run_id: UUID | None = None


@use_case("statements.statement.create")
def create_statement(new: NewStatement) -> StatementInfo:
    """States one account with its legal entity, in its currency or another. Raises ``Invalid`` or ``NotFound``; a job prints it."""
    check_terms(new.kind, new.from_on, new.to_on)
    account = get_account(new.account_id)
    wanted = (account.id, account.legal_entity_id, new.currency or account.currency)
    sections = {_key(section): section for section in load_sections([account.id], new.from_on, new.to_on)}
    section = sections.get(wanted) or Section(*wanted, 0, (), ())
    rows = _issue([section], {account.id: account}, Terms(new.kind, new.from_on, new.to_on))
    enqueue(print_statement, statement_id=str(rows[0]["id"]))
    return load_statements([rows[0]["id"]])[0]


def check_terms(kind: str, from_on: date, to_on: date) -> None:
    """Raises ``Invalid`` for a kind that there is not, and for days in the wrong order."""
    if kind not in KINDS:
        raise Invalid.field("kind", "not_a_kind", f"{kind!r} is no kind of statement; choose one of {', '.join(KINDS)}.")
    if from_on > to_on:
        raise Invalid.field("from_on", "after_end", f"The first day, {from_on}, is after the last, {to_on}; exchange them.")


def issue_page(account_ids: Collection[UUID], terms: Terms) -> list[StatementInfo]:
    """Statements of a page of accounts: one for each legal entity and currency that has something to state. Needs a unit of work."""
    accounts = load_accounts(account_ids)
    sections = [section for section in load_sections(account_ids, terms.from_on, terms.to_on) if _wanted(section, terms)]
    return [statement_info(row) for row in _issue(sections, accounts, terms)]


def _wanted(section: Section, terms: Terms) -> bool:
    if terms.legal_entity_id not in (None, section.legal_entity_id):
        return False
    return not (terms.skip_settled and section.is_settled)


def _issue(sections: Sequence[Section], accounts: Mapping[UUID, AccountInfo], terms: Terms) -> list[dict[str, Any]]:
    """Computes, numbers and writes the statements of these sections; gives their rows."""
    edges = aging_edges()
    ordered = sorted(sections, key=lambda section: (accounts[section.account_id].number, section.currency))
    drafts = [compose(section, terms.kind, terms.to_on, edges) for section in ordered]
    entities = load_legal_entities({section.legal_entity_id for section in sections})
    replaced = _previous(sections, terms)
    rows = [_row(draft, terms, entities[draft.section.legal_entity_id], replaced.get(_key(draft.section))) for draft in drafts]
    _number(rows)
    bulk_insert(Statement, rows)
    bulk_insert(StatementLine, [line for row, draft in zip(rows, drafts, strict=True) for line in _line_rows(row["id"], draft)])
    audit_many(
        "statements.statement.issued",
        STATEMENT,
        {row["id"]: {"number": row["number"], "account_id": str(row["account_id"])} for row in rows},
    )
    post_events([StatementIssued(row["id"], row["account_id"], row["legal_entity_id"]) for row in rows])
    return rows


def _row(draft: Draft, terms: Terms, entity: LegalEntityInfo, supersedes_id: UUID | None) -> dict[str, Any]:
    section, at = draft.section, now()
    return {
        "id": new_id(),
        "kind": draft.kind,
        "account_id": section.account_id,
        "legal_entity_id": section.legal_entity_id,
        "currency": section.currency,
        "from_on": terms.from_on if draft.kind == BALANCE_FORWARD else terms.to_on,
        "to_on": terms.to_on,
        "issued_on": at.astimezone(ZoneInfo(entity.timezone)).date(),
        "issued_at": at,
        "opening_minor": draft.opening_minor,
        "charges_minor": draft.charges_minor,
        "credits_minor": draft.credits_minor,
        "closing_minor": draft.closing_minor,
        "past_due_minor": draft.aging.past_due_minor,
        "credit_minor": draft.aging.credit_minor,
        "aging": [{"from": b.days_from, "to": b.days_to, "amount": b.amount_minor} for b in draft.aging.buckets],
        "run_id": terms.run_id,
        "supersedes_id": supersedes_id,
    }


def _number(rows: Iterable[dict[str, Any]]) -> None:
    """Takes the numbers, last of all: one series for each legal entity and year."""
    groups: dict[tuple[UUID, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["legal_entity_id"], row["issued_on"].year].append(row)
    for (entity_id, year), members in sorted(groups.items()):
        for row, number in zip(members, take_numbers(entity_id, SERIES, year, len(members)), strict=True):
            row["number"] = number


def _line_rows(statement_id: UUID, draft: Draft) -> Iterable[dict[str, Any]]:
    for line in draft.lines:
        yield {
            "statement_id": statement_id,
            "position": line.position,
            "day": line.day,
            "source_type": line.source.type,
            "source_id": line.source.id,
            "source_number": line.source.number,
            "word": line.word[:60],
            "description": line.description[:500],
            "amount_minor": line.amount_minor,
            "open_minor": line.open_minor,
            "due_on": line.due_on,
            "days_late": line.days_late,
            "balance_minor": line.balance_minor,
        }


def _previous(sections: Sequence[Section], terms: Terms) -> dict[tuple[UUID, UUID, str], UUID]:
    """The newest statement of the same kind and days for each section that has one: the new one supersedes it."""
    table = Statement.__table__.c
    statement = (
        select(table.account_id, table.legal_entity_id, table.currency, table.id)
        .where(ids_in(table.account_id, {section.account_id for section in sections}), table.kind == terms.kind, table.to_on == terms.to_on)
        .order_by(table.id)
    )
    if terms.kind == BALANCE_FORWARD:
        statement = statement.where(table.from_on == terms.from_on)
    return {(account, entity, currency): id for account, entity, currency, id in session.execute(statement)}


def _key(section: Section) -> tuple[UUID, UUID, str]:
    return section.account_id, section.legal_entity_id, section.currency
