"""``bezant bill``: run billing, preview it, see how runs went."""

from datetime import date
from uuid import UUID

import click

from bezant.sdk.cli import echo_json, echo_table, json_option, progress_bar
from bezant.sdk.values import NotFound, format_plain
from bezant_accounts.services import find_accounts
from bezant_subscriptions import services
from bezant_subscriptions.contracts import CatchUp, Preview, RunInfo

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def bill() -> None:
    """Bill what has fallen due, or see what would be billed."""


@bill.command()
@click.option("--through", type=DAY, help="Bill what falls due by this day; left out: by now.")
@click.option("--account", "accounts", multiple=True, help="Only this account (id or external id); may be given several times.")
@click.option("--catch-up", type=click.Choice(["per_date", "one"]), help="Missed billing dates: an invoice for each, or one for all.")
@json_option
def run(through: date | None, accounts: tuple[str, ...], catch_up: CatchUp | None, as_json: bool) -> None:
    """Run billing. Killed at any moment and started again, it bills the rest and nothing twice."""
    ids = [_account_id(one) for one in accounts] or None
    with progress_bar(None, "Billing", quiet=as_json) as advance:
        seen = 0

        def watch(info: RunInfo) -> None:
            nonlocal seen
            advance(info.invoices - seen)
            seen = info.invoices

        done = services.run_billing(_day(through), ids, trigger="cli", catch_up=catch_up, watch=watch)
    _print_run(done, as_json)
    for parked in services.parked_accounts() if done.parked else ():
        click.echo(f"parked {parked.account_id}: {parked.explanation} {parked.remedy}", err=True)


@bill.command()
@click.argument("account")
@click.option("--on", "on", type=DAY, help="A billing date; left out: the next on which anything falls due.")
@json_option
def preview(account: str, on: date | None, as_json: bool) -> None:
    """Print what ACCOUNT (id or external id) would be billed; nothing is stored."""
    found = services.preview_billing([_account_id(account)], _day(on))
    rows = _preview_rows(found) if found else []
    echo_table(rows, ("issued", "document", "line", "from", "to", "amount", "currency"), as_json=as_json, right=("amount",))


@bill.command()
@click.option("--limit", default=10, show_default=True, help="How many runs.")
@json_option
def status(limit: int, as_json: bool) -> None:
    """Print the newest runs and the accounts that are parked."""
    runs = [_row(one) for one in services.recent_runs(limit)]
    parked = services.parked_accounts()
    if as_json:
        echo_json({"runs": runs, "parked": [{"account": str(one.account_id), "explanation": one.explanation} for one in parked]})
        return
    echo_table(runs, ("started", "through", "state", "done", "invoices", "credit_notes", "amounts", "parked"), right=("done", "invoices"))
    for one in parked:
        click.echo(f"parked {one.account_id} since {one.since:%Y-%m-%d %H:%M}: {one.explanation} {one.remedy}")


def _print_run(done: RunInfo, as_json: bool) -> None:
    row = _row(done)
    if as_json:
        echo_json(row)
    else:
        echo_table([row], tuple(name for name in row if name != "id"), right=("invoices", "seconds"))


def _row(one: RunInfo) -> dict[str, str]:
    amounts = ", ".join(f"{currency} {format_plain(both[0], currency)}" for currency, both in sorted(one.amounts.items()))
    return {
        "id": str(one.id),
        "started": f"{one.started_at:%Y-%m-%d %H:%M:%S}",
        "through": one.through.isoformat(),
        "state": one.state,
        "done": f"{one.done}/{one.total}",
        "invoices": str(one.invoices),
        "credit_notes": str(one.credit_notes),
        "amounts": amounts,
        "parked": str(one.parked),
        "seconds": f"{one.lasted.total_seconds():.1f}",
        "invoices_per_second": str(one.invoices_per_second),
    }


def _preview_rows(found: Preview) -> list[dict[str, str]]:
    rows = []
    for invoice in found.page.invoices:
        for line in (one.draft for one in invoice.lines):
            span = {"from": str(line.service_from or ""), "to": str(line.service_to or "")}
            rows.append(_preview_row(found, "invoice", line.description, line.amount_minor, invoice.currency) | span)
        rows.append(_preview_row(found, "invoice", "Total", invoice.total_minor, invoice.currency))
    for note in found.page.credit_notes:
        rows.append(_preview_row(found, "credit note", "Total", note.total_minor, note.currency))
    return rows


def _preview_row(found: Preview, document: str, line: str, minor: int, currency: str) -> dict[str, str]:
    amount = format_plain(minor, currency)
    return {
        "issued": found.billing_date.isoformat(),
        "document": document,
        "line": line,
        "from": "",
        "to": "",
        "amount": amount,
        "currency": currency,
    }


def _account_id(reference: str) -> UUID:
    found = find_accounts([reference])
    if found:
        return found[reference].id
    try:
        return UUID(reference)
    except ValueError:
        raise NotFound(f"There is no account {reference!r}; write its id or external id.") from None


def _day(value: date | None) -> date | None:
    """The day of what click read (a datetime at midnight)."""
    return None if value is None else date(value.year, value.month, value.day)
