"""Pages: billing runs, and accounts that could not be billed."""

from typing import Any
from uuid import UUID

from flask import url_for

from bezant.sdk.values import Money
from bezant.sdk.web import Action, Fact, NextStep, Status, WebBlueprint, links_to, render_form, render_list, render_record, requires
from bezant_subscriptions import services
from bezant_subscriptions.contracts import RunInfo
from bezant_subscriptions.schemas import PARKED_LIST, RUN_LIST, BillingRunBody
from bezant_subscriptions.views.parts import documents_panel

VIEW = "subscriptions.run.view"

blueprint = WebBlueprint("billing_runs", __name__, url_prefix="/billing-runs")


@blueprint.get("")
@requires(VIEW)
def runs() -> Any:
    """All billing runs."""
    return render_list(RUN_LIST)


@blueprint.get("/parked")
@requires(VIEW)
def parked() -> Any:
    """Accounts that could not be billed."""
    return render_list(PARKED_LIST)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("subscriptions.run.start")
def new_run() -> Any:
    """Run billing."""

    def save(data: dict[str, Any]) -> str:
        started = services.start_run(data["through"], trigger="web", catch_up=data["catch_up"])
        return url_for("billing_runs.run", run_id=started.id)

    return render_form(
        BillingRunBody(),
        title="Run billing",
        noun="run",
        submit="Start",
        intro="Bills everything that has fallen due and was not billed. Running again bills nothing twice.",
        save=save,
        cancel=url_for("billing_runs.runs"),
        done="The run has started.",
    )


@blueprint.get("/<uuid:run_id>")
@requires(VIEW)
def run(run_id: UUID) -> Any:
    """One billing run: how far it is, and what it made."""
    found = services.load_run(run_id)
    documents = services.documents_of_run(run_id)
    return render_record(
        title=f"Billing run through {found.through.isoformat()}",
        status=Status(found.state),
        facts=_facts(found),
        actions=[Action("Parked accounts", url_for("billing_runs.parked"), "alert-triangle")] if found.parked else [],
        next_step=_next(found),
        panels=[documents_panel("Newest documents", documents, links_to([one.ref for one in documents]), named=True)],
    )


def _facts(found: RunInfo) -> list[Fact]:
    amounts = [Fact(f"Invoiced, {currency}", Money(both[0], currency)) for currency, both in sorted(found.amounts.items())]
    credited = [Fact(f"Credited, {currency}", Money(both[1], currency)) for currency, both in sorted(found.amounts.items()) if both[1]]
    return [
        Fact("Subscriptions", f"{found.done} of {found.total}"),
        Fact("Invoices", found.invoices, f"{found.invoices_per_second} a second"),
        Fact("Credit notes", found.credit_notes),
        *amounts,
        *credited,
        Fact("Parked accounts", found.parked),
        Fact("Started", found.started_at),
        Fact("Finished" if found.finished_at else "Likely to end", found.ends_at or "not yet"),
    ]


def _next(found: RunInfo) -> NextStep | None:
    if found.state == "failed":
        return NextStep(found.note, "Start another run: it bills what is left.", icon="alert-triangle", tone="bad")
    if found.state == "interrupted":
        return NextStep("The run was interrupted.", "Start another run: it bills what is left.", icon="alert-triangle", tone="bad")
    if found.parked:
        return NextStep(f"{found.parked} accounts could not be billed.", "Each says what is wrong and what would mend it.", tone="bad")
    return None
