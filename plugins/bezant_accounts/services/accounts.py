"""Creating, changing and archiving accounts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from bezant.sdk.db import bulk_insert, check_reach, find, ids_in, json_rows, session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, audit_many, now, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, Problem, calendars, new_id
from bezant_accounts.contracts import (
    AccountArchived,
    AccountChanged,
    AccountCreated,
    AccountInfo,
    AccountRestored,
    Address,
    LegalEntityInfo,
    NewAccount,
)
from bezant_accounts.domain.accounts import ACCOUNT_FIELDS, complete_account
from bezant_accounts.domain.fields import parse_all
from bezant_accounts.domain.tax_ids import parse_tax_ids
from bezant_accounts.domain.words import words
from bezant_accounts.models import Account, AccountWord
from bezant_accounts.services.editing import apply, check_version, columns
from bezant_accounts.services.legal_entities import default_legal_entity
from bezant_accounts.services.loading import account_info, forget_accounts, load_accounts, load_legal_entities
from bezant_accounts.services.numbers import take_numbers

_TYPE = "accounts.account"


@use_case("accounts.account.create")
def create_account(new: NewAccount) -> AccountInfo:
    """Creates one account; see :func:`create_accounts`."""
    return create_accounts([new])[0]


@use_case("accounts.account.create")
def create_accounts(new: Sequence[NewAccount]) -> list[AccountInfo]:
    """Creates accounts, all or none. What is left out comes from the legal entity; a number is taken where none is given.

    Raises ``Invalid`` with every problem (fields are prefixed with ``<index>.`` where there is more than one account), also for
    an external id or number that is taken.
    """
    entities = _entities_of(new)
    rows = _checked_rows(new, entities)
    _check_unique(rows)
    _set_payers(new, rows)
    _take_account_numbers(rows)
    bulk_insert(Account, rows)
    bulk_insert(AccountWord, [{"word": word, "account_id": row["id"]} for row in rows for word in words(row["name"])])
    audit_many("accounts.account.created", _TYPE, {row["id"]: {"legal_entity_id": str(row["legal_entity_id"])} for row in rows})
    post_events([AccountCreated(row["id"], row["legal_entity_id"]) for row in rows])
    return [account_info(row) for row in rows]


@use_case("accounts.account.edit")
def edit_account(id: UUID, changes: Mapping[str, Any], version: int | None = None) -> AccountInfo:
    """Changes some fields, named as in ``NewAccount``; ``address`` is an ``Address``, ``tax_ids`` are texts.

    The currency is fixed once something is posted. Raises ``Stale`` where ``version`` is given and is another by now.
    """
    account = _get(id)
    check_version(account, version)
    parsed = parse_all({k: v for k, v in changes.items() if k in ACCOUNT_FIELDS and k != "parent_pays"}, ACCOUNT_FIELDS)
    if "tax_ids" in changes:
        country = parsed["address"].country if "address" in parsed else account.country
        parsed["tax_ids"] = parse_tax_ids(changes["tax_ids"], country)
    _check_frozen(account, parsed)
    _check_unique([{"id": id, **parsed}])
    if "parent_id" in changes or "parent_pays" in changes:
        parsed |= _parent_columns(account, changes)
    changed = apply(account, _columns(parsed))
    if changed:
        _note_change(account, changed)
    return account_info(columns(account))


@use_case("accounts.account.archive")
def archive_account(id: UUID) -> None:
    """Archives an account: nothing new is billed to it, lists leave it out, its history stays."""
    account = _get(id)
    if not account.archived:
        account.archived = True
        forget_accounts()
        audit("accounts.account.archived", _TYPE, id)
        post_events([AccountArchived(id)])


@use_case("accounts.account.archive")
def restore_account(id: UUID) -> None:
    """Brings an archived account back."""
    account = _get(id)
    if account.archived:
        account.archived = False
        forget_accounts()
        audit("accounts.account.restored", _TYPE, id)
        post_events([AccountRestored(id)])


@use_case("accounts.currency.freeze")
def freeze_currency(account_ids: Collection[UUID]) -> None:
    """Fixes the currency of accounts for good, because something is posted to them. Already fixed ones are not touched."""
    check_reach(Account, account_ids, "account")
    table = Account.__table__
    unfixed = select(table.c.id).where(ids_in(table.c.id, account_ids), table.c.currency_frozen.is_(False))
    free = session.scalars(unfixed.order_by(table.c.id).with_for_update()).all()
    if free:
        fix = update(Account).where(ids_in(table.c.id, free)).values(currency_frozen=True)
        session.execute(fix, execution_options={"synchronize_session": False})
        forget_accounts()


def _entities_of(new: Sequence[NewAccount]) -> dict[UUID | None, LegalEntityInfo]:
    named = {account.legal_entity_id for account in new if account.legal_entity_id is not None}
    found: dict[UUID | None, LegalEntityInfo] = {}
    found.update(load_legal_entities(named).items())
    if any(account.legal_entity_id is None for account in new):
        found[None] = default_legal_entity()
    return found


def _checked_rows(new: Sequence[NewAccount], entities: Mapping[UUID | None, LegalEntityInfo]) -> list[dict[str, Any]]:
    rows, problems, at = [], list[Problem](), now()
    for index, account in enumerate(new):
        prefix = f"{index}." if len(new) > 1 else ""
        try:
            entity = _entity(account, entities)
            parsed = complete_account(account, entity)
        except Invalid as error:
            problems.extend(Problem(prefix + p.field, p.code, p.message) for p in error.problems)
            continue
        parsed.pop("parent_pays")
        rows.append(
            _columns(parsed)
            | {"id": account.id or new_id(), "legal_entity_id": entity.id, "parent_id": account.parent_id, "archived": False}
            | {"currency_frozen": False, "version": 1, "created_at": at, "updated_at": at}
        )
    if problems:
        raise Invalid(problems=problems)
    return rows


def _entity(account: NewAccount, entities: Mapping[UUID | None, LegalEntityInfo]) -> LegalEntityInfo:
    entity = entities.get(account.legal_entity_id)
    if entity is None or entity.archived:
        raise Invalid.field("legal_entity_id", "no_such_legal_entity", f"There is no active legal entity {account.legal_entity_id}.")
    return entity


def _check_unique(rows: Sequence[Mapping[str, Any]]) -> None:
    """External ids and numbers are unique, among the new ones and against those that there are."""
    problems: list[Problem] = []
    for column in ("external_id", "number"):
        owners: dict[str, UUID] = {}
        for index, row in enumerate(rows):
            value = row.get(column)
            if value is not None and owners.setdefault(value, row["id"]) != row["id"]:
                problems.append(_taken(column, value, index, rows))
        problems += [_taken(column, value, index, rows) for index, value in _clashes(column, owners, rows)]
    if problems:
        raise Invalid(problems=problems)


def _clashes(column: str, owners: Mapping[str, UUID], rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
    if not owners:
        return []
    table = Account.__table__.c
    wanted = json_rows([{"value": value} for value in owners], value="text")
    found = session.execute(select(table[column], table.id).where(table[column].in_(select(wanted.c.value)))).all()
    taken = {value for value, id in found if owners[value] != id}
    return [(index, row[column]) for index, row in enumerate(rows) if row.get(column) in taken]


def _taken(column: str, value: str, index: int, rows: Sequence[Mapping[str, Any]]) -> Problem:
    field = f"{index}.{column}" if len(rows) > 1 else column
    what = "external id" if column == "external_id" else "number"
    return Problem(field, "taken", f"There is already an account with the {what} {value!r}; use that one or choose another {what}.")


def _set_payers(new: Sequence[NewAccount], rows: Sequence[dict[str, Any]]) -> None:
    """Whose money pays: the account itself, or its parent, which must pay for itself."""
    payers = {row["id"]: row["id"] if not account.parent_pays else row["parent_id"] for account, row in zip(new, rows, strict=True)}
    known = {id: info.payer_id for id, info in load_accounts({r["parent_id"] for r in rows if r["parent_id"]}).items()} | payers
    for index, (account, row) in enumerate(zip(new, rows, strict=True)):
        field = f"{index}.parent_id" if len(rows) > 1 else "parent_id"
        _check_parent(field, row["id"], row["parent_id"], account.parent_pays, known)
        row["payer_id"] = payers[row["id"]]


def _check_parent(field: str, id: UUID, parent_id: UUID | None, parent_pays: bool, payers: Mapping[UUID, UUID | None]) -> None:
    if parent_pays and parent_id is None:
        raise Invalid.field(field, "required", "Say which parent pays.")
    if parent_id is None:
        return
    if parent_id == id or parent_id not in payers:
        raise Invalid.field(field, "no_such_account", "The parent must be another account that exists.")
    if parent_pays and payers[parent_id] != parent_id:
        raise Invalid.field(field, "parent_does_not_pay", "The parent is itself paid for by another account; name that one as the parent.")


def _parent_columns(account: Account, changes: Mapping[str, Any]) -> dict[str, Any]:
    parent_id = changes.get("parent_id", account.parent_id)
    pays = bool(changes.get("parent_pays", account.payer_id != account.id)) and parent_id is not None
    children = session.scalar(select(Account.id).where(Account.payer_id == account.id, Account.id != account.id).limit(1))
    if pays and children is not None:
        raise Conflict("This account pays for others, so no other account can pay for it.")
    payers = {id: info.payer_id for id, info in load_accounts({parent_id}).items()} if parent_id else {}
    _check_parent("parent_id", account.id, parent_id, pays, payers)
    return {"parent_id": parent_id, "payer_id": parent_id if pays else account.id}


def _take_account_numbers(rows: Sequence[dict[str, Any]]) -> None:
    by_entity: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        if row["number"] is None:
            by_entity.setdefault(row["legal_entity_id"], []).append(row)
    entities = load_legal_entities(by_entity)
    for entity_id in sorted(by_entity):
        group = by_entity[entity_id]
        year = calendars.local_day(now(), entities[entity_id].timezone).year
        for row, number in zip(group, take_numbers(entity_id, "account", year, len(group)), strict=True):
            row["number"] = number


def _check_frozen(account: Account, parsed: Mapping[str, Any]) -> None:
    if account.currency_frozen and parsed.get("currency", account.currency) != account.currency:
        message = "The currency is fixed since the first posted document; create another account for another currency."
        raise Invalid.field("currency", "frozen", message)
    if "number" in parsed and not parsed["number"]:
        raise Invalid.field("number", "required", "An account keeps a number.")


def _columns(parsed: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the table keeps them: the address in columns of its own, tax ids as JSON."""
    made = dict(parsed)
    address: Address | None = made.pop("address", None)
    if address is not None:
        made |= asdict(address)
    if "tax_ids" in made:
        made["tax_ids"] = [asdict(tax_id) for tax_id in made["tax_ids"]]
    return made


def _note_change(account: Account, changed: Sequence[str]) -> None:
    session.flush()
    forget_accounts()
    if "name" in changed:
        session.execute(delete(AccountWord).where(AccountWord.account_id == account.id))
        bulk_insert(AccountWord, [{"word": word, "account_id": account.id} for word in words(account.name)])
    audit("accounts.account.changed", _TYPE, account.id, {"fields": list(changed)})
    post_events([AccountChanged(account.id, ",".join(changed))])


def _get(id: UUID) -> Account:
    account = find(Account, id)
    if account is None:
        raise NotFound(f"There is no account {id}.")
    return account
