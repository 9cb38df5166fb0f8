"""REST: the chart of accounts, journal entries, balances, periods, the proof."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, idempotent, if_match, list_endpoint, requires, scoped
from bezant.sdk.db import Withheld
from bezant.sdk.values import NotFound
from bezant_accounts.services import account_id_of, load_accounts
from bezant_ledger import services
from bezant_ledger.contracts import BalanceInfo, EntryInfo, LedgerAccountInfo
from bezant_ledger.models import LedgerAccount, LedgerBalance, LedgerBook, LedgerEntry
from bezant_ledger.schemas import (
    BALANCE_LIST,
    ENTRY_LIST,
    LEDGER_ACCOUNT_LIST,
    POSTING_LIST,
    BalanceSchema,
    EntryBody,
    EntrySchema,
    LedgerAccountBody,
    LedgerAccountEdit,
    LedgerAccountSchema,
    PeriodBody,
    PeriodSchema,
    ReversalBody,
    TrialBalanceQuery,
    VerificationSchema,
)
from bezant_ledger.schemas.references import new_entry

ledger = ApiBlueprint(
    "ledger", __name__, scope=LedgerAccount, url_prefix="/ledger", description="Double entry: chart, journal, balances, periods."
)
list_endpoint(ledger, LEDGER_ACCOUNT_LIST, rule="/accounts")
list_endpoint(ledger, ENTRY_LIST, rule="/entries")
list_endpoint(ledger, POSTING_LIST, rule="/postings")
list_endpoint(ledger, BALANCE_LIST, rule="/balances")


@ledger.route("/accounts", methods=["POST"])
@requires("ledger.account.create")
@ledger.arguments(LedgerAccountBody)
@ledger.response(201, LedgerAccountSchema)
def create_ledger_account(body: dict[str, Any]) -> dict[str, Any]:
    """Add an account to the chart."""
    return _account(services.create_ledger_account(LedgerAccountInfo(**body)).code)


@ledger.route("/accounts/<string:code>")
@requires("ledger.account.view")
@ledger.response(200, LedgerAccountSchema)
def get_ledger_account(code: str) -> dict[str, Any]:
    """One account of the chart."""
    return _account(code)


@ledger.route("/accounts/<string:code>", methods=["PATCH"])
@requires("ledger.account.edit")
@ledger.arguments(LedgerAccountEdit)
@ledger.response(200, LedgerAccountSchema)
def edit_ledger_account(body: dict[str, Any], code: str) -> dict[str, Any]:
    """Rename or archive an account of the chart."""
    services.edit_ledger_account(code, **body, version=if_match())
    return _account(code)


@ledger.route("/entries", methods=["POST"])
@requires("ledger.entry.post")
@scoped(LedgerEntry)
@idempotent(required=True)
@ledger.arguments(EntryBody)
@ledger.response(201, EntrySchema)
def post_entry(body: dict[str, Any]) -> EntryInfo:
    """Post a journal entry by hand."""
    return services.post_manual(new_entry(body))


@ledger.route("/entries/<uuid:entry_id>")
@requires("ledger.entry.view")
@scoped(LedgerEntry)
@ledger.response(200, EntrySchema)
def get_entry(entry_id: UUID) -> EntryInfo:
    """One journal entry with its postings."""
    found = services.load_entries([entry_id]).get(entry_id)
    if found is None:
        raise NotFound(f"There is no journal entry {entry_id}.")
    return found


@ledger.route("/entries/<uuid:entry_id>/reverse", methods=["POST"])
@requires("ledger.entry.reverse")
@scoped(LedgerEntry)
@idempotent(required=True)
@ledger.arguments(ReversalBody)
@ledger.response(201, EntrySchema)
def reverse_entry(body: dict[str, Any], entry_id: UUID) -> EntryInfo:
    """Undo a journal entry by a new one."""
    return services.reverse(entry_id, body["date"])


@ledger.route("/trial-balance")
@requires("ledger.balance.view")
@scoped(LedgerBalance)
@ledger.arguments(TrialBalanceQuery, location="query")
@ledger.response(200, BalanceSchema(many=True))
def trial_balance(query: dict[str, Any]) -> list[BalanceInfo]:
    """Balances of all ledger accounts, now or at the end of any day, of all accounts or one."""
    owner = query.get("account_id")
    ids = None if owner is None else _known([account_id_of(owner, "")])
    return services.balances(query.get("as_of"), ids, legal_entity_id=query.get("legal_entity_id"))


@ledger.route("/periods", methods=["POST"])
@requires("ledger.period.close")
@scoped(LedgerBook)
@ledger.arguments(PeriodBody)
@ledger.response(200, PeriodSchema)
def set_period(body: dict[str, Any]) -> dict[str, Any]:
    """Close the books of a legal entity through the end of a month, or reopen them."""
    services.set_closed_through(body["legal_entity_id"], body["closed_through"])
    return body


@ledger.route("/verifications", methods=["POST"])
@requires("ledger.seal.verify")
@scoped(Withheld("the proof goes over everything"))
@ledger.response(202, VerificationSchema)
def verify() -> dict[str, Any]:
    """Prove the ledger in the background; the job's result says whether everything holds, or the first difference."""
    return {"job_id": services.start_verification()}


def _account(code: str) -> dict[str, Any]:
    found = services.get_ledger_account(code)
    return asdict(found[0]) | {"version": found[1]}


def _known(ids: list[UUID]) -> list[UUID]:
    return list(load_accounts(ids))
