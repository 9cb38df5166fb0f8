"""Lists of accounts, legal entities, contacts and holds: pages, REST and exports."""

from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, FromClause, Select, case, or_, select

from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Step, View
from bezant.sdk.services import now
from bezant_accounts.domain.words import plain
from bezant_accounts.models import Account, AccountHold, AccountWord, Contact, LegalEntity

_ACCOUNTS, _ENTITIES, _CONTACTS, _HOLDS = Account.__table__, LegalEntity.__table__, Contact.__table__, AccountHold.__table__
_LAST = "\U0010ffff"
STATES = (Choice("active", "Active", "ok"), Choice("archived", "Archived", "idle", "sq"))


def _accounts() -> Select[Any]:
    return select().select_from(_ACCOUNTS.join(_ENTITIES, _ENTITIES.c.id == _ACCOUNTS.c.legal_entity_id))


def _of_accounts(table: FromClause) -> Select[Any]:
    return select().select_from(table.join(_ACCOUNTS, _ACCOUNTS.c.id == table.c.account_id))


def _in_force() -> ColumnElement[bool]:
    return _HOLDS.c.released_at.is_(None) & or_(_HOLDS.c.until.is_(None), _HOLDS.c.until > now())


def _has_word(text: str) -> ColumnElement[bool]:
    """Accounts whose name has a word that begins so."""
    word, words = plain(text), AccountWord.__table__.c
    return _ACCOUNTS.c.id.in_(select(words.account_id).where(words.word >= word, words.word < word + _LAST))


def _state(table: FromClause) -> ColumnElement[str]:
    return case((table.c.archived, "archived"), else_="active")


ACCOUNT_LIST = ListSpec(
    name="accounts",
    title="Accounts",
    permission="accounts.account.view",
    scope=Account,
    statement=_accounts,
    fields=(
        Field("id", "Id", _ACCOUNTS.c.id, "uuid", hidden=True),
        Field("name", "Name", _ACCOUNTS.c.name),
        Field("number", "Number", _ACCOUNTS.c.number, "code"),
        Field("external_id", "External id", _ACCOUNTS.c.external_id, "code"),
        Field("email", "E-mail", _ACCOUNTS.c.email),
        Field("status", "Status", _state(_ACCOUNTS), "status", choices=STATES),
        Field("currency", "Currency", _ACCOUNTS.c.currency, "code"),
        Field("country", "Country", _ACCOUNTS.c.country, "code", hidden=True),
        Field("city", "City", _ACCOUNTS.c.city, hidden=True),
        Field("legal_entity", "Legal entity", _ENTITIES.c.code, "code"),
        Field("legal_entity_id", "Legal entity id", _ACCOUNTS.c.legal_entity_id, "uuid", hidden=True),
        Field("timezone", "Time zone", _ACCOUNTS.c.timezone, "code", hidden=True),
        Field("locale", "Language", _ACCOUNTS.c.locale, "code", hidden=True),
        Field("payment_terms_days", "Terms, days", _ACCOUNTS.c.payment_terms_days, "integer", hidden=True),
        Field("bill_cycle_day", "Cycle day", _ACCOUNTS.c.bill_cycle_day, "integer", hidden=True),
        Field("parent_id", "Parent", _ACCOUNTS.c.parent_id, "uuid", hidden=True),
        Field("payer_id", "Payer", _ACCOUNTS.c.payer_id, "uuid", hidden=True),
        Field("tax_exempt", "Tax exempt", _ACCOUNTS.c.tax_exempt, "boolean", hidden=True),
        Field("created_at", "Since", _ACCOUNTS.c.created_at, "instant", hidden=True),
    ),
    default_sort="name",
    search=("number", "external_id", "name", "email", _has_word),
    search_hint="Name, number, external id, e-mail",
    views=(View("active", "Active", "status=active"), View("archived", "Archived", "status=archived")),
    record=lambda row: url_for("accounts.show", account_id=row["id"]),
    actions=(Step("New account", lambda: url_for("accounts.new"), "user-plus", "accounts.account.create"),),
    empty=EmptyState(
        "No accounts yet",
        "An account is who is billed: a customer with its currency, time zone and language.",
        Step("New account", lambda: url_for("accounts.new"), "user-plus", "accounts.account.create"),
        Step("Legal entities", lambda: url_for("accounts.legal_entities"), "building", "accounts.legal_entity.view"),
    ),
)

LEGAL_ENTITY_LIST = ListSpec(
    name="legal_entities",
    title="Legal entities",
    permission="accounts.legal_entity.view",
    scope=LegalEntity,
    statement=lambda: select().select_from(_ENTITIES),
    fields=(
        Field("id", "Id", _ENTITIES.c.id, "uuid", hidden=True),
        Field("code", "Code", _ENTITIES.c.code, "code"),
        Field("name", "Name", _ENTITIES.c.name),
        Field("status", "Status", _state(_ENTITIES), "status", choices=STATES),
        Field("currency", "Currency", _ENTITIES.c.currency, "code"),
        Field("country", "Country", _ENTITIES.c.country, "code"),
        Field("timezone", "Time zone", _ENTITIES.c.timezone, "code"),
        Field("is_default", "Default", _ENTITIES.c.is_default, "boolean"),
    ),
    default_sort="code",
    search=("code", "name"),
    search_hint="Code, name",
    record=lambda row: url_for("accounts.legal_entity", legal_entity_id=row["id"]),
    actions=(Step("New legal entity", lambda: url_for("accounts.new_legal_entity"), "plus", "accounts.legal_entity.create"),),
    empty=EmptyState(
        "No legal entity yet",
        "A legal entity issues the documents: its name, address, tax ids and number series stand on them.",
        Step("Set one up", lambda: url_for("accounts.new_legal_entity"), "plus", "accounts.legal_entity.create"),
    ),
)

CONTACT_LIST = ListSpec(
    name="contacts",
    title="Contacts",
    permission="accounts.account.view",
    scope=Contact,
    statement=lambda: _of_accounts(_CONTACTS),
    fields=(
        Field("id", "Id", _CONTACTS.c.id, "uuid", hidden=True),
        Field("name", "Name", _CONTACTS.c.name),
        Field("account", "Account", _ACCOUNTS.c.name),
        Field("account_id", "Account id", _CONTACTS.c.account_id, "uuid", hidden=True),
        Field("email", "E-mail", _CONTACTS.c.email),
        Field("phone", "Phone", _CONTACTS.c.phone),
        Field("roles", "Roles", _CONTACTS.c.roles, "tags", sortable=False, filterable=False),
        Field("status", "Status", _state(_CONTACTS), "status", choices=STATES),
    ),
    default_sort="name",
    search=("name", "email"),
    record=lambda row: url_for("accounts.show", account_id=row["account_id"]),
)

HOLD_LIST = ListSpec(
    name="holds",
    title="Holds",
    permission="accounts.account.view",
    scope=AccountHold,
    statement=lambda: _of_accounts(_HOLDS).add_columns(_in_force().label("in_force")),
    fields=(
        Field("id", "Id", _HOLDS.c.id, "uuid", hidden=True),
        Field("reason", "Reason", _HOLDS.c.reason),
        Field("account", "Account", _ACCOUNTS.c.name, link=lambda row: url_for("accounts.show", account_id=row["account_id"])),
        Field("account_id", "Account id", _HOLDS.c.account_id, "uuid", hidden=True),
        Field("stops", "Stops", _HOLDS.c.stops, "tags", sortable=False, filterable=False),
        Field("currency", "Currency", _HOLDS.c.currency, "code", hidden=True),
        Field("amount", "Amount", _HOLDS.c.amount_minor, "money"),
        Field("source_number", "Because of", _HOLDS.c.source_number, "code"),
        Field("placed_at", "Placed", _HOLDS.c.placed_at, "instant"),
        Field("until", "Until", _HOLDS.c.until, "instant"),
        Field("released_at", "Released", _HOLDS.c.released_at, "instant", hidden=True),
        Field("in_force", "In force", kind="boolean", hidden=True),
    ),
    default_sort="-placed_at",
    search=("reason",),
    views=(View("in_force", "In force", "in_force=true"),),
    record=lambda row: url_for("accounts.show", account_id=row["account_id"]),
    empty=EmptyState("Nothing is held", "A dispute, an open ticket or a promise to pay holds back reminders and collection."),
)
