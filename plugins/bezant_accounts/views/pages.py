"""The list of accounts, an account's page, and the forms to create and change one."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from bezant.sdk.web import Answer, Section, local_target, render_form, render_list, requires, say
from bezant_accounts import services
from bezant_accounts.contracts import AccountInfo, NewAccount
from bezant_accounts.schemas import ACCOUNT_LIST, AccountBody, AccountEdit
from bezant_accounts.schemas.references import with_parent
from bezant_accounts.views.blueprint import blueprint
from bezant_accounts.views.record import account_record

_SECTIONS = (
    Section("Who", ("name", "external_id", "number", "email", "legal_entity_id")),
    Section("Where", ("address", "tax_ids", "tax_exempt")),
    Section("Billing", ("currency", "timezone", "locale", "payment_terms_days", "bill_cycle_day", "invoice_as_draft")),
    Section("Group", ("parent_id", "parent_pays")),
)


@blueprint.get("/accounts/")
@requires("accounts.account.view")
def index() -> Answer:
    """All accounts."""
    return render_list(ACCOUNT_LIST)


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@requires("accounts.account.create")
def new() -> Answer:
    """A new account."""

    def save(data: dict[str, Any]) -> str:
        created = services.create_account(NewAccount(**with_parent(data)))
        return url_for("accounts.show", account_id=created.id)

    back = url_for("accounts.index")
    return render_form(
        AccountBody(), title="New account", noun="account", save=save, cancel=back, sections=_SECTIONS, done="The account was created."
    )


@blueprint.get("/accounts/<uuid:account_id>")
@requires("accounts.account.view")
def show(account_id: UUID) -> str:
    """One account with everything that plugins know of it."""
    return account_record(services.get_account(account_id))


@blueprint.route("/accounts/<uuid:account_id>/edit", methods=["GET", "POST"])
@requires("accounts.account.edit")
def edit(account_id: UUID) -> Answer:
    """Changes an account."""
    account = services.get_account(account_id)

    def save(data: dict[str, Any], version: int) -> str:
        services.edit_account(account_id, with_parent(data), version)
        return url_for("accounts.show", account_id=account_id)

    return render_form(
        AccountEdit(),
        title=f"Edit {account.name}",
        noun="account",
        save=save,
        values=_values(account),
        version=account.version,
        cancel=url_for("accounts.show", account_id=account_id),
        sections=_SECTIONS,
        done="The account was changed.",
    )


@blueprint.post("/accounts/<uuid:account_id>/archive")
@requires("accounts.account.archive")
def archive(account_id: UUID) -> Response:
    """Archives an account."""
    services.archive_account(account_id)
    say("The account is archived; its history stays.")
    return redirect(local_target(url_for("accounts.show", account_id=account_id)), 303)


@blueprint.post("/accounts/<uuid:account_id>/restore")
@requires("accounts.account.archive")
def restore(account_id: UUID) -> Response:
    """Brings an archived account back."""
    services.restore_account(account_id)
    say("The account is back.")
    return redirect(local_target(url_for("accounts.show", account_id=account_id)), 303)


def _values(account: AccountInfo) -> dict[str, Any]:
    """What stands in the form of an account."""
    plain = asdict(account) | {
        "tax_ids": [tax_id.value for tax_id in account.tax_ids],
        "parent_id": str(account.parent_id) if account.parent_id else None,
        "parent_pays": account.payer_id != account.id,
    }
    values: dict[str, Any] = AccountEdit().dump(plain)
    return values
