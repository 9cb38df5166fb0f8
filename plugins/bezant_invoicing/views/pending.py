"""Pages: charges that wait for an account's next invoice."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from bezant.sdk.web import render_form, render_list, requires, say
from bezant_invoicing import services
from bezant_invoicing.schemas.inputs import NewPendingChargeSchema
from bezant_invoicing.schemas.lists import PENDING_CHARGE_LIST
from bezant_invoicing.schemas.reading import new_pending_charge as read_charge
from bezant_invoicing.views.blueprint import blueprint


@blueprint.get("/pending-charges")
@requires("invoicing.pending_charge.view")
def pending_charges() -> ResponseReturnValue:
    """All charges that wait, were billed or were taken back."""
    return render_list(PENDING_CHARGE_LIST)


@blueprint.route("/pending-charges/new", methods=["GET", "POST"])
@requires("invoicing.pending_charge.create")
def new_pending_charge() -> ResponseReturnValue:
    """Adds a charge to an account's next invoice."""

    def save(data: dict[str, Any]) -> str:
        services.add_pending_charge(read_charge(data))
        return url_for("invoicing.pending_charges")

    return render_form(
        NewPendingChargeSchema(),
        title="New pending charge",
        noun="charge",
        submit="Add charge",
        save=save,
        cancel=url_for("invoicing.pending_charges"),
        done="The charge waits for the account's next invoice.",
        another=True,
    )


@blueprint.post("/pending-charges/<uuid:charge_id>/cancel")
@requires("invoicing.pending_charge.edit")
def cancel_pending_charge(charge_id: UUID) -> ResponseReturnValue:
    """Takes a charge back that was not billed yet."""
    services.cancel_pending_charge(charge_id)
    say("The charge is taken back.")
    return redirect(url_for("invoicing.pending_charges"), 303)
