"""REST: accounts."""

from typing import Any

from bezant.sdk.api import ApiBlueprint, if_match, list_endpoint, requires
from bezant_accounts import services
from bezant_accounts.contracts import AccountInfo, NewAccount
from bezant_accounts.models import Account
from bezant_accounts.schemas import ACCOUNT_LIST, AccountBody, AccountEdit, AccountSchema
from bezant_accounts.schemas.references import account, with_parent

accounts = ApiBlueprint("accounts", __name__, scope=Account, url_prefix="/accounts", description="Who is billed.")
list_endpoint(accounts, ACCOUNT_LIST)


@accounts.route("", methods=["POST"])
@requires("accounts.account.create")
@accounts.arguments(AccountBody)
@accounts.response(201, AccountSchema)
def create_account(body: dict[str, Any]) -> AccountInfo:
    """Create an account."""
    return services.create_account(NewAccount(**with_parent(body)))


@accounts.route("/<string:reference>")
@requires("accounts.account.view")
@accounts.response(200, AccountSchema)
def get_account(reference: str) -> AccountInfo:
    """One account."""
    return account(reference)


@accounts.route("/<string:reference>", methods=["PATCH"])
@requires("accounts.account.edit")
@accounts.arguments(AccountEdit)
@accounts.response(200, AccountSchema)
def edit_account(body: dict[str, Any], reference: str) -> AccountInfo:
    """Change some fields of an account."""
    return services.edit_account(account(reference).id, with_parent(body), if_match())


@accounts.route("/<string:reference>/archive", methods=["POST"])
@requires("accounts.account.archive")
@accounts.response(200, AccountSchema)
def archive_account(reference: str) -> AccountInfo:
    """Archive an account: it is billed no more."""
    services.archive_account(account(reference).id)
    return account(reference)


@accounts.route("/<string:reference>/restore", methods=["POST"])
@requires("accounts.account.archive")
@accounts.response(200, AccountSchema)
def restore_account(reference: str) -> AccountInfo:
    """Bring an archived account back."""
    services.restore_account(account(reference).id)
    return account(reference)
