"""Pages: gateways, and what they told."""

from typing import Any

from flask import url_for

from bezant.sdk.web import Action, Column, TableRow, list_panel, render_list, render_record, requires, table_panel
from bezant_payments import services
from bezant_payments.schemas import WEBHOOK_LIST
from bezant_payments.views.blueprint import blueprint


@blueprint.get("/gateways")
@requires("payments.gateway.view")
def gateways() -> str:
    """What takes money, what each can do, and what was told last."""
    columns = [
        Column("Gateway", place="s1"),
        Column("Key", place="s3"),
        Column("Can"),
        Column("Currencies"),
        Column("Collects by itself"),
        Column("Test mode", place="s4"),
    ]
    rows = [
        TableRow(
            (
                info.title,
                info.key,
                sorted(info.capabilities),
                sorted(info.currencies) or "All",
                info.automatic,
                info.test_mode,
            )
        )
        for info in services.list_gateways()
    ]
    empty = "No gateway yet: enable a plugin that brings one, such as gateway_sandbox or gateway_bank_transfer."
    return render_record(
        title="Gateways",
        subtitle="What takes money",
        actions=[Action("What gateways told", url_for("payments.webhooks"), "webhook")],
        panels=[table_panel("Gateways", columns, rows, empty=empty), list_panel("Told last", WEBHOOK_LIST, limit=5, order=200)],
    )


@blueprint.get("/webhooks")
@requires("payments.gateway.view")
def webhooks() -> Any:
    """Everything that gateways told."""
    return render_list(WEBHOOK_LIST)
