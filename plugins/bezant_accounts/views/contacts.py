"""Forms of contacts and further addresses."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from bezant.sdk.web import Action, Answer, render_form, requires, say
from bezant_accounts import services
from bezant_accounts.contracts import NewAddress, NewContact
from bezant_accounts.schemas import AddressBody, AddressEdit, ContactBody, ContactEdit
from bezant_accounts.views.blueprint import blueprint

EDIT = "accounts.account.edit"


@blueprint.route("/accounts/<uuid:account_id>/contacts/new", methods=["GET", "POST"])
@requires(EDIT)
def new_contact(account_id: UUID) -> Answer:
    """Adds a person."""
    account, back = services.get_account(account_id), url_for("accounts.show", account_id=account_id)

    def save(data: dict[str, Any]) -> str:
        services.create_contact(NewContact(**data | {"account_id": account_id, "roles": tuple(data.get("roles") or ("billing",))}))
        return back

    schema = ContactBody(exclude=("account_id",))
    title = f"New contact at {account.name}"
    return render_form(schema, title=title, noun="contact", save=save, cancel=back, another=True, done="The contact was added.")


@blueprint.route("/contacts/<uuid:contact_id>/edit", methods=["GET", "POST"])
@requires(EDIT)
def edit_contact(contact_id: UUID) -> Answer:
    """Changes a person's data."""
    contact = services.get_contact(contact_id)
    back = url_for("accounts.show", account_id=contact.account_id)

    def save(data: dict[str, Any], version: int) -> str:
        services.edit_contact(contact_id, data, version)
        return back

    archive = Action("Archive", url_for("accounts.archive_contact", contact_id=contact_id), "archive", "post", EDIT)
    return render_form(
        ContactEdit(),
        title=f"Edit {contact.name}",
        noun="contact",
        save=save,
        values=ContactEdit().dump(contact),
        version=contact.version,
        cancel=back,
        actions=(archive,),
        done="The contact was changed.",
    )


@blueprint.post("/contacts/<uuid:contact_id>/archive")
@requires(EDIT)
def archive_contact(contact_id: UUID) -> Response:
    """Takes a person out of use."""
    services.archive_contact(contact_id)
    say("The contact is archived.")
    return redirect(url_for("accounts.show", account_id=services.get_contact(contact_id).account_id), 303)


@blueprint.route("/accounts/<uuid:account_id>/addresses/new", methods=["GET", "POST"])
@requires(EDIT)
def new_address(account_id: UUID) -> Answer:
    """Adds an address."""
    account, back = services.get_account(account_id), url_for("accounts.show", account_id=account_id)

    def save(data: dict[str, Any]) -> str:
        services.create_address(NewAddress(**data | {"account_id": account_id}))
        return back

    schema = AddressBody(exclude=("account_id",))
    title = f"New address of {account.name}"
    return render_form(schema, title=title, noun="address", save=save, cancel=back, done="The address was added.")


@blueprint.route("/addresses/<uuid:address_id>/edit", methods=["GET", "POST"])
@requires(EDIT)
def edit_address(address_id: UUID) -> Answer:
    """Changes an address."""
    address = services.get_address(address_id)
    back = url_for("accounts.show", account_id=address.account_id)

    def save(data: dict[str, Any], version: int) -> str:
        services.edit_address(address_id, data, version)
        return back

    archive = Action("Archive", url_for("accounts.archive_address", address_id=address_id), "archive", "post", EDIT)
    return render_form(
        AddressEdit(),
        title="Edit address",
        noun="address",
        save=save,
        values=AddressEdit().dump(address),
        version=address.version,
        cancel=back,
        actions=(archive,),
        done="The address was changed.",
    )


@blueprint.post("/addresses/<uuid:address_id>/archive")
@requires(EDIT)
def archive_address(address_id: UUID) -> Response:
    """Takes an address out of use."""
    services.archive_address(address_id)
    say("The address is archived.")
    return redirect(url_for("accounts.show", account_id=services.get_address(address_id).account_id), 303)
