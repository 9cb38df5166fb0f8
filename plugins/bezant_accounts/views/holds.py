"""Pages of holds."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from bezant.sdk.web import Answer, render_form, render_list, requires, say
from bezant_accounts import services
from bezant_accounts.contracts import NewHold
from bezant_accounts.schemas import HOLD_LIST, HoldBody
from bezant_accounts.views.blueprint import blueprint


@blueprint.get("/holds/")
@requires("accounts.account.view")
def holds() -> Answer:
    """All holds."""
    return render_list(HOLD_LIST)


@blueprint.route("/accounts/<uuid:account_id>/hold", methods=["GET", "POST"])
@requires("accounts.hold.place")
def place_hold(account_id: UUID) -> Answer:
    """Holds an account back."""
    account, back = services.get_account(account_id), url_for("accounts.show", account_id=account_id)

    def save(data: dict[str, Any]) -> str:
        services.place_hold(NewHold(account_id, data["reason"], tuple(data["stops"]), until=data.get("until")))
        return back

    schema = HoldBody(only=("reason", "stops", "until"))
    return render_form(
        schema, title=f"Hold {account.name}", noun="hold", submit="Hold", save=save, cancel=back, done="The hold is in force."
    )


@blueprint.post("/holds/<uuid:hold_id>/release")
@requires("accounts.hold.release")
def release_hold(hold_id: UUID) -> Response:
    """Ends a hold."""
    services.release_hold(hold_id)
    say("The hold has ended.")
    return redirect(url_for("accounts.holds", view="in_force"), 303)
